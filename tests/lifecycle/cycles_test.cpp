// Models and objects that refer to each other: the order of inserts, broken cycles, and the plan as text.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class cycles : public kin::test::with_database<Cycles> {
  protected:
    kin::session s{db};
};

TEST_F(cycles, two_models_that_refer_to_each_other) {
    const auto team = s.add(Team{.name = "Reds", .players = {{.name = "Kim"}, {.name = "Lee"}}});
    team->captain = team->players.handle(1);
    EXPECT_EQ(s.explain_flush(),
              "1. insert 1 row into team: Team (new)\n"
              "2. insert 2 rows into player: Player (new), Player (new)\n"
              "3. update 1 row of team, set captain_id: Team (new) (closes a cycle)\n");
    EXPECT_EQ(log.count(), 0u);
    s.commit();
    EXPECT_EQ(log.text(), "INSERT INTO team; INSERT INTO player; UPDATE team SET");
    EXPECT_EQ(rows("SELECT id, name, captain_id FROM team"), "1|Reds|2");
    EXPECT_EQ(rows("SELECT team_id, name FROM player ORDER BY id"), "1|Kim; 1|Lee");
    EXPECT_EQ(team->captain_id->value, 2);
    EXPECT_FALSE(s.dirty());
}

TEST_F(cycles, an_object_that_refers_to_itself) {
    const auto root = s.add(Node{.name = "root"});
    root->parent = root;
    EXPECT_EQ(s.explain_flush(),
              "1. insert 1 row into node: Node (new)\n"
              "2. update 1 row of node, set parent_id: Node (new) (closes a cycle)\n");
    s.commit();
    EXPECT_EQ(rows("SELECT id, parent_id FROM node"), "1|1");
    EXPECT_EQ(root->parent.get(), root.get());
    s.remove(root);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM node"), "0");
}

TEST_F(cycles, an_object_that_refers_to_itself_and_lets_go_by_hand_until_that_is_undone) {
    auto root = s.add(Node{.name = "root"});
    root->parent = root;
    s.commit();
    s.clear();
    s.autoflush(false);
    root = s.query<Node>().one();
    root->parent_id = std::nullopt;
    EXPECT_EQ(root->children.size(), 0u);
    s.rollback();
    EXPECT_EQ(root->children.size(), 1u);
    EXPECT_EQ(root->parent.handle(), root);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT id, parent_id FROM node"), "1|1");
}

TEST_F(cycles, three_objects_of_one_model_in_a_circle) {
    const auto a = s.add(Node{.name = "a"});
    const auto b = s.add(Node{.name = "b", .parent = a});
    const auto c = s.add(Node{.name = "c", .parent = b});
    a->parent = c;
    EXPECT_EQ(s.explain_flush(),
              "1. insert 1 row into node: Node (new)\n"
              "2. insert 1 row into node: Node (new)\n"
              "3. insert 1 row into node: Node (new)\n"
              "4. update 1 row of node, set parent_id: Node (new) (closes a cycle)\n");
    s.commit();
    EXPECT_EQ(rows("SELECT c.name, p.name FROM node c JOIN node p ON p.id = c.parent_id ORDER BY c.name"),
              "a|c; b|a; c|b");
    EXPECT_EQ(a->children.size(), 1u);
    s.remove(a);
    s.remove(b);
    s.remove(c);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM node"), "0");
}

TEST_F(cycles, three_models_in_a_circle_break_where_a_key_can_be_null) {
    const auto rock = s.add(Rock{});
    const auto scissors = s.add(Scissors{.rock = rock});
    const auto paper = s.add(Paper{.scissors = scissors});
    rock->paper = paper;
    EXPECT_EQ(s.explain_flush(),
              "1. insert 1 row into rock: Rock (new)\n"
              "2. insert 1 row into scissors: Scissors (new)\n"
              "3. insert 1 row into paper: Paper (new)\n"
              "4. update 1 row of rock, set paper_id: Rock (new) (closes a cycle)\n");
    s.commit();
    EXPECT_EQ(rows("SELECT r.paper_id, p.scissors_id, s.rock_id FROM rock r, paper p, scissors s"), "1|1|1");
}

TEST_F(cycles, a_cycle_that_cannot_be_broken_is_named) {
    const auto egg = s.add(Egg{});
    const auto hen = s.add(Hen{.egg = egg});
    egg->hen = hen;
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Egg (new).hen_id -> Hen (new).egg_id -> Egg (new)") ||
                contains(e.message(), "Hen (new).egg_id -> Egg (new).hen_id -> Hen (new)"))
        << e.message();
    EXPECT_TRUE(kin::test::ends_with(e.where().file_name(), "cycles_test.cpp"));
    EXPECT_EQ(log.count(), 0u);
    s.rollback();
    EXPECT_EQ(egg->hen.get(), hen.get());
}

