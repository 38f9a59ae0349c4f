// What goes wrong with a server, through the door of an event loop: who asked is told, memory is as before, nothing is
// half-written, and the calls after it have connections that work.
#include <functional>
#include <future>
#include <set>

#include "gate.hpp"
#include "support/postgresql_server.hpp"

namespace {

using namespace blog;
using boost::asio::use_future;
using kin::test::contains;
using kin::test::engine_says;
using kin::test::gate;
using kin::test::number_of_connection;
using kin::test::pass_gate;
using kin::test::rows_of;
using kin::test::somebody_waits_at_a_gate;

class async_faults : public kin::test::on_a_loop {
  protected:
    void SetUp() override { KIN_NEEDS(a_server); }

    /// Ends the server's side of a connection.
    void cut(const std::string& number) {
        kin::database other{url};
        other.script(engine_says("", "SELECT pg_terminate_backend(" + number + ", 5000)", "KILL CONNECTION " + number));
    }
    /// Runs `then` on the loop as soon as a call waits at the gate.
    void when_somebody_waits(kin::asio::database& db, std::function<void()> then) {
        db.read(&somebody_waits_at_a_gate, [this, &db, then = std::move(then)](std::exception_ptr e, bool waits) {
            ASSERT_FALSE(e);
            if (!waits) return when_somebody_waits(db, then);
            then();
        });
    }
};

TEST_F(async_faults, a_connection_is_cut_before_a_flush) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    // Asked beforehand: who writes through a session's connection has to begin again with its transaction.
    auto asked = db.read([](kin::session& s) { return number_of_connection(s); }, use_future);
    loop.run();
    loop.restart();
    const std::string number = asked.get();
    db.run(
        [&](kin::session& s) {
            auto user = s.get<User>(1);
            user->name = "changed";
            user->posts.push_back(Post{.title = "more"});
            cut(number);
            EXPECT_THROW(s.flush(), kin::connection_lost);
            EXPECT_EQ(user->name, "changed") << "memory is as before the flush";
            EXPECT_EQ(user->posts.size(), 2u);
            s.commit();  // over a new connection
        },
        [](std::exception_ptr e) { EXPECT_FALSE(e); });
    loop.run();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed");
    EXPECT_EQ(rows("SELECT count(*) FROM post"), "16");
}

/// What was written through the session's connection is gone with it, and nobody else can write it again: memory is as
/// before the transaction, and the session begins anew.
TEST_F(async_faults, a_connection_is_cut_that_others_wrote_through) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    db.run(
        [&](kin::session& s) {
            const std::string number = number_of_connection(s);
            auto user = s.get<User>(1);
            user->name = "changed";
            cut(number);
            EXPECT_THROW(s.flush(), kin::connection_lost);
            EXPECT_EQ(user->name, "user 1");
            user->name = "changed again";
            s.commit();  // over a new connection
        },
        [](std::exception_ptr e) { EXPECT_FALSE(e); });
    loop.run();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed again");
}

TEST_F(async_faults, a_connection_is_cut_while_a_call_waits) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    gate closed{url};
    std::string number;
    auto lost = db.transact(
        [&](kin::session& s) {
            number = number_of_connection(s);
            s.add(User{.name = "never"});
            s.flush();
            pass_gate(s);
        },
        use_future);
    when_somebody_waits(db, [&] { cut(number); });
    loop.run();
    EXPECT_THROW(lost.get(), kin::connection_lost);
    loop.restart();
    std::vector<std::future<std::int64_t>> next;
    for (int i = 0; i < 4; ++i)
        next.push_back(db.read([](kin::session& s) { return s.query<User>().count(); }, use_future));
    loop.run();
    for (auto& each : next) EXPECT_EQ(each.get(), 5);
}

