// Both sides of a relationship agree in memory at once, and the database follows.
#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class sides : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    ref<User> ada = s.add(User{.name = "Ada", .email = "a", .posts = {{.title = "one"}, {.title = "two"}}});
    ref<User> bob = s.add(User{.name = "Bob", .email = "b"});
    ref<Post> one = ada->posts.handle(0);
    ref<Post> two = ada->posts.handle(1);
    sides() {
        s.commit();
        log.clear();
    }
};

TEST_F(sides, assigning_the_parent_moves_the_child_between_collections) {
    one->author = bob;
    ASSERT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(&ada->posts[0], two.get());
    ASSERT_EQ(bob->posts.size(), 1u);
    EXPECT_EQ(&bob->posts[0], one.get());
    s.commit();
    EXPECT_EQ(log.text(10), "UPDATE posts SET user_id = ? WHERE id = ?");
    EXPECT_EQ(one->user_id, bob->id);
    EXPECT_EQ(rows("SELECT id, user_id FROM posts ORDER BY id"), "1|2; 2|1");
}

TEST_F(sides, push_back_takes_the_child_from_its_former_parent) {
    bob->posts.push_back(one);
    EXPECT_EQ(one->author.get(), bob.get());
    EXPECT_EQ(ada->posts.size(), 1u);
    bob->posts.push_back(one);  // once is enough
    EXPECT_EQ(bob->posts.size(), 1u);
    s.commit();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "2; 1");
}

TEST_F(sides, there_and_back_is_nothing) {
    one->author = bob;
    one->author = ada;
    EXPECT_EQ(ada->posts.size(), 2u);
    EXPECT_TRUE(bob->posts.empty());
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 0u);
}

TEST_F(sides, taking_a_child_out_sets_its_key_to_null) {
    one->editor = bob;
    s.commit();
    log.clear();
    bob->edited.erase(one);
    EXPECT_TRUE(bob->edited.empty());
    EXPECT_EQ(one->editor, nullptr);
    s.commit();
    EXPECT_EQ(log.text(10), "UPDATE posts SET editor_id = ? WHERE id = ?");
    EXPECT_FALSE(one->editor_id.has_value());
    EXPECT_EQ(rows("SELECT editor_id FROM posts ORDER BY id"), "NULL; NULL");
}

TEST_F(sides, erase_by_position_and_clear) {
    one->editor = bob;
    two->editor = bob;
    s.commit();
    const auto next = bob->edited.erase(bob->edited.begin());
    EXPECT_EQ(&*next, two.get());
    bob->edited.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT editor_id FROM posts ORDER BY id"), "NULL; NULL");
}

TEST_F(sides, a_key_that_cannot_be_null_refuses_to_let_go) {
    ada->posts.erase(one);
    EXPECT_EQ(one->author, nullptr);
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Post 1 was taken out of its User, but Post.user_id cannot be NULL"));
    EXPECT_EQ(log.count(), 0u);
    one->author = bob;
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "2; 1");
}

TEST_F(sides, a_new_child_without_a_parent_is_refused_by_name) {
    s.add(Post{.title = "nobody's", .author = nullptr});
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_EQ(e.message(), "Post (new) has no User, but Post.user_id cannot be NULL");
}

TEST_F(sides, owned_children_are_deleted_when_they_are_taken_out) {
    one->comments.push_back(Comment{.text = "first"});
    one->comments.push_back(Comment{.text = "second"});
    s.commit();
    log.clear();
    one->comments.erase(one->comments.handle(0));
    EXPECT_EQ(one->comments.size(), 1u);
    s.commit();
    EXPECT_EQ(log.text(), "DELETE FROM comments");
    EXPECT_EQ(rows("SELECT text FROM comments"), "second");
}

TEST_F(sides, an_owned_child_that_was_never_sent_is_forgotten) {
    one->comments.push_back(Comment{.text = "first"});
    const ref<Comment> comment = one->comments.handle(0);
    one->comments.erase(comment);
    EXPECT_TRUE(one->comments.empty());
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM comments"), "0");
}

