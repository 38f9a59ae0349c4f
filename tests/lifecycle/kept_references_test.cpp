// A plain reference that somebody keeps: until the end of its transaction what is written through it is written, after
// that it is an error that names the object; lost without a word it is never.
#include "support/blog.hpp"
#include "support/fixture.hpp"

namespace {

using namespace blog;
using kin::test::contains;
using kin::test::thrown;

struct kept_references : kin::test::with_database<all> {
    kin::session s{db};
    kin::ref<User> ada{};

    void SetUp() override {
        with_database::SetUp();
        ada = s.add(User{.name = "Ada", .posts = {{.title = "one"}, {.title = "two"}}});
        s.commit();
        log.clear();
    }
    static kin::ref<User> ada_of(kin::session& session) { return session.get<User>(1); }
    std::string names() { return rows("SELECT name FROM users ORDER BY id"); }
    /// What a call says that meets the change.
    template <class Call>
    void expect_refused(Call call) {
        const std::string said = thrown<kin::usage_error>(call).what();
        EXPECT_TRUE(contains(said, "User 1 was changed (name)")) << said;
        EXPECT_TRUE(contains(said, "from its handle")) << said;
    }
};

TEST_F(kept_references, before_a_flush_and_between_flush_and_commit_they_are_seen) {
    User& user = *ada;
    user.name = "before the flush";
    s.flush();
    EXPECT_EQ(log.count(), 1u);
    user.name = "after the flush";
    s.flush();  // what was accessed since the last one: nothing
    EXPECT_EQ(log.count(), 1u);
    s.commit();
    EXPECT_EQ(names(), "after the flush");
}

TEST_F(kept_references, of_new_objects_are_seen_until_the_commit) {
    User& bob = *s.add(User{.name = "Bob"});
    s.flush();
    bob.name = "Rob";
    s.commit();
    EXPECT_EQ(names(), "Ada; Rob");
}

TEST_F(kept_references, a_query_that_finds_nothing_to_flush_leaves_them_to_the_commit) {
    User& user = *ada;
    EXPECT_EQ(s.query<User>().all().size(), 1u);
    user.name = "later";
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(names(), "later");
}

TEST_F(kept_references, a_new_access_sees_what_was_written_through_an_old_one) {
    User& user = *ada;
    s.commit();
    user.name = "behind the back";
    ada->bio = "new";
    s.commit();
    EXPECT_EQ(rows("SELECT name, bio FROM users"), "behind the back|new");
}

TEST_F(kept_references, after_a_commit_the_next_one_names_the_object_and_can_be_made_again) {
    User& user = *ada;
    user.name = "first";
    s.commit();
    user.name = "second";
    const auto bob = s.add(User{.name = "Bob"});
    s.flush();
    expect_refused([&] { s.commit(); });
    expect_refused([&] { s.commit(); });  // and again, until somebody says what is meant
    EXPECT_EQ(user.name, "second");
    EXPECT_EQ(names(), "first") << "nothing was committed";
    (void)*ada;  // taken from its handle
    s.commit();
    EXPECT_EQ(names(), "second; Bob");
}

TEST_F(kept_references, those_of_many_objects_take_turns) {
    for (int i = 0; i < 500; ++i) s.add(User{.name = "user " + std::to_string(i)});
    s.commit();
    User& user = const_cast<User&>(*std::as_const(ada).get());
    user.name = "unseen";
    int commits = 0;
    try {
        for (; commits < 1000; ++commits) {
            s.add(User{.name = "new " + std::to_string(commits)});
            s.commit();
        }
    } catch (const kin::usage_error& e) {
        EXPECT_TRUE(contains(e.what(), "User 1 was changed (name)")) << e.what();
    }
    EXPECT_GT(commits, 0);
    EXPECT_LE(commits, 60) << "a bounded number for each commit, and everybody has a turn";
    ada->bio = "mended";
    s.commit();
    EXPECT_EQ(rows("SELECT name, bio FROM users WHERE id = 1"), "unseen|mended");
}

TEST_F(kept_references, who_leaves_the_session_is_verified) {
    User& user = *ada;
    s.commit();
    user.name = "unseen";
    expect_refused([&] { s.expire(ada); });
    expect_refused([&] { s.refresh(ada); });
    expect_refused([&] { s.refresh(ada, &User::name); });
    expect_refused([&] { s.expire_all(); });
    expect_refused([&] { s.expunge(ada); });
    expect_refused([&] { s.clear(); });
    EXPECT_EQ(user.name, "unseen");
    // Whoever accesses it first says that he knows: unflushed changes are lost, as of any object.
    (void)*ada;
    s.refresh(ada);
    EXPECT_EQ(user.name, "Ada");
    user.name = "unseen";
    s.clear();
    EXPECT_EQ(names(), "Ada");
}

TEST_F(kept_references, a_child_that_goes_along_is_verified_too) {
    Post& post = ada->posts[0];
    s.commit();
    post.title = "unseen";
    const std::string said = thrown<kin::usage_error>([&] { s.expire_all(); }).what();
    EXPECT_TRUE(contains(said, "Post 1 was changed (title)")) << said;
    EXPECT_EQ(post.title, "unseen");
}

TEST_F(kept_references, looking_through_const_is_no_access) {
    const kin::ref<const User> reader = ada;
    User& user = *ada;
    s.commit();
    user.name = "unseen";
    EXPECT_EQ(reader->name, "unseen");
    for (const User& each : s.query<User>().all().view()) EXPECT_EQ(each.name, "unseen");
    EXPECT_FALSE(s.dirty());
    s.flush();
    EXPECT_EQ(names(), "Ada");
    expect_refused([&] { s.commit(); });
}

TEST_F(kept_references, a_rollback_puts_back_what_was_written_through_them) {
    User& user = *ada;
    user.name = "flushed";
    s.flush();
    user.name = "not flushed";
    s.rollback();
    EXPECT_EQ(user.name, "Ada");
    // Whoever mends and tries again does so through what he has.
    user.name = "again";
    s.commit();
    EXPECT_EQ(names(), "again");
    user.name = "once too often";
    expect_refused([&] { s.commit(); });
}

TEST_F(kept_references, a_second_rollback_ends_them) {
    User& user = *ada;
    s.rollback();
    s.rollback();
    user.name = "unseen";
    expect_refused([&] { s.commit(); });
}

TEST_F(kept_references, a_commit_that_fails_leaves_them_tracked) {
    (void)s.add(User{.name = "Bob"});
    s.commit();
    User& user = *ada;
    s.flush();
    user.name = "Bob";
    (void)thrown<kin::unique_violation>([&] { s.commit(); });
    user.name = "Rob";
    s.commit();
    EXPECT_EQ(names(), "Rob; Bob");
}

TEST_F(kept_references, a_savepoint_takes_back_what_was_accessed_since) {
    (void)*ada;
    s.flush();
    auto here = s.savepoint();
    User& user = *ada;
    user.name = "within";
    s.flush();
    user.name = "within, not flushed";
    here.rollback();
    EXPECT_EQ(user.name, "Ada");
    user.name = "after";
    s.commit();
    EXPECT_EQ(names(), "after");
}

TEST_F(kept_references, relations_are_changed_through_them_at_any_time) {
    User& user = *ada;
    s.commit();
    user.posts.push_back(Post{.title = "three"});
    user.posts[0].title = "ONE";
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM post ORDER BY id"), "ONE; two; three");
}

TEST_F(kept_references, what_a_hook_changes_behind_the_statements_is_written_next) {
    Post& post = ada->posts[0];
    s.on<kin::after_update>([&](const User&) { post.title = "by the hook"; });
    ada->name = "Countess";
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM post WHERE id = 1"), "one");
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM post WHERE id = 1"), "by the hook");
}

TEST_F(kept_references, an_object_that_lacks_columns_is_tracked_like_others) {
    kin::session t{db};
    auto posts = t.query<Post>().only(&Post::title).order_by(&Post::id).all();
    Post& post = posts[0];
    post.views = 1;
    t.flush();
    post.views = 2;
    t.commit();
    EXPECT_EQ(rows("SELECT title, views FROM post WHERE id = 1"), "one|2");
    // Its relation moves it, too, whatever was read of it.
    const auto bob = t.add(User{.name = "Bob"});
    for (int round = 0; round < 3; ++round) {
        posts[1].author = round == 1 ? ada_of(t) : bob;
        t.flush();
    }
    t.commit();
    EXPECT_EQ(rows("SELECT title, name FROM post JOIN users ON users.id = user_id ORDER BY post.id"),
              "one|Ada; two|Bob");
}

}  // namespace
