// Owned trees of any depth, long chains, and objects that leave a session and come back.
#include "support/fixture.hpp"

namespace sample {

struct Twig {
    kin::key<Twig> id{};
    std::string name{};
    std::optional<kin::key<Twig>> up_id{};
    kin::belongs_to<Twig> up{};
    kin::has_many<Twig, kin::owned> down{};
};

// Owners of each other, around two and three models.
struct Drawer;
struct Chest {
    kin::key<Chest> id{};
    std::optional<kin::key<Drawer>> in_id{};
    kin::belongs_to<Drawer> in{};
    kin::has_many<Drawer, kin::owned> drawers{};
};
struct Coin;
struct Drawer {
    kin::key<Drawer> id{};
    kin::key<Chest> chest_id{};
    kin::belongs_to<Chest> chest{};
    kin::has_many<Chest, kin::owned> chests{};
    kin::has_many<Coin, kin::owned> coins{};
};
struct Coin {
    kin::key<Coin> id{};
    kin::key<Drawer> drawer_id{};
    kin::belongs_to<Drawer> drawer{};
};

}  // namespace sample

namespace kin::test {
namespace {

using namespace sample;

using owned_trees = with_database<Twig>;

TEST_F(owned_trees, go_with_their_root_however_deep) {
    run("INSERT INTO twig (id, name, up_id) VALUES (1,'root',NULL),(2,'a',1),(3,'aa',2),(4,'aaa',3),(5,'b',1),"
        "(6,'other',NULL),(7,'under other',6)");
    session s{db};
    auto root = s.get_one<Twig>(1);
    s.remove(root);
    s.flush();
    EXPECT_LE(s.statements(), 10U);
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM twig ORDER BY id"), "6; 7");
}

TEST_F(owned_trees, go_where_children_are_removed_by_hand_too) {
    run("INSERT INTO twig (id, name, up_id) VALUES (1,'root',NULL),(2,'a',1),(3,'aa',2),(4,'aaa',3)");
    session s{db};
    auto all = s.query<Twig>().all();
    s.remove(s.get_one<Twig>(1));
    s.remove(s.get_one<Twig>(3));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM twig"), "0");
    EXPECT_FALSE(s.get<Twig>(4));
}

TEST_F(owned_trees, that_are_rings_go_as_well) {
    run("INSERT INTO twig (id, name, up_id) VALUES (1,'a',NULL),(2,'b',1),(3,'c',2)");
    run("UPDATE twig SET up_id = 3 WHERE id = 1");
    session s{db};
    s.remove(s.get_one<Twig>(1));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM twig"), "0");
}

using rings_of_owners = with_database<models<Chest, Drawer, Coin>>;

TEST_F(rings_of_owners, are_followed_as_deep_as_the_rows_go) {
    run("INSERT INTO chest (id, in_id) VALUES (1,NULL),(9,NULL)");
    run("INSERT INTO drawer (id, chest_id) VALUES (1,1),(2,1),(9,9)");
    for (int i = 2; i < 7; ++i) {
        const std::string n = std::to_string(i);
        run("INSERT INTO chest (id, in_id) VALUES (" + n + "," + n + ")");
        run("INSERT INTO drawer (id, chest_id) VALUES (" + std::to_string(i + 1) + "," + n + ")");
    }
    run("INSERT INTO coin (id, drawer_id) VALUES (1,1),(2,4),(3,7),(9,9)");
    session s{db};
    const auto deep = s.get_one<Drawer>(7);
    s.remove(s.get_one<Chest>(1));
    EXPECT_TRUE(contains(s.explain_flush(), "delete from drawer by chest_id, level by level")) << s.explain_flush();
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM chest"), "9");
    EXPECT_EQ(rows("SELECT id FROM drawer"), "9");
    EXPECT_EQ(rows("SELECT id FROM coin"), "9");
    EXPECT_FALSE(s.get<Drawer>(7));
}

TEST_F(rings_of_owners, may_be_rings_of_rows) {
    run("INSERT INTO chest (id, in_id) VALUES (1,NULL),(2,NULL)");
    run("INSERT INTO drawer (id, chest_id) VALUES (1,1),(2,2)");
    run("UPDATE chest SET in_id = 3 - id");
    session s{db};
    s.remove(s.get_one<Chest>(1));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM chest"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM drawer"), "0");
}

TEST_F(rings_of_owners, are_removed_from_any_place) {
    session s{db};
    const auto chest = s.add(Chest{.drawers = {{.coins = {Coin{}, Coin{}}}}});
    chest->drawers[0].chests.push_back(Chest{.drawers = {{.coins = {Coin{}}}}});
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM coin"), "3");
    s.remove(chest->drawers.handle(0));
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM chest"), "1");
    EXPECT_EQ(rows("SELECT count(*) FROM drawer"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM coin"), "0");
}

TEST_F(owned_trees, of_pending_objects_move_in_two_steps_without_a_second_row) {
    session s{db};
    auto a = s.add(Twig{.name = "a", .down = {{.name = "child"}}});
    auto b = s.add(Twig{.name = "b"});
    auto child = a->down.handle(0);
    a->down.erase(child);
    b->down.push_back(child);
    s.commit();
    EXPECT_EQ(rows("SELECT c.name, u.name FROM twig c JOIN twig u ON u.id = c.up_id"), "child|b");
    EXPECT_EQ(rows("SELECT count(*) FROM twig"), "3");
}

TEST_F(owned_trees, come_back_to_the_session_after_a_removal_that_is_rolled_back) {
    run("INSERT INTO twig (id, name) VALUES (1,'a')");
    session s{db};
    auto a = s.get_one<Twig>(1);
    s.remove(a);
    s.flush();
    s.add(a);
    s.flush();
    s.rollback();
    a->name = "changed";
    s.commit();
    EXPECT_EQ(rows("SELECT id, name FROM twig"), "1|changed");
}

TEST_F(owned_trees, may_be_chains_longer_than_a_stack) {
    constexpr int length = 100'000;
    session s{db};
    auto last = s.add(Twig{.name = "0"});
    for (int i = 1; i < length; ++i) last = s.add(Twig{.name = "x", .up = last});
    s.rollback();
    s.add(last);  // with all that it reaches
    EXPECT_EQ(s.explain_flush().starts_with("1. insert 1 row into twig"), true);
}

}  // namespace
}  // namespace kin::test
