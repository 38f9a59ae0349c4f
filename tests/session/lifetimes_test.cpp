// Sessions, databases, savepoints and queries that outlive each other, and calls that would take away what another one
// is working with: each is a usage_error.
#include <functional>
#include <optional>
#include <thread>
#include <tuple>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class lifetimes : public kin::test::with_database<Blog> {
  protected:
    lifetimes() {
        kin::session s{db};
        for (const char* name : {"Ada", "Bob", "Eve"}) {
            (void)s.add(
                User{.name = name, .email = name, .posts = {{.title = "a post of some length, beyond strings"}}});
        }
        s.commit();
        log.clear();
    }
};

TEST_F(lifetimes, a_session_that_was_moved_from) {
    kin::session s{db};
    kin::session other = std::move(s);
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::usage_error>([&] { (void)s.get<User>(1); });  // NOLINT: on purpose
    EXPECT_TRUE(contains(e.message(), "moved from"));
    EXPECT_EQ(e.where().line(), line);
    EXPECT_THROW((void)s.query<User>(), kin::usage_error);
    EXPECT_THROW((void)s.add(User{}), kin::usage_error);
    EXPECT_THROW(s.commit(), kin::usage_error);
    EXPECT_THROW(s.rollback(), kin::usage_error);
    EXPECT_THROW((void)s.savepoint(), kin::usage_error);
    EXPECT_THROW(s.clear(), kin::usage_error);
    EXPECT_THROW((void)s.dirty(), kin::usage_error);
    EXPECT_THROW(s.strict(), kin::usage_error);
    EXPECT_THROW((void)s.statements(), kin::usage_error);
    EXPECT_THROW((void)s.connection(), kin::usage_error);
    EXPECT_EQ(other.query<User>().count(), 3);
    s = std::move(other);
    EXPECT_EQ(s.query<User>().count(), 3);
}

TEST_F(lifetimes, a_query_whose_session_is_gone) {
    std::optional<kin::session> s{db};
    auto users = s->query<User>().where(col(&User::name) == "Ada");
    auto names = s->query<User>().select(&User::name);
    const auto ada = s->get<User>(1);
    auto posts = ada->posts.query();
    auto stream = s->query<User>().stream(1);
    (void)stream.begin();
    s.reset();
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { (void)users.all(); }).message(), "session"));
    EXPECT_THROW((void)users.count(), kin::usage_error);
    EXPECT_THROW((void)users.exists(), kin::usage_error);
    EXPECT_THROW((void)users.first(), kin::usage_error);
    EXPECT_THROW((void)users.page(1, 2), kin::usage_error);
    EXPECT_THROW((void)users.stream(2), kin::usage_error);
    EXPECT_THROW((void)users.remove(), kin::usage_error);
    EXPECT_THROW((void)names.all(), kin::usage_error);
    EXPECT_THROW((void)names.value(), kin::usage_error);
    EXPECT_THROW((void)posts.all(), kin::usage_error);
    EXPECT_THROW((void)stream.begin(), kin::usage_error);
    // What was loaded can be read, what was not says why it cannot.
    EXPECT_EQ(ada->name, "Ada");
    EXPECT_THROW((void)ada->posts.size(), kin::raised_load);
    EXPECT_THROW(ada->posts.push_back(Post{}), kin::raised_load);
}

TEST_F(lifetimes, a_database_that_is_gone_before_its_session) {
    std::optional<kin::database> own{url};
    int heard = 0;
    own->on<kin::after_commit>([&] { ++heard; });
    own->on<kin::after_load>([&](const User&) { ++heard; });
    kin::session idle{*own};
    kin::session working{*own};
    const auto ada = working.get<User>(1);
    EXPECT_EQ(heard, 1);
    ada->name = "changed";
    working.flush();
    own.reset();
    // The transaction has its connection, and comes to its end; another one cannot begin.
    const auto bob = working.get<User>(2);
    working.commit();
    EXPECT_EQ(heard, 1);
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed");
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { (void)working.get<User>(3); }).message(), "database"));
    EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { (void)idle.get<User>(1); }).message(), "database"));
    EXPECT_THROW((void)bob->posts.size(), kin::usage_error);
}

TEST_F(lifetimes, a_savepoint_belongs_to_its_transaction) {
    kin::session s{db};
    const auto ada = s.get<User>(1);
    for (const bool commits : {true, false}) {
        std::optional<kin::savepoint> early{s.savepoint()};
        auto ended = s.savepoint();
        commits ? s.commit() : s.rollback();
        EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { ended.release(); }).message(), "transaction"));
        EXPECT_THROW(ended.rollback(), kin::usage_error);
        // One of the same depth in the next transaction is another one.
        auto late = s.savepoint();
        ada->age += 1;
        s.flush();
        early.reset();
        EXPECT_THROW(ended.rollback(), kin::usage_error);
        late.release();
        s.commit();
    }
    EXPECT_EQ(rows("SELECT age FROM users WHERE id = 1"), "2");
}

TEST_F(lifetimes, a_savepoint_may_outlive_its_session) {
    std::optional<kin::session> s{db};
    auto point = s->savepoint();
    s.reset();
    EXPECT_THROW(point.release(), kin::usage_error);
}

