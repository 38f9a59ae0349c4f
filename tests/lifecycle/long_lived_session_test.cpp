// A session that lives for many small transactions: nothing of them stays in its memory. (On SQLite alone: what is
// measured is the session's own.)
#include <kin/graph/arena.hpp>

#include "support/blog.hpp"
#include "support/fixture.hpp"

namespace {

using namespace blog;
using kin::expr::desc;

constexpr int many = 3000;  // of 32 bytes each they would fill another block

struct sqlite_long_lived_session : kin::test::with_database<all> {
    kin::session s{db};
    kin::ref<User> ada{}, bob{};
    kin::ref<Post> post{};

    void SetUp() override {
        with_database::SetUp();
        ada = s.add(User{.name = "Ada", .posts = {{.title = "one"}, {.title = "two"}}});
        bob = s.add(User{.name = "Bob"});
        s.commit();
        post = ada->posts.handle(0);
        (void)bob->posts.size();
    }
    [[nodiscard]] std::size_t size() const {
        return static_cast<const kin::graph::arena*>(ada.kin_node()->in->home)->size();
    }
    /// Does it often enough that all is there that comes once, and then many times more.
    template <class Step>
    void expect_flat(Step step) {
        for (int i = 0; i < many / 2; ++i) step(i);
        const std::size_t before = size();
        for (int i = 0; i < many; ++i) step(i);
        EXPECT_EQ(size(), before);
    }
};

TEST_F(sqlite_long_lived_session, commits_leave_no_snapshots) {
    expect_flat([&](int i) {
        ada->name.assign(static_cast<std::size_t>(i % 90), 'x');
        s.flush();
        ada->name += 'y';
        s.commit();
    });
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), ada->name);
}

TEST_F(sqlite_long_lived_session, large_values_are_given_back_at_once) {
    ada->name.assign(40'000, 'x');
    s.commit();
    expect_flat([&](int i) {
        if (i % 100 != 0) return;
        ada->name.back() = static_cast<char>('a' + i / 100 % 26);
        s.commit();
    });
}

TEST_F(sqlite_long_lived_session, rollbacks_leave_no_snapshots_and_find_theirs) {
    std::string committed = "Ada";
    expect_flat([&](int i) {
        const std::string first = "first " + std::to_string(i);
        ada->name = first;
        s.flush();
        auto point = s.savepoint();
        ada->name = "second, which is longer by much";
        s.flush();
        point.rollback();
        EXPECT_EQ(std::as_const(*ada).name, first);
        if (i % 2 == 0) {
            s.rollback();
        } else {
            s.commit();
            committed = first;
        }
        EXPECT_EQ(std::as_const(*ada).name, committed);
    });
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), committed);
}

TEST_F(sqlite_long_lived_session, reading_again_leaves_nothing) {
    expect_flat([&](int i) {
        ada->name = "not written";
        if (i % 2 == 0) {
            s.refresh(ada);
        } else {
            s.expire(ada);
        }
        EXPECT_EQ(ada->name, "Ada");
    });
}

TEST_F(sqlite_long_lived_session, hooks_leave_nothing) {
    s.on<kin::before_update>([&](User& u) { u.bio = u.name; });
    expect_flat([&](int i) {
        ada->name = std::to_string(i);
        bob->name = "Bob " + ada->name;
        s.commit();
    });
}

TEST_F(sqlite_long_lived_session, queries_of_objects_that_are_there_leave_nothing) {
    expect_flat([&](int i) {
        EXPECT_EQ(s.query<User>().where("id", ">=", 1 + i % 3).all().size(),
                  static_cast<std::size_t>(i % 3 == 2 ? 0 : 2 - i % 3));
    });
}

TEST_F(sqlite_long_lived_session, collections_keep_to_their_arrays) {
    expect_flat([&](int i) {
        bob->posts.push_back(post);
        s.commit();
        ASSERT_EQ(std::as_const(*bob).posts.size(), 1u);
        ada->posts.push_back(post);
        if (i % 3 == 0) s.flush();
        s.commit();
        ASSERT_EQ(std::as_const(*bob).posts.size(), 0u);
        ASSERT_EQ(std::as_const(*ada).posts.back().title, "one");
        ada->posts.erase(post);
        bob->posts.push_back(post);
        ASSERT_EQ(std::as_const(*ada).posts.size(), 1u);
        s.rollback();
        ASSERT_EQ(std::as_const(*ada).posts.size(), 2u);
        ASSERT_EQ(std::as_const(*bob).posts.size(), 0u);
    });
}

TEST_F(sqlite_long_lived_session, large_collections_keep_to_their_arrays) {
    for (int i = 0; i < 200; ++i) ada->posts.push_back(Post{.title = std::to_string(i)});
    s.commit();
    s.expire(ada);
    bob->posts.push_back(Post{.title = "other"});
    s.commit();
    const kin::ref<Post> other = bob->posts.handle(0);
    std::vector<kin::ref<Post>> expected;
    for (std::size_t i = 0; i < std::as_const(*ada).posts.size(); ++i) expected.push_back(ada->posts.handle(i));
    ASSERT_EQ(expected.size(), 202u);
    const auto as_before = [&] {
        const auto& posts = std::as_const(*ada).posts;
        ASSERT_EQ(posts.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(posts[i].title, expected[i].get()->title) << i;
    };
    expect_flat([&](int i) {
        ada->posts.push_back(other);
        EXPECT_TRUE(std::as_const(*ada).posts.contains(other));
        if (i % 2 == 0) {
            s.rollback();
        } else {
            s.commit();
            bob->posts.push_back(other);
            s.commit();
        }
        EXPECT_FALSE(std::as_const(*ada).posts.contains(other));
        if (i % 500 < 4) as_before();
    });
    as_before();
}

TEST_F(sqlite_long_lived_session, a_result_that_is_held_keeps_its_rows) {
    const auto users = s.query<User>().order_by(&User::id).all();
    const auto copy = users;
    for (int i = 0; i < many; ++i) {
        const auto turned = s.query<User>().order_by(desc(&User::id)).all();
        ASSERT_EQ(turned.front().name, "Bob");
    }
    ASSERT_EQ(users.size(), 2u);
    EXPECT_EQ(users[0].name, "Ada");
    EXPECT_EQ(copy[1].name, "Bob");
}

TEST_F(sqlite_long_lived_session, siblings_are_those_of_the_last_query) {
    for (int i = 0; i < many; ++i) {
        for (const User& u : s.query<User>().where("id", "=", 1 + i % 2).all().view()) ASSERT_FALSE(u.name.empty());
    }
    for (const kin::ref<User>& u : {ada, bob}) s.expire(u);
    const auto users = s.query<User>().all();
    log.clear();
    for (const User& u : users) (void)u.posts.size();
    EXPECT_EQ(log.count(), 1u);
}

}  // namespace