TEST_F(sides, an_owned_child_that_moves_to_another_parent_is_not_deleted) {
    one->comments.push_back(Comment{.text = "first"});
    one->comments.push_back(Comment{.text = "second"});
    s.commit();
    two->comments.push_back(one->comments.handle(0));
    one->comments.handle(0)->post = two;
    EXPECT_TRUE(one->comments.empty());
    s.commit();
    EXPECT_EQ(rows("SELECT post_id, text FROM comments ORDER BY id"), "2|first; 2|second");

    const ref<Comment> first = two->comments.handle(0);
    two->comments.erase(first);
    one->comments.push_back(first);  // out of one, into the other: a move in two steps
    s.commit();
    EXPECT_EQ(rows("SELECT post_id, text FROM comments ORDER BY id"), "1|first; 2|second");
}

TEST_F(sides, has_one_is_replaced) {
    ada->profile = Profile{.text = "old"};
    s.commit();
    const ref<Profile> old = ada->profile.handle();
    ada->profile = Profile{.text = "new"};
    EXPECT_EQ(old->user, nullptr);
    EXPECT_EQ(ada->profile->text, "new");
    EXPECT_EQ(ada->profile->user.get(), ada.get());
    s.commit();
    EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"), "old|NULL; new|1");

    old->user = bob;
    EXPECT_EQ(bob->profile.get(), old.get());
    old->user = ada;  // sends the new one away
    EXPECT_EQ(bob->profile, nullptr);
    EXPECT_EQ(ada->profile.get(), old.get());
    s.commit();
    EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"), "old|1; new|NULL");

    ada->profile = nullptr;
    s.commit();
    EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"), "old|NULL; new|NULL");
}

TEST_F(sides, a_key_set_by_hand_moves_the_object_after_the_flush) {
    EXPECT_TRUE(bob->posts.empty());
    one->user_id = bob->id;
    EXPECT_EQ(ada->posts.size(), 2u);
    s.flush();
    EXPECT_EQ(ada->posts.size(), 1u);
    ASSERT_EQ(bob->posts.size(), 1u);
    EXPECT_EQ(&bob->posts[0], one.get());
    EXPECT_EQ(one->author.get(), bob.get());
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "2; 1");
}

TEST_F(sides, a_key_set_by_hand_moves_a_to_one_too) {
    ada->profile = Profile{.text = "p"};
    s.commit();
    const ref<Profile> p = ada->profile.handle();
    EXPECT_EQ(bob->profile, nullptr);
    p->user_id = bob->id;
    s.commit();
    EXPECT_EQ(ada->profile, nullptr);
    EXPECT_EQ(bob->profile.get(), p.get());
    EXPECT_EQ(p->user.get(), bob.get());
}

TEST_F(sides, a_key_and_a_relation_that_contradict_each_other_are_refused) {
    const ref<User> eve = s.add(User{.name = "Eve", .email = "e"});
    s.flush();
    log.clear();
    one->user_id = bob->id;
    one->author = eve;
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Post.user_id of Post 1"));
    EXPECT_TRUE(contains(e.message(), "User 3"));
    EXPECT_EQ(log.count(), 0u);
    one->user_id = eve->id;  // now they agree
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "3; 1");
}

TEST_F(sides, a_new_object_that_contradicts_itself_is_refused) {
    const ref<Post> post = s.add(Post{.user_id = 1, .title = "x", .author = bob});
    const auto e = thrown<kin::flush_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Post.user_id of Post (new)"));
    EXPECT_TRUE(contains(e.message(), "User 2"));
    post->user_id = 2;
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts WHERE title = 'x'"), "2");
}

TEST_F(sides, two_relations_to_one_model_are_kept_apart) {
    one->editor = bob;
    EXPECT_EQ(one->author.get(), ada.get());
    EXPECT_EQ(bob->edited.size(), 1u);
    EXPECT_TRUE(bob->posts.empty());
    EXPECT_TRUE(ada->edited.empty());
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts ORDER BY id"), "1|2; 1|NULL");
}

TEST_F(sides, a_collection_is_replaced_as_a_whole) {
    one->editor = bob;
    two->editor = bob;
    s.commit();
    bob->edited = {two};
    EXPECT_EQ(one->editor, nullptr);
    EXPECT_EQ(bob->edited.size(), 1u);
    s.commit();
    EXPECT_EQ(rows("SELECT editor_id FROM posts ORDER BY id"), "NULL; 2");
    bob->edited = {{.title = "three", .author = ada}};
    EXPECT_EQ(two->editor, nullptr);
    s.commit();
    EXPECT_EQ(rows("SELECT title, editor_id FROM posts ORDER BY id"), "one|NULL; two|NULL; three|2");
}

