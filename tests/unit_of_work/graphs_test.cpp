// Adding objects and whole graphs: what is inserted, in which order, in how many statements.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

using graphs = kin::test::with_database<Blog>;
using keyed_graphs = kin::test::with_database<Keyed>;
using one_sided_graphs = kin::test::with_database<OneSided>;

TEST_F(graphs, a_literal_of_three_levels_is_one_statement_for_each_model) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada",
                                .email = "ada@x",
                                .posts = {{.title = "On engines", .comments = {{.text = "First!"}, {.text = "Second"}}},
                                          {.title = "On looms", .comments = {{.text = "Third"}}}},
                                .profile = Profile{.text = "Countess"}});
    EXPECT_EQ(log.count(), 0u);
    s.commit();

    EXPECT_EQ(log.count(), 4u);
    EXPECT_EQ(log.count("INSERT INTO \"users\""), 1u);
    const auto sent = log.entries();
    EXPECT_TRUE(contains(sent.front().sql, "\"users\""));
    std::size_t posts = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        if (contains(sent[i].sql, "INTO \"posts\"")) {
            posts = i;
            EXPECT_EQ(sent[i].runs, 2u);
        }
        if (contains(sent[i].sql, "INTO \"comments\"")) {
            EXPECT_GT(i, posts);
            EXPECT_EQ(sent[i].runs, 3u);
        }
    }
    EXPECT_EQ(rows("SELECT id, name, email, bio FROM users"), "1|Ada|ada@x|NULL");
    EXPECT_EQ(rows("SELECT id, user_id, title FROM posts ORDER BY id"), "1|1|On engines; 2|1|On looms");
    EXPECT_EQ(rows("SELECT id, post_id, text FROM comments ORDER BY id"), "1|1|First!; 2|1|Second; 3|2|Third");
    EXPECT_EQ(rows("SELECT id, user_id, text FROM profile"), "1|1|Countess");

    // Memory has the keys, both sides agree, and reading sends nothing.
    log.clear();
    ASSERT_EQ(ada->posts.size(), 2u);
    EXPECT_EQ(ada->posts[0].id, kin::key<Post>{1});
    EXPECT_EQ(ada->posts[1].user_id, ada->id);
    EXPECT_EQ(ada->posts[1].author.get(), ada.get());
    EXPECT_EQ(ada->posts[0].comments[1].post->title, "On engines");
    EXPECT_EQ(ada->profile->user.get(), ada.get());
    EXPECT_NE(ada->created_at.microseconds, 0);
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(graphs, a_child_brings_its_new_parent_along) {
    kin::session s{db};
    const auto post = s.add(Post{.title = "Notes", .author = User{.name = "Grace", .email = "g@x"}});
    s.commit();
    EXPECT_EQ(rows("SELECT p.title, u.name FROM posts p JOIN users u ON u.id = p.user_id"), "Notes|Grace");
    ASSERT_EQ(post->author->posts.size(), 1u);
    EXPECT_EQ(&post->author->posts[0], post.get());
}

TEST_F(graphs, handles_in_literals_refer_to_objects_of_the_session) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "ada@x"});
    const auto bob = s.add(User{.name = "Bob", .email = "bob@x"});
    const auto post = s.add(Post{.title = "One", .author = ada, .editor = bob});
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(bob->edited.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts"), "1|2");

    const auto eve = s.add(User{.name = "Eve", .email = "eve@x", .edited = {post}});
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts"), "1|3");
    EXPECT_TRUE(bob->edited.empty());
    EXPECT_EQ(post->editor.get(), eve.get());
}

TEST_F(graphs, push_back_before_and_after_the_flush) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "ada@x"});
    Post& first = ada->posts.push_back(Post{.title = "First"});
    EXPECT_EQ(first.author.get(), ada.get());
    s.flush();
    log.clear();
    Post& second = ada->posts.push_back({.title = "Second"});
    EXPECT_EQ(second.author->name, "Ada");
    EXPECT_EQ(ada->posts.size(), 2u);
    s.commit();
    EXPECT_EQ(log.text(), "INSERT INTO posts");
    EXPECT_EQ(rows("SELECT id, user_id, title FROM posts ORDER BY id"), "1|1|First; 2|1|Second");
}

TEST_F(graphs, push_back_into_an_unloaded_collection_does_not_load_it) {
    run("INSERT INTO users(id, name, email, age, created_at) VALUES (7, 'Ada', 'a', 0, '2024-01-01 00:00:00');"
        "INSERT INTO posts(id, user_id, title, published, views) VALUES (1, 7, 'old', false, 0)");
    kin::session s{db};
    const auto ada = s.get<User>(7);
    ada->posts.push_back(Post{.title = "new"});
    s.commit();
    EXPECT_EQ(log.text(), "SELECT id, name,; INSERT INTO posts");
    EXPECT_EQ(rows("SELECT title FROM posts WHERE user_id = 7 ORDER BY id"), "old; new");
    ASSERT_EQ(ada->posts.size(), 2u);
    EXPECT_EQ(ada->posts[0].title, "old");
    EXPECT_EQ(ada->posts[1].title, "new");
}

