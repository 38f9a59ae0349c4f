// Rows with keys of their own, and the keys that come after them.
#include <kin/session/numbering.hpp>  // as it was called, and may be

#include "support/fixture.hpp"

namespace numbering_sample {

struct Thing {
    kin::key<Thing> id{};
    std::string name{};

    static constexpr auto table = kin::table("a \"thing\"");
};
struct Code {
    kin::key<Code, std::string> id{};
    std::string name{};
};
using All = kin::models<Thing, Code>;

}  // namespace numbering_sample

namespace {

using namespace numbering_sample;

class numbering : public kin::test::with_database<All> {};

TEST_F(numbering, goes_on_behind_the_keys_that_were_given) {
    kin::session s{db};
    for (int i = 1; i <= 20; ++i) s.add(Thing{.id = i, .name = "given"});
    s.add(Code{.id = std::string{"a"}, .name = "by hand"});
    kin::restart_numbering<All>(s);
    const auto made = s.add(Thing{.name = "made"});
    s.commit();
    EXPECT_EQ(made->id, 21);
    EXPECT_EQ(rows("SELECT max(id), count(*) FROM \"a \"\"thing\"\"\""), "21|21");
    for (int i = 0; i < 20; ++i) s.add(Thing{.name = "more"});
    s.commit();
    EXPECT_EQ(rows("SELECT max(id), count(*) FROM \"a \"\"thing\"\"\""), "41|41");
}

TEST_F(numbering, never_goes_back_and_does_nothing_where_nothing_is) {
    kin::session s{db};
    kin::restart_numbering<Thing>(s);
    const auto first = s.add(Thing{.name = "first"});
    const auto second = s.add(Thing{.name = "second"});
    s.commit();
    EXPECT_EQ(first->id, 1);
    s.remove(second);
    log.clear();
    kin::restart_numbering<Thing>(s);
    EXPECT_EQ(log.count("DELETE"), 1u);
    s.commit();
    const auto third = s.add(Thing{.name = "third"});
    s.commit();
    EXPECT_EQ(third->id, kin::test::can(kin::test::capability::freed_numbers) ? 2 : 3);
}

}  // namespace
