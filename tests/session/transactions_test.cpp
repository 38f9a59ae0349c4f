// Rollback, savepoints, commit, refresh, expire, expunge, clear and autoflush.
#include "support/fixture.hpp"
#include "support/picture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::ref;
using kin::test::contains;
using kin::test::rows_of;
using kin::test::thrown;

class transactions : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    ref<User> ada =
        s.add(User{.name = "Ada",
                   .email = "ada",
                   .bio = "Countess",
                   .posts = {{.title = "one", .comments = {{.text = "c1"}, {.text = "c2"}}}, {.title = "two"}},
                   .profile = Profile{.text = "profile"}});
    ref<User> bob = s.add(User{.name = "Bob", .email = "bob"});
    ref<Post> one = ada->posts.handle(0);
    ref<Post> two = ada->posts.handle(1);
    ref<Comment> c1 = one->comments.handle(0);
    ref<Profile> profile = ada->profile.handle();
    transactions() {
        s.commit();
        log.clear();
    }
    std::string memory() { return picture_of(ada, bob, one, two, c1, profile); }
    std::string database() {
        return rows("SELECT id, name, email, bio, age FROM users ORDER BY id") + "\n" +
               rows("SELECT id, user_id, editor_id, title FROM posts ORDER BY id") + "\n" +
               rows("SELECT id, post_id, text FROM comments ORDER BY id") + "\n" +
               rows("SELECT id, user_id, text FROM profile ORDER BY id");
    }
    /// Something of everything.
    void change() {
        ada->name = "Grace";
        ada->bio.reset();
        one->author = bob;
        two->editor = ada;
        two->views = 7;
        one->comments.erase(c1);
        one->comments.push_back(Comment{.text = "c3"});
        ada->profile = Profile{.text = "new profile"};
        bob->posts.push_back(Post{.title = "three", .comments = {{.text = "c4"}}});
        s.add(User{.name = "Eve", .email = "eve", .posts = {{.title = "four"}}});
    }
};

TEST_F(transactions, rollback_before_a_flush_restores_values_and_relations) {
    const std::string was = memory();
    change();
    EXPECT_NE(memory(), was);
    s.rollback();
    EXPECT_EQ(memory(), was);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(s.explain_flush(), "nothing to do\n");
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(transactions, rollback_after_a_flush_restores_them_too) {
    const std::string was = memory();
    const std::string rows_were = database();
    for (int round = 0; round < 3; ++round) {
        change();
        const std::string changed = memory();
        s.flush();
        ada->age = 5;
        s.flush();
        s.remove(two);
        s.flush();
        EXPECT_NE(memory(), changed);
        s.rollback();
        EXPECT_EQ(memory(), was);
        EXPECT_EQ(database(), rows_were);
        EXPECT_FALSE(s.dirty());
    }
    // And everything still works.
    change();
    s.commit();
    EXPECT_EQ(
        rows("SELECT p.title, u.name, p.editor_id FROM posts p JOIN users u ON u.id = p.user_id ORDER BY p.title"),
        "four|Eve|NULL; one|Bob|NULL; three|Bob|NULL; two|Grace|1");
    EXPECT_EQ(rows("SELECT text FROM comments ORDER BY text"), "c2; c3; c4");
    EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"), "profile|NULL; new profile|1");
    EXPECT_EQ(rows("SELECT name, bio FROM users WHERE id = 1"), "Grace|NULL");
}

TEST_F(transactions, removed_objects_come_back) {
    const std::string was = memory();
    s.remove(one);
    s.remove(profile);
    s.remove(bob);
    s.flush();
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_FALSE(s.get<Post>(1));
    s.rollback();
    EXPECT_EQ(memory(), was);
    EXPECT_EQ(s.get<Post>(1), one);
    EXPECT_EQ(s.get<User>(2), bob);
    one->title = "ONE";
    bob->name = "BOB";
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM posts ORDER BY id"), "ONE; two");
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "Ada; BOB");
}

TEST_F(transactions, keys_that_a_parents_removal_cleared_come_back) {
    one->editor = bob;
    s.commit();
    const std::string was = memory();
    s.remove(bob);
    s.flush();
    EXPECT_FALSE(one->editor_id.has_value());
    s.rollback();
    EXPECT_EQ(memory(), was);
    EXPECT_EQ(one->editor_id->value, 2);
    EXPECT_FALSE(s.dirty());
}

