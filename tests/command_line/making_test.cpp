// Steps that `make` writes, run and taken back one at a time on tables with rows: each takes back what it has done.
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>

#include "command_line/program.hpp"
#include "support/validated.hpp"

namespace {

namespace first {
struct Post {
    kin::key<Post> id{};
    std::string title{};
    std::string mood{"calm"};
    static constexpr auto table = kin::table("posts").enumeration("mood", "mood", "calm", "glad").index("mood");
};
using Models = kin::models<Post>;
}  // namespace first

namespace second {
struct Post {
    kin::key<Post> id{};
    std::string title{};
    std::string mood{"wild"};
    std::optional<std::string> slug{};
    static constexpr auto table = kin::table("posts")
                                      .enumeration("mood", "mood", "calm", "glad", "wild")
                                      .default_value("mood", "'wild'")
                                      .index("mood", "title")
                                      .index("slug")
                                      .check("title <> ''");
};
struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    kin::belongs_to<Post> post{};
    static constexpr auto table = kin::table("comments");
};
using Models = kin::models<Post, Comment>;
}  // namespace second

namespace third {
struct Post {
    kin::key<Post> id{};
    std::string headline{};
    std::string mood{"wild"};
    std::optional<std::string> slug{};
    static constexpr auto table = kin::table("posts")
                                      .renamed_from("headline", "title")
                                      .enumeration("mood", "mood", "calm", "glad", "wild")
                                      .default_value("mood", "'wild'")
                                      .unique("slug");
};
struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    kin::belongs_to<Post> post{};
    static constexpr auto table = kin::table("comments");
};
using Models = kin::models<Post, Comment>;
}  // namespace third

/// Still says what it was called once.
namespace fourth {
struct Post {
    kin::key<Post> id{};
    std::string headline{};
    std::string mood{"wild"};
    std::optional<std::string> slug{};
    static constexpr auto table = kin::table("posts")
                                      .renamed_from("headline", "title")
                                      .enumeration("mood", "mood", "calm", "glad", "wild")
                                      .default_value("mood", "'wild'")
                                      .unique("slug")
                                      .index("headline");
};
struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    kin::belongs_to<Post> post{};
    static constexpr auto table = kin::table("comments");
};
using Models = kin::models<Post, Comment>;
}  // namespace fourth

using kin::test::contains;
using kin::test::outcome;

class made_steps : public testing::Test {
  protected:
    /// What the database is like, and what its rows say.
    struct picture {
        kin::schema::catalogue catalogue{};
        std::string rows{};
    };

    template <class Models>
    outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--db", place.url()});
        return where.run<Models>({}, std::move(arguments));
    }
    picture look() {
        kin::database db{place.url()};
        kin::engine::lease c = db.connect();
        picture seen{kin::schema::inspect(*c), {}};
        const kin::sql::table_definition* posts = seen.catalogue.find_table("", "posts");
        const bool headline = posts != nullptr && std::ranges::any_of(posts->columns, [](const auto& column) {
                                  return column.name == "headline";
                              });
        if (posts != nullptr) {
            seen.rows = kin::test::rows_of(
                *c, std::string{"SELECT id, mood, "} + (headline ? "headline" : "title") + " FROM posts ORDER BY id");
        }
        return seen;
    }
    void expect_same(const picture& is, const picture& was, const std::string& when) {
        const auto& dialect = sqlite        ? kin::sql::sqlite_dialect()
                              : in_one_step ? kin::sql::mariadb_dialect()
                                            : kin::sql::postgresql_dialect();
        const auto left = kin::schema::compare(kin::test::validated(is.catalogue), kin::test::validated(was.catalogue),
                                               dialect, {.exact = true});
        EXPECT_EQ(kin::schema::report(left), "") << when;
        EXPECT_EQ(is.rows, was.rows) << when;
    }
    std::string all_steps() {
        std::string text;
        std::vector<std::filesystem::path> files;
        for (const auto& each : std::filesystem::directory_iterator{where.folder() + "/migrations"})
            files.push_back(each.path());
        std::ranges::sort(files);
        for (const auto& each : files) text += each.filename().string() + ":\n" + kin::test::text_of(each.string());
        return text;
    }

    static inline const bool sqlite = kin::test::engine_name() == "sqlite";
    /// Nothing has to stand in front of a transaction or behind it.
    static inline const bool in_one_step = kin::test::engine_name() != "postgresql";
    kin::test::place place{};
    kin::test::program where{};
};

