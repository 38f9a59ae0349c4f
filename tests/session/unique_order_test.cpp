// Unique values that one flush frees and gives away again.
#include "fixture.hpp"

namespace holders {

struct Badge;
struct Holder {
    kin::key<Holder> id{};
    std::string email{};
    kin::has_one<Badge> badge{};
    static constexpr auto table = kin::table("holder").unique("email");
};
struct Badge {
    kin::key<Badge> id{};
    std::optional<kin::key<Holder>> holder_id{};
    std::string text{};
    kin::belongs_to<Holder> holder{};
    static constexpr auto table = kin::table("badge").unique("holder_id");
};

}  // namespace holders

namespace {

using namespace holders;
using kin::test::contains;
using unique_order = kin::test::with_database<kin::models<Holder, Badge>>;

TEST_F(unique_order, a_removed_value_can_be_added_again_in_the_same_flush) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    s.remove(old);
    const auto fresh = s.add(Holder{.email = "a@x"});
    EXPECT_TRUE(contains(s.explain_flush(), "frees a unique value"));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), min(email) FROM holder"), "1|a@x");
    EXPECT_EQ(s.get<Holder>(fresh->id).get(), fresh.get());
}

TEST_F(unique_order, a_changed_value_can_be_added_again_in_the_same_flush) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    old->email = "b@x";
    s.add(Holder{.email = "a@x"});
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder ORDER BY id"), "b@x; a@x");
}

TEST_F(unique_order, a_has_one_under_a_unique_key_is_replaced) {
    kin::session s{db};
    const auto ada = s.add(Holder{.email = "a@x", .badge = Badge{.text = "first"}});
    s.commit();
    ada->badge = Badge{.text = "second"};
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge ORDER BY id"), "first|NULL; second|1");
}

TEST_F(unique_order, what_refers_to_the_removed_row_lets_go_first) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x", .badge = Badge{.text = "kept"}});
    s.commit();
    s.remove(old);
    s.add(Holder{.email = "a@x"});
    s.commit();
    EXPECT_EQ(rows("SELECT text, holder_id FROM badge"), "kept|NULL");
    EXPECT_EQ(rows("SELECT count(*) FROM holder"), "1");
}

TEST_F(unique_order, other_flushes_keep_deletes_last) {
    kin::session s{db};
    const auto old = s.add(Holder{.email = "a@x"});
    s.commit();
    s.remove(old);
    s.add(Holder{.email = "b@x"});
    const std::string plan = s.explain_flush();
    EXPECT_LT(plan.find("insert"), plan.find("delete"));
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM holder"), "b@x");
}

TEST_F(unique_order, handles_come_back_and_members_stand_for_columns) {
    using namespace kin::expr;
    kin::session s{db};
    auto again = s.add(Holder{.email = "c@x"});
    s.rollback();
    s.add(again);  // a handle, not a copy
    s.add(Holder{.email = "d@x"});
    s.commit();
    const auto last = s.query<Holder>().order_by(desc(&Holder::email)).first();
    EXPECT_EQ(last->email, "d@x");
    EXPECT_EQ(s.query<Holder>().select(max(&Holder::email), count(&Holder::id)).all().size(), 1u);
}

}  // namespace