TEST_F(sides, erase_from_a_collection_with_additions_that_is_not_loaded) {
    one->editor = bob;
    s.commit();
    kin::session t{db};
    const auto b = t.get<User>(2);
    const auto first = t.get<Post>(1);
    b->edited.push_back(t.get<Post>(2));
    b->edited.erase(first);
    t.commit();
    EXPECT_EQ(rows("SELECT editor_id FROM posts ORDER BY id"), "NULL; 2");
}

TEST_F(sides, a_deleted_parent_lets_go_of_children_with_nullable_keys) {
    one->editor = bob;
    bob->profile = Profile{.text = "p"};
    s.commit();
    const ref<Profile> p = bob->profile.handle();
    log.clear();
    s.remove(bob);
    s.commit();
    EXPECT_EQ(log.count("DELETE"), 1u);
    EXPECT_EQ(log.count("SELECT"), 0u);
    EXPECT_EQ(rows("SELECT editor_id FROM posts ORDER BY id"), "NULL; NULL");
    EXPECT_EQ(rows("SELECT user_id FROM profile"), "NULL");
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada");
    // Memory knows.
    EXPECT_FALSE(one->editor_id.has_value());
    EXPECT_EQ(one->editor, nullptr);
    EXPECT_EQ(p->user, nullptr);
    EXPECT_FALSE(s.dirty());
}

TEST_F(sides, a_deleted_parent_with_children_that_cannot_let_go_is_refused) {
    s.remove(ada);
    const auto e = thrown<kin::foreign_key_violation>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.what(), "cannot be removed: ")) << e.what();
    EXPECT_TRUE(contains(e.sql(), "DELETE FROM \"users\""));
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "2");
    // All of them at once is fine, and in no order that anybody has to know.
    s.remove(one);
    s.remove(two);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users"), "Bob");
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "0");
}

TEST_F(sides, deleting_a_parent_deletes_what_it_owns_in_one_statement) {
    for (int i = 0; i < 5; ++i) one->comments.push_back(Comment{.text = std::to_string(i)});
    two->comments.push_back(Comment{.text = "stays"});
    s.commit();
    const ref<Comment> child = one->comments.handle(0);
    log.clear();
    s.remove(one);
    s.commit();
    EXPECT_EQ(log.text(), "DELETE FROM comments; DELETE FROM posts");
    EXPECT_EQ(rows("SELECT text FROM comments"), "stays");
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_FALSE(s.get<Comment>(child->id));
}

TEST_F(sides, a_deleted_child_leaves_its_collections) {
    one->editor = bob;
    s.commit();
    s.remove(one);
    s.commit();
    ASSERT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(&ada->posts[0], two.get());
    EXPECT_TRUE(bob->edited.empty());
    EXPECT_EQ(one->title, "one");  // readable still
    EXPECT_FALSE(s.get<Post>(1));
}

TEST_F(sides, children_that_are_not_loaded_are_let_go_and_deleted_too) {
    one->editor = bob;
    one->comments.push_back(Comment{.text = "c"});
    s.commit();
    kin::session t{db};
    t.remove(t.get<User>(2));
    t.remove(t.get<Post>(1));
    t.commit();
    EXPECT_EQ(rows("SELECT id FROM users"), "1");
    EXPECT_EQ(rows("SELECT id FROM posts"), "2");
    EXPECT_EQ(rows("SELECT count(*) FROM comments"), "0");
}

TEST_F(sides, loading_again_after_a_flush_sees_what_others_wrote) {
    ada->posts.push_back(Post{.title = "three"});
    s.commit();
    run("INSERT INTO posts(id, user_id, title, published, views) VALUES (50, 1, 'theirs', false, 0)");
    EXPECT_EQ(ada->posts.size(), 3u);
    s.load(ada, &User::posts);
    EXPECT_EQ(ada->posts.size(), 4u);
    ada->profile = Profile{.text = "mine"};
    s.commit();
    run("DELETE FROM profile");
    s.load(ada, &User::profile);
    EXPECT_EQ(ada->profile, nullptr);
}

class owning : public kin::test::with_database<Owning> {};