TEST_F(lifetimes, a_release_that_failed_may_be_tried_again) {
    kin::session s{db};
    auto point = s.savepoint();
    const auto twin = s.add(User{.name = "twin", .email = "Ada"});
    EXPECT_THROW(point.release(), kin::unique_violation);
    twin->email = "another";
    point.release();
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "4");
}

TEST_F(lifetimes, what_is_being_read_is_not_taken_away) {
    const auto under_way = [&](auto call) {
        kin::session s{db};
        int n = 0;
        s.on<kin::after_load>([&](const User& u) {
            if (n++ == 1) call(s, u);
        });
        return thrown<kin::usage_error>([&] { (void)s.query<User>().all(); }).message();
    };
    EXPECT_TRUE(contains(under_way([](kin::session& s, const User&) { s.clear(); }), "cannot clear"));
    EXPECT_TRUE(contains(under_way([](kin::session& s, const User&) { s.rollback(); }), "cannot roll back"));
    EXPECT_TRUE(contains(under_way([](kin::session& s, const User&) { s.commit(); }), "cannot commit"));
    EXPECT_TRUE(contains(under_way([](kin::session& s, const User&) { (void)s.savepoint(); }), "savepoint"));
    EXPECT_TRUE(contains(under_way([](kin::session& s, const User& u) { s.expunge(s.handle(const_cast<User&>(u))); }),
                         "cannot expunge"));
    // These may: what they do is no harm to the load.
    kin::session s{db};
    int n = 0;
    s.on<kin::after_load>([&](const User&) {
        if (n++ != 1) return;
        s.expire_all();
        EXPECT_EQ(s.query<User>().all().size(), 3u);
    });
    const auto users = s.query<User>().order_by(&User::id).all();
    ASSERT_EQ(users.size(), 3u);
    EXPECT_EQ(users[2].name, "Eve");
}

TEST_F(lifetimes, nothing_is_taken_away_by_a_hook_of_a_flush_or_a_commit) {
    for (const bool committing : {false, true}) {
        kin::session s{db};
        const auto clear = [&] { s.clear(); };
        if (committing) {
            s.on<kin::after_commit>(clear);
        } else {
            s.on<kin::before_insert>([&](User&) { s.clear(); });
        }
        const auto u = s.add(User{.name = "new", .email = committing ? "c" : "f"});
        if (committing) {
            EXPECT_THROW(s.commit(), kin::hook_error);
        } else {
            EXPECT_TRUE(contains(thrown<kin::usage_error>([&] { s.flush(); }).message(), "cannot clear"));
        }
        EXPECT_EQ(u.get()->name, "new");
    }
    EXPECT_EQ(rows("SELECT name FROM users WHERE name = 'new'"), "new");
}

/// Another thread calls while the first one is in the middle of reading: it is told, and the first one goes on.
TEST_F(lifetimes, every_call_is_guarded_to_its_last_row) {
    kin::session s{db};
    int refused = 0;
    int let_in = 0;
    const auto other_thread = [&](auto call) {
        std::thread{[&] {
            try {
                call();
                ++let_in;
            } catch (const kin::usage_error& e) {
                refused += contains(e.message(), "two threads") ? 1 : 0;
            }
        }}.join();
    };
    const auto ada = s.get<User>(1);
    const auto all_calls = [&] {
        other_thread([&] { (void)s.query<User>().count(); });
        other_thread([&] { (void)s.query<User>().exists(); });
        other_thread([&] { (void)s.query<User>().select(&User::id).all(); });
        other_thread([&] { (void)s.query<User>().select(entity<User>()).all(); });
        other_thread([&] { (void)s.query<User>().page(1, 1); });
        other_thread([&] { (void)s.query<User>().after("", 1); });
        other_thread([&] { (void)s.query<User>().stream(1); });
        other_thread([&] { ada->name = "x"; });
        other_thread([&] { (void)s.dirty(); });
        other_thread([&] { s.flush(); });
        other_thread([&] { s.clear(); });
        other_thread([&] { (void)s.history(ada, &User::name); });
    };
    bool once = false;
    // Told when a statement is over: its last row was read.
    db.on_statement([&](const kin::engine::statement_event& e) {
        if (!e.control && !std::exchange(once, true)) all_calls();
    });
    s.rollback();
    const std::vector<std::function<void()>> calls{
        [&] { (void)s.query<User>().count(); },
        [&] { (void)s.query<User>().exists(); },
        [&] { (void)s.query<User>().select(&User::id).all(); },
        [&] { (void)s.query<User>().select(&User::id).value(); },
        [&] { (void)s.query<User>().select(entity<User>(), &User::id).all(); },
        [&] { (void)s.query<User>().page(1, 1); },
        [&] { (void)s.query<User>().all(); },
    };
    for (const auto& call : calls) {
        once = false;
        call();
        EXPECT_TRUE(once);
    }
    EXPECT_EQ(refused, static_cast<int>(calls.size()) * 12);
    EXPECT_EQ(let_in, 0);
}

}  // namespace