TEST_F(made_steps, each_takes_back_what_it_has_done) {
    ASSERT_EQ(run<first::Models>({"make", "posts"}).code, 0);
    ASSERT_EQ(run<first::Models>({"up"}).code, 0) << all_steps();
    {
        kin::database db{place.url()};
        db.script("INSERT INTO posts (title, mood) VALUES ('a', 'calm'), ('b', 'glad'), ('c', 'calm')");
    }
    std::vector<picture> pictures{look()};
    const auto go_up = [&] {
        const outcome up = run<third::Models>({"up", "1", "--yes"});
        EXPECT_EQ(up.code, 0) << up.err << all_steps();
        pictures.push_back(look());
        return up.code == 0;
    };
    const outcome more = run<second::Models>({"make", "more", "--concurrently"});
    EXPECT_EQ(more.out, in_one_step ? "wrote migrations/0002_more.sql\n"
                                    : "wrote migrations/0002_more_before.sql\nwrote migrations/0003_more.sql\nwrote "
                                      "migrations/0004_more_after.sql\n");
    for (std::size_t i = 0; i < (in_one_step ? 1U : 3U); ++i) ASSERT_TRUE(go_up());
    EXPECT_EQ(run<second::Models>({"check", "--exact"}).code, 0) << run<second::Models>({"check", "--exact"}).out;
    ASSERT_EQ(run<third::Models>({"make", "headline"}).code, 0);
    ASSERT_TRUE(go_up());
    EXPECT_EQ(run<third::Models>({"check", "--exact"}).code, 0) << run<third::Models>({"check", "--exact"}).out;
    ASSERT_EQ(run<fourth::Models>({"make", "index"}).code, 0);
    ASSERT_TRUE(go_up());
    EXPECT_EQ(run<fourth::Models>({"check", "--exact"}).code, 0) << run<fourth::Models>({"check", "--exact"}).out;
    const std::size_t last = pictures.size() - 1;
    for (std::size_t i = last; i > 0; --i) {
        const outcome down = run<third::Models>({"down", "--yes"});
        ASSERT_EQ(down.code, 0) << down.err << all_steps();
        expect_same(look(), pictures[i - 1], "taken back to " + std::to_string(i) + "\n" + all_steps());
    }
    for (std::size_t i = 1; i <= last; ++i) {
        ASSERT_EQ(run<third::Models>({"up", "1", "--yes"}).code, 0);
        expect_same(look(), pictures[i], "up again to " + std::to_string(i + 1) + "\n" + all_steps());
    }
}

TEST_F(made_steps, a_loss_is_said_of_the_way_that_loses) {
    ASSERT_EQ(run<second::Models>({"make", "posts"}).code, 0);
    ASSERT_EQ(run<second::Models>({"up"}).code, 0) << all_steps();
    {
        kin::database db{place.url()};
        db.script("INSERT INTO posts (title, mood, slug) VALUES ('a', 'calm', 'x')");
    }
    const outcome make = run<first::Models>({"make", "fewer", "--yes"});
    ASSERT_EQ(make.code, 0) << make.err;
    const outcome asked = run<first::Models>({"up"});
    EXPECT_EQ(asked.code, 1);
    EXPECT_TRUE(contains(asked.err, "step 2 (fewer) loses data: ")) << asked.err;
    const outcome up = run<first::Models>({"up", "--yes"});
    ASSERT_EQ(up.code, 0) << up.err << all_steps();
    const outcome down = run<first::Models>({"down"});
    EXPECT_EQ(down.code, 0) << down.err << all_steps();
    EXPECT_EQ(look().rows, "1|calm|a");
}

}  // namespace