TEST_F(graphs, keys_given_by_hand_stay_and_keys_made_by_the_database_stay_clear_of_them) {
    KIN_NEEDS(numbered_rows);
    kin::session s{db};
    const auto a = s.add(User{.id = 40, .name = "a", .email = "a"});
    const auto b = s.add(User{.name = "b", .email = "b"});
    const auto c = s.add(User{.id = 1, .name = "c", .email = "c"});
    s.commit();
    EXPECT_EQ(rows("SELECT id, name FROM users ORDER BY id"), "1|c; 40|a; 41|b");
    EXPECT_EQ(b->id, kin::key<User>{41});
    EXPECT_EQ(s.get<User>(40), a);
    EXPECT_EQ(s.get<User>(41), b);
    EXPECT_EQ(s.get<User>(c->id), c);
    EXPECT_EQ(log.count(), 2u);  // one INSERT with keys, one without, and no SELECT
}

TEST_F(graphs, a_foreign_key_given_by_hand_finds_its_parent_and_its_collection) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a"});
    s.flush();
    const auto post = s.add(Post{.user_id = ada->id, .title = "by key"});
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, title FROM posts"), "1|by key");
    ASSERT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(&ada->posts[0], post.get());
    EXPECT_EQ(post->author.get(), ada.get());
}

TEST_F(graphs, an_lvalue_is_copied_with_all_that_it_holds) {
    kin::session s{db};
    const User ada{.name = "Ada", .email = "a@x", .posts = {{.title = "one"}, {.title = "two"}}};
    User other = ada;
    other.email = "b@x";
    const auto first = s.add(ada);
    const auto second = s.add(other);
    s.commit();
    EXPECT_EQ(rows("SELECT u.email, p.title FROM users u JOIN posts p ON p.user_id = u.id ORDER BY p.id"),
              "a@x|one; a@x|two; b@x|one; b@x|two");
    EXPECT_NE(first.get(), second.get());
    EXPECT_EQ(ada.posts.size(), 2u);  // the values are as they were
    EXPECT_EQ(other.posts.size(), 2u);
    EXPECT_EQ(ada.id, kin::key<User>{0});
}

TEST_F(graphs, a_copy_of_an_object_of_the_session_is_a_plain_value) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x", .posts = {{.title = "one"}}});
    s.commit();
    User copy = *ada;
    EXPECT_EQ(copy.name, "Ada");
    EXPECT_EQ(copy.id, ada->id);
    EXPECT_EQ(copy.posts.size(), 0u);  // its relations stay behind
    copy.id = {};
    copy.email = "b@x";
    s.add(copy);
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM users ORDER BY id"), "a@x; b@x");
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "1");
}

TEST_F(graphs, what_a_rollback_made_transient_can_be_added_again) {
    kin::session s{db};
    const auto ada =
        s.add(User{.name = "Ada", .email = "a@x", .posts = {{.title = "one", .comments = {{.text = "x"}}}}});
    s.flush();
    EXPECT_EQ(ada->id, kin::key<User>{1});
    s.rollback();
    EXPECT_EQ(ada->id, kin::key<User>{0});
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "0");

    s.add(ada);
    s.commit();
    EXPECT_EQ(rows("SELECT u.name, p.title, c.text FROM users u JOIN posts p ON p.user_id = u.id JOIN comments c ON "
                   "c.post_id = p.id"),
              "Ada|one|x");
    EXPECT_EQ(s.get<User>(ada->id), ada);
    EXPECT_EQ(ada->posts[0].user_id, ada->id);
}

TEST_F(graphs, a_child_that_was_rolled_back_comes_back_through_its_parents_collection) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x"});
    s.commit();
    ada->posts.push_back(Post{.title = "one"});
    const ref<Post> post = ada->posts.handle(0);
    s.rollback();
    EXPECT_EQ(ada->posts.size(), 0u);
    ada->posts.push_back(post);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, title FROM posts"), "1|one");
}

TEST_F(graphs, nothing_to_do_sends_nothing) {
    kin::session s{db};
    s.flush();
    s.commit();
    s.rollback();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(s.explain_flush(), "nothing to do\n");
    EXPECT_FALSE(s.dirty());
}