TEST_F(transactions, what_was_loaded_after_an_undone_change_is_read_again) {
    kin::session t{db};
    const auto user = t.get<User>(1);
    t.add(Post{.user_id = 1, .title = "by key"});
    t.remove(t.get<Post>(1));
    t.flush();
    EXPECT_EQ(user->posts.size(), 2u);  // "two" and "by key"
    t.rollback();
    ASSERT_EQ(user->posts.size(), 2u);
    EXPECT_EQ(user->posts[0].title, "one");
    EXPECT_EQ(user->posts[1].title, "two");
    EXPECT_EQ(user->posts[0].author.get(), user.get());
}

TEST_F(transactions, ending_a_session_without_commit_rolls_back) {
    {
        kin::session t{db};
        t.get<User>(1)->name = "lost";
        t.flush();
    }
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "Ada");
}

TEST_F(transactions, savepoints_nest) {
    const std::string was = memory();
    ada->name = "first";
    auto outer = s.savepoint();
    const std::string after_first = memory();
    ada->name = "second";
    ada->posts.push_back(Post{.title = "p2"});
    auto inner = s.savepoint();
    const std::string after_second = memory();
    ada->name = "third";
    two->author = bob;
    s.add(User{.name = "Eve", .email = "eve"});
    s.remove(one);
    s.flush();
    inner.rollback();
    EXPECT_EQ(memory(), after_second);
    EXPECT_EQ(rows_of(s.connection(), "SELECT title, user_id FROM posts ORDER BY id"), "one|1; two|1; p2|1");
    outer.rollback();
    EXPECT_EQ(memory(), after_first);
    EXPECT_EQ(rows_of(s.connection(), "SELECT name FROM users ORDER BY id"), "first; Bob");
    s.rollback();
    EXPECT_EQ(memory(), was);
}

TEST_F(transactions, a_savepoint_is_undone_by_its_end_and_kept_by_release) {
    {
        const auto point = s.savepoint();
        ada->name = "undone";
        s.flush();
    }
    EXPECT_EQ(ada->name, "Ada");
    {
        auto point = s.savepoint();
        ada->name = "kept";
        bob->posts.push_back(Post{.title = "kept"});
        point.release();
    }
    EXPECT_EQ(ada->name, "kept");
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "kept; Bob");
    EXPECT_EQ(rows("SELECT user_id FROM posts WHERE title = 'kept'"), "2");
}

TEST_F(transactions, unflushed_changes_since_a_savepoint_are_undone_too) {
    auto point = s.savepoint();
    const std::string was = memory();
    change();
    point.rollback();
    EXPECT_EQ(memory(), was);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "2");
}

TEST_F(transactions, releasing_an_outer_savepoint_ends_the_inner_ones) {
    auto outer = s.savepoint();
    auto inner = s.savepoint();
    outer.release();
    const auto e = thrown<kin::usage_error>([&] { inner.release(); });
    EXPECT_TRUE(contains(e.message(), "ended already"));
    s.commit();
}

TEST_F(transactions, commit_does_not_expire) {
    ada->name = "Grace";
    s.commit();
    log.clear();
    EXPECT_EQ(ada->name, "Grace");
    EXPECT_EQ(ada->posts[0].comments[1].text, "c2");
    EXPECT_EQ(log.count(), 0u);
    run("UPDATE users SET name = 'theirs'");
    EXPECT_EQ(ada->name, "Grace");
}

TEST_F(transactions, refresh_reads_the_row_again_and_drops_changes) {
    run("UPDATE users SET name = 'theirs', bio = NULL WHERE id = 1; DELETE FROM comments; DELETE FROM posts WHERE id = "
        "1");
    ada->age = 99;
    s.refresh(ada);
    EXPECT_EQ(ada->name, "theirs");
    EXPECT_FALSE(ada->bio.has_value());
    EXPECT_EQ(ada->age, 0);
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(log.count(), 2u);
    EXPECT_THROW(s.refresh(one), kin::not_found);
    const auto fresh = s.add(User{.name = "Eve", .email = "eve"});
    const auto e = thrown<kin::usage_error>([&] { s.refresh(fresh); });
    EXPECT_TRUE(contains(e.message(), "User"));
}

TEST_F(transactions, expire_reads_at_the_next_access) {
    run("UPDATE users SET name = 'theirs'");
    s.expire(ada);
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(ada->name, "theirs");
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(bob->name, "Bob");
    s.expire_all();
    EXPECT_EQ(bob->name, "theirs");
    EXPECT_EQ(one->author->name, "theirs");
    ada->name = "mine";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "mine; theirs");
}