TEST_F(cycles, a_cycle_of_three_models_that_cannot_be_broken_is_named) {
    const auto queen = s.add(Queen{});
    const auto jack = s.add(Jack{.queen = queen});
    const auto king = s.add(King{.jack = jack});
    queen->king = king;
    s.add(Jack{.queen = queen});  // waits for the ring, is not in it
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Queen (new).king_id -> King (new)")) << e.message();
    EXPECT_TRUE(contains(e.message(), "King (new).jack_id -> Jack (new)")) << e.message();
    EXPECT_TRUE(contains(e.message(), "Jack (new).queen_id -> Queen (new)")) << e.message();
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(cycles, a_tree_is_inserted_level_by_level) {
    const auto root = s.add(Node{.name = "root",
                                 .children = {{.name = "a", .children = {{.name = "a1"}, {.name = "a2"}}},
                                              {.name = "b", .children = {{.name = "b1"}}}}});
    s.commit();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(rows("SELECT c.name, p.name FROM node c LEFT JOIN node p ON p.id = c.parent_id ORDER BY c.name"),
              "a|root; a1|a; a2|a; b|root; b1|b; root|NULL");
    EXPECT_EQ(root->children[1].children[0].parent->name, "b");

    // A branch moves, and another is let go of.
    const ref<Node> a = root->children.handle(0);
    const ref<Node> b = root->children.handle(1);
    b->children.push_back(a);
    EXPECT_EQ(root->children.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT p.name FROM node c JOIN node p ON p.id = c.parent_id WHERE c.name = 'a'"), "b");
    s.remove(b);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM node WHERE parent_id IS NULL ORDER BY name"), "a; b1; root");
    EXPECT_EQ(a->parent, nullptr);
    EXPECT_TRUE(root->children.empty());
}

TEST_F(cycles, a_tree_is_loaded_level_by_level) {
    s.add(Node{.name = "root",
               .children = {{.name = "a", .children = {{.name = "a1"}, {.name = "a2"}}},
                            {.name = "b", .children = {{.name = "b1"}}}}});
    s.commit();
    kin::session t{db};
    log.clear();
    const auto root = t.query<Node>().where(kin::expr::col(&Node::parent_id).is_null()).one();
    std::string names;
    for (const Node& child : std::as_const(*root).children) {
        for (const Node& grandchild : child.children) {
            names += grandchild.name + " of " + grandchild.parent->name + "; ";
            EXPECT_TRUE(grandchild.children.empty());
        }
    }
    EXPECT_EQ(names, "a1 of a; a2 of a; b1 of b; ");
    EXPECT_EQ(log.count(), 4u);  // a statement for each level, and one that finds nothing below the last
}

TEST_F(cycles, both_of_a_cycle_are_removed_in_one_flush) {
    for (int round = 0; round < 2; ++round) {
        SCOPED_TRACE(round);
        const auto team = s.add(Team{.name = "Reds", .players = {{.name = "Kim"}}});
        team->captain = team->players.handle(0);
        s.commit();
        const ref<Player> kim = team->players.handle(0);
        if (round == 0) {
            s.remove(team);
            s.remove(kim);
        } else {
            s.remove(kim);
            s.remove(team);
        }
        s.commit();
        EXPECT_EQ(rows("SELECT count(*) FROM team"), "0");
        EXPECT_EQ(rows("SELECT count(*) FROM player"), "0");
    }
}

class blog_plan : public kin::test::with_database<Blog> {};

TEST_F(blog_plan, the_plan_of_a_mixed_flush) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a", .posts = {{.title = "one"}, {.title = "two"}}});
    const auto bob = s.add(User{.name = "Bob", .email = "b"});
    s.commit();
    ada->name = "Countess";
    ada->age = 36;
    ada->posts[1].author = bob;
    s.remove(ada->posts.handle(0));
    s.add(User{.id = 40, .name = "Eve", .email = "e"});
    for (int i = 0; i < 4; ++i) bob->posts.push_back(Post{.title = std::to_string(i)});
    const std::string plan = s.explain_flush();
    EXPECT_EQ(plan,
              "1. insert 1 row into users: User 40\n"
              "2. insert 4 rows into posts: Post (new), Post (new), Post (new), …\n"
              "3. update 1 row of users, set name, age: User 1\n"
              "4. update 1 row of posts, set user_id: Post 2\n"
              "5. delete from comments by post_id (their Post is removed)\n"
              "6. delete 1 row from posts: Post 1\n");
    log.clear();
    s.commit();
    EXPECT_EQ(log.text(),
              "INSERT INTO users; INSERT INTO posts; UPDATE users SET; UPDATE posts SET; DELETE FROM comments; "
              "DELETE FROM posts");
    s.remove(bob);
    EXPECT_TRUE(contains(s.explain_flush(), "set posts.editor_id to NULL (their User is removed)\n"));
    s.rollback();
    EXPECT_EQ(s.explain_flush(), "nothing to do\n");
}

}  // namespace