TEST_F(async_faults, a_statement_takes_too_long) {
    kin::asio::database db{
        loop.get_executor(), url + (contains(url, "?") ? "&" : "?") + "statement_timeout=300", {.connections = 2}};
    kin::database outside{url};
    const auto holder = outside.connect();
    holder->begin();
    rows_of(*holder, "SELECT id FROM users WHERE id = 1 FOR UPDATE");
    db.run(
        [&](kin::session& s) {
            auto user = s.get<User>(1);
            user->name = "changed";
            EXPECT_THROW(s.flush(), kin::statement_canceled);
            EXPECT_EQ(user->name, "changed");
            holder->rollback();
            s.commit();
        },
        [](std::exception_ptr e) { EXPECT_FALSE(e); });
    loop.run();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed");
}

/// One thread: both lock one row and wait for each other's; who gives way is run again.
TEST_F(async_faults, a_deadlock_is_tried_again) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    int runs = 0;
    int locked = 0;
    int failed = 0;
    for (const auto& [first, second] : {std::pair{1, 2}, std::pair{2, 1}}) {
        db.transact(
            [&runs, &locked, f = first, o = second](kin::session& s) {
                ++runs;
                s.execute("UPDATE users SET bio = coalesce(bio, 'v') WHERE id = ?", f);
                ++locked;
                // Until the other has its row, too; a statement lets it go on.
                while (locked < 2) rows_of(s.connection(), "SELECT 1");
                s.execute("UPDATE users SET bio = concat(coalesce(bio, 'v'), '+') WHERE id = ?", o);
            },
            [&](std::exception_ptr e) { failed += e != nullptr; });
    }
    loop.run();
    EXPECT_EQ(failed, 0);
    EXPECT_GE(runs, 3) << "one of the two gave way";
    EXPECT_EQ(rows("SELECT bio FROM users WHERE id < 3 ORDER BY id"), "v+; v+");
}

TEST_F(async_faults, a_login_is_refused) {
    std::string nobody = url;
    const std::size_t user = nobody.find("://") + 3;
    const std::size_t at = nobody.find('@');
    nobody.replace(user, at == std::string::npos ? 0 : at - user, at == std::string::npos ? "stranger@" : "stranger");
    kin::asio::database db{loop.get_executor(), nobody, {.connections = 2}};
    std::vector<std::future<std::int64_t>> all;
    for (int i = 0; i < 6; ++i)
        all.push_back(db.read([](kin::session& s) { return s.query<User>().count(); }, use_future));
    loop.run();
    for (auto& each : all) EXPECT_THROW((void)each.get(), kin::connection_failed);
    EXPECT_EQ(db.running() + db.waiting(), 0u);
    EXPECT_EQ(db.blocking().pool().size(), 0u) << "room for connections that were not made";
}

/// Killed while calls are under way, and started again: whole transactions, or nothing of them.
TEST(postgresql_async_faults, the_server_is_killed_and_started_again) {
    if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server: see tests/support/with_postgresql";
    kin::test::private_server server;
    boost::asio::io_context loop;
    kin::asio::database db{loop.get_executor(), server.url(), {.connections = 3}};
    db.blocking().create<blog::all>();
    int committed = 0;
    int lost = 0;
    int told = 0;
    for (int i = 0; i < 40; ++i) {
        db.transact(
            {.attempts = 1},
            [i](kin::session& s) {
                User user{.name = "user " + std::to_string(i)};
                for (int p = 0; p < 20; ++p) user.posts.push_back(Post{.title = "post"});
                s.add(std::move(user));
            },
            [&](std::exception_ptr e) {
                ++told;
                try {
                    if (e) std::rethrow_exception(e);
                    if (++committed == 5) server.kill();
                } catch (const kin::connection_lost&) {
                    ++lost;
                }
            });
    }
    loop.run();
    EXPECT_EQ(told, 40);
    EXPECT_EQ(committed + lost, 40);
    EXPECT_GE(lost, 30);
    server.start();
    loop.restart();
    std::int64_t users = 0;
    std::int64_t posts = 0;
    db.read(
        [&](kin::session& s) {
            users = s.query<User>().count();
            posts = s.query<Post>().count();
        },
        [](std::exception_ptr e) { EXPECT_FALSE(e); });
    loop.run();
    EXPECT_GE(users, committed);
    EXPECT_LE(users, committed + 3) << "a commit may have arrived without its answer";
    EXPECT_EQ(posts, users * 20);
}

}  // namespace