TEST_F(owning, an_owned_to_one_is_deleted_when_it_is_replaced) {
    kin::session s{db};
    const auto c = s.add(Citizen{.name = "Ada", .passport = Passport{.number = "1"}});
    s.commit();
    c->passport = Passport{.number = "2"};
    s.commit();
    EXPECT_EQ(rows("SELECT number, citizen_id FROM passport"), "2|1");
    c->passport = nullptr;
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM passport"), "0");
    c->passport = Passport{.number = "3"};
    s.commit();
    s.remove(c);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM passport"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM citizen"), "0");
}

TEST_F(owning, what_the_database_cascades_is_gone_from_memory) {
    kin::session s{db};
    const auto album = s.add(Album{.title = "A", .tracks = {{.title = "1"}, {.title = "2"}}});
    const auto other = s.add(Album{.title = "B", .tracks = {{.title = "3"}}});
    s.commit();
    log.clear();
    s.remove(album);
    s.commit();
    EXPECT_EQ(log.text(), "DELETE FROM album");
    EXPECT_EQ(rows("SELECT title FROM track"), "3");
    EXPECT_FALSE(s.get<Track>(1));
    EXPECT_TRUE(s.get<Track>(3));
    EXPECT_FALSE(s.dirty());
}

TEST_F(owning, a_tree_that_the_database_cascades_is_gone_in_whatever_order_it_was_loaded) {
    {
        kin::session s{db};
        s.add(Folder{.name = "1", .folders = {{.name = "2", .folders = {{.name = "3", .folders = {{.name = "4"}}}}}}});
        s.add(Folder{.name = "other", .folders = {{.name = "kept"}}});
        s.commit();
    }
    for (const char* order : {"id", "-id"}) {
        SCOPED_TRACE(order);
        kin::session s{db};
        const auto all = s.query<Folder>().order_by(order).all();
        const std::int64_t top = s.query<Folder>().where("name", "=", "1").one()->id.value;
        s.remove(s.get<Folder>(top));
        s.flush();
        int left = 0;
        for (const Folder& f : all) left += s.get<Folder>(f.id) ? 1 : 0;
        EXPECT_EQ(left, 2);
        EXPECT_EQ(s.query<Folder>().count(), 2);
        s.rollback();
        EXPECT_EQ(s.query<Folder>().count(), 6);
        for (const Folder& f : all) EXPECT_EQ(s.get<Folder>(f.id).get(), &f);
    }
}

TEST_F(owning, an_owned_child_whose_parent_is_set_to_none_goes_as_if_taken_out_of_the_other_side) {
    kin::session s{db};
    const auto ada = s.add(Citizen{.name = "Ada", .passport = Passport{.number = "A1"}});
    const auto bob = s.add(Citizen{.name = "Bob", .passport = Passport{.number = "B1"}});
    s.commit();
    const auto a1 = ada->passport.handle();
    const auto b1 = bob->passport.handle();
    a1->citizen = nullptr;
    EXPECT_FALSE(ada->passport);
    log.clear();
    s.flush();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(s.query<Passport>().count(), 1);
    b1->citizen = nullptr;
    b1->citizen = ada;  // a move in two steps deletes nothing
    s.commit();
    EXPECT_EQ(rows("SELECT number, citizen_id FROM passport"), "B1|1");
    s.add(Citizen{.name = "Cid"})->passport = Passport{.number = "C1"};
    s.commit();
    const auto c1 = s.query<Passport>().where("number", "=", "C1").one();
    c1->citizen = nullptr;
    s.rollback();
    EXPECT_TRUE(c1->citizen);
    EXPECT_EQ(rows("SELECT count(*) FROM passport"), "2");
}

TEST_F(owning, what_is_read_beside_an_unflushed_change_is_read_again_after_a_rollback) {
    {
        kin::session s{db};
        s.add(Citizen{.name = "Ada", .passport = Passport{.number = "A1"}});
        s.add(Citizen{.name = "Bob"});
        s.commit();
    }
    kin::session s{db};
    s.autoflush(false);
    const auto passport = s.get<Passport>(1);
    passport->citizen = s.get<Citizen>(2);
    const auto ada = s.get<Citizen>(1);
    EXPECT_FALSE(ada->passport);
    s.rollback();
    EXPECT_EQ(ada->passport->number, "A1");
    EXPECT_EQ(passport->citizen->name, "Ada");
}

}  // namespace