TEST_F(transactions, an_expunged_object_stays_readable_and_is_not_written) {
    s.expunge(ada);
    ada->name = "nobody sees it";
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "Ada");
    EXPECT_EQ(ada->posts.size(), 2u);
    const auto other = s.get<User>(1);
    EXPECT_NE(other, ada);
    EXPECT_EQ(other->name, "Ada");
}

TEST_F(transactions, clear_forgets_everything_and_handles_stay_readable) {
    ada->name = "unflushed";
    s.clear();
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(ada->name, "unflushed");
    EXPECT_EQ(ada->posts[0].comments[0].text, "c1");
    const auto again = s.get<User>(1);
    EXPECT_NE(again, ada);
    EXPECT_EQ(again->name, "Ada");
    EXPECT_EQ(s.get<User>(1)->posts.size(), 2u);
    again->name = "written";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "written");
}

TEST(clear, without_handles) {
    kin::database db{"sqlite::memory:"};
    db.create<Blog>();
    kin::session s{db};
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2000; ++i) {
            const std::string n = std::to_string(round) + "/" + std::to_string(i);
            s.add(User{.name = n, .email = n, .posts = {{.title = n}}});
        }
        s.flush();
        s.clear();
        EXPECT_FALSE(s.dirty());
    }
    const auto users = s.query<User>().with(&User::posts).all();
    EXPECT_EQ(users.size(), 6000u);
    std::size_t posts = 0;
    for (const User& u : users) posts += u.posts.size();
    EXPECT_EQ(posts, 6000u);
    s.commit();
}

TEST_F(transactions, autoflush_only_where_the_query_reads_what_changed) {
    ada->name = "Grace";
    (void)s.query<Post>().count();
    EXPECT_EQ(log.count("UPDATE"), 0u);
    EXPECT_EQ(s.query<User>().where(col(&User::name) == "Grace").count(), 1);
    EXPECT_EQ(log.count("UPDATE"), 1u);
    s.add(User{.name = "Eve", .email = "eve"});
    (void)s.query<Post>().where(col(&Post::views) == 0).all();
    EXPECT_EQ(log.count("INSERT"), 0u);
    // A joined or inner table counts as well.
    (void)s.query<Post>().join(&Post::author).where(col(&User::name) == "Eve").all();
    EXPECT_EQ(log.count("INSERT"), 1u);
    bob->name = "Robert";
    (void)s.query<Post>()
        .where(
            col(&Post::user_id).in(s.query<User>().where(col(&User::name) == "Robert").select(&User::id).statement()))
        .all();
    EXPECT_EQ(log.count("UPDATE"), 2u);
    // Loading a collection reads the children's table.
    s.add(Post{.user_id = bob->id, .title = "unsent"});
    s.expire(bob);
    EXPECT_EQ(bob->posts.size(), 1u);

    s.autoflush(false);
    ada->name = "silent";
    EXPECT_EQ(s.query<User>().where(col(&User::name) == "silent").count(), 0);
    s.rollback();
}

TEST_F(transactions, a_row_that_was_read_before_its_insertion_was_undone_is_not_found) {
    kin::ref<User> eve;
    {
        auto point = s.savepoint();
        s.execute(
            "INSERT INTO users (id, name, email, age, created_at) VALUES (9, 'Eve', 'e', 1, '2020-01-01 00:00:00')");
        eve = s.get<User>(9);
        EXPECT_EQ(eve->name, "Eve");
        point.rollback();
    }
    EXPECT_FALSE(s.get<User>(9));
    (void)thrown<kin::not_found>([&] { (void)s.get_one<User>(9); });
    s.add(User{.id = {9}, .name = "another", .email = "f"});
    s.commit();
    EXPECT_EQ(s.get<User>(9)->name, "another");
}

TEST_F(transactions, a_savepoint_is_undone_whole_after_a_commit_that_failed) {
    ada->email = "a2";
    bob->email = "b2";
    s.flush();
    auto point = s.savepoint();
    ada->email = "b2";
    (void)thrown<kin::unique_violation>([&] { s.commit(); });
    bob->email = "b3";
    s.flush();
    point.rollback();
    EXPECT_EQ(std::as_const(*ada).email, "a2");
    EXPECT_EQ(std::as_const(*bob).email, "b2");
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(rows("SELECT email FROM users ORDER BY id"), "a2; b2");
}

}  // namespace
