// The plan of a flush with everything in it, as text: explain.txt.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "support/source_folder.hpp"
#include "support/whole_graph.hpp"

namespace {

using namespace whole;

class explain : public kin::test::with_database<> {
  protected:
    explain() { create(db); }

    /// Without the numbers, and sorted: models that do not depend on each other may come in any order.
    static std::vector<std::string> steps(std::istream&& in) {
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);) all.push_back(line.substr(line.find(". ") + 2));
        std::sort(all.begin(), all.end());
        return all;
    }
};

TEST_F(explain, a_flush_with_everything_in_it) {
    kin::session s{db};
    graph g{s};
    g.start();
    EXPECT_EQ(s.explain_flush(), "nothing to do\n");
    log.clear();
    g.change();
    const std::string plan = s.explain_flush();
    EXPECT_EQ(steps(std::istringstream{plan}),
              steps(std::ifstream{kin::test::source_file("tests/unit_of_work/explain.txt")}))
        << plan;
    const auto in_order = [&](const std::vector<std::string>& parts) {
        for (std::size_t i = 1; i < parts.size(); ++i) {
            EXPECT_LT(plan.find(parts[i - 1]), plan.find(parts[i])) << parts[i - 1] << ", " << parts[i] << "\n" << plan;
            EXPECT_NE(plan.find(parts[i]), std::string::npos) << parts[i];
        }
    };
    in_order({"put aside email", "into users", "into posts", "into comments", "closes a cycle", "unlink",
              "link 3 pairs", "delete from comments", "from posts", "posts.editor_id to NULL", "from users"});
    in_order({"into topic", "link 3 pairs", "from article_topic by topic_id", "1 row from topic"});
    EXPECT_EQ(log.count(), 0u);  // asking sends nothing
    s.commit();
    EXPECT_EQ(s.explain_flush(), "nothing to do\n");
}

}  // namespace