TEST_F(graphs, a_new_object_that_is_removed_before_the_flush_is_never_sent) {
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "a@x", .posts = {{.title = "one"}, {.title = "two"}}});
    const ref<Post> two = ada->posts.handle(1);
    s.remove(two);
    EXPECT_EQ(ada->posts.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM posts"), "one");
}

TEST_F(keyed_graphs, text_uuid_and_composite_keys) {
    kin::session s{db};
    const kin::uuid id = kin::uuid::parse("7f6a2c2e-3f0b-4d0e-9a3e-5a1b2c3d4e5f");
    const auto france =
        s.add(Country{.code = {"fr"}, .name = "France", .cities = {{.name = "Lyon"}, {.name = "Nice"}}});
    const auto device = s.add(Device{.id = {id}, .name = "probe", .readings = {{.value = 1.5}, {.value = 2.5}}});
    const auto store = s.add(Warehouse{.region = 3, .number = 9, .name = "north", .crates = {{.label = "c1"}}});
    s.commit();
    EXPECT_EQ(log.count(), 6u);
    EXPECT_EQ(rows("SELECT country_code, name FROM city ORDER BY id"), "fr|Lyon; fr|Nice");
    EXPECT_EQ(rows("SELECT count(*) FROM reading r JOIN device d ON d.id = r.device_id"), "2");
    EXPECT_EQ(rows("SELECT region, number, label FROM crate"), "3|9|c1");

    log.clear();
    EXPECT_EQ(s.get<Country>("fr"), france);
    EXPECT_EQ(s.get<Device>(id), device);
    EXPECT_EQ((s.get<Warehouse>({3, 9})), store);
    EXPECT_EQ(log.count(), 0u);

    kin::session t{db};
    EXPECT_EQ(t.get<Country>("fr")->cities.size(), 2u);
    EXPECT_EQ(t.get<Device>(id)->readings.size(), 2u);
    const auto there = t.get<Warehouse>({3, 9});
    ASSERT_TRUE(there);
    EXPECT_EQ(there->crates.size(), 1u);
    EXPECT_EQ(there->crates[0].warehouse.get(), there.get());
    EXPECT_FALSE((t.get<Warehouse>({3, 8})));
    EXPECT_FALSE(t.get<Country>("de"));
    const auto e = thrown<kin::usage_error>([&] { (void)t.get<Warehouse>(3); });
    EXPECT_TRUE(contains(e.message(), "2 columns"));
}

TEST_F(keyed_graphs, natural_keys_given_by_hand_on_both_sides) {
    kin::session s{db};
    s.add(City{.country_code = {"it"}, .name = "Rome"});  // before its parent, and only its key
    s.add(Country{.code = {"it"}, .name = "Italy"});
    s.commit();
    EXPECT_EQ(rows("SELECT c.name, k.name FROM city c JOIN country k ON k.code = c.country_code"), "Rome|Italy");
}

TEST_F(one_sided_graphs, only_has_many) {
    kin::session s{db};
    const auto shelf = s.add(Shelf{.name = "A", .books = {{.title = "one"}, {.title = "two"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT shelf_id, title FROM book ORDER BY id"), "1|one; 1|two");
    EXPECT_EQ(*shelf->books[0].shelf_id, shelf->id);

    const auto other = s.add(Shelf{.name = "B"});
    other->books.push_back(shelf->books.handle(0));
    EXPECT_EQ(shelf->books.size(), 1u);
    shelf->books.erase(shelf->books.handle(0));
    s.commit();
    EXPECT_EQ(rows("SELECT shelf_id, title FROM book ORDER BY id"), "2|one; NULL|two");
}

TEST_F(one_sided_graphs, only_belongs_to) {
    kin::session s{db};
    const auto house = s.add(House{.street = "Main", .town = Town{.name = "York"}});
    s.commit();
    EXPECT_EQ(rows("SELECT town_id, street FROM house"), "1|Main");
    house->town = Town{.name = "Bath"};
    s.commit();
    EXPECT_EQ(rows("SELECT town_id FROM house"), "2");
    house->town = nullptr;
    s.commit();
    EXPECT_EQ(rows("SELECT town_id FROM house"), "NULL");
    EXPECT_FALSE(house->town_id.has_value());
    EXPECT_EQ(rows("SELECT name FROM town ORDER BY id"), "York; Bath");
}

TEST_F(graphs, thousands_of_objects_are_still_one_statement_for_each_model) {
    kin::session s{db};
    for (int i = 0; i < 3000; ++i) {
        const std::string n = std::to_string(i);
        s.add(User{.name = n, .email = n, .posts = {{.title = n}}});
    }
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(rows("SELECT count(*) FROM users u JOIN posts p ON p.user_id = u.id WHERE p.title = u.name"), "3000");
}

}  // namespace
