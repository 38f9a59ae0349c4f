// Calls that are no longer wanted, wherever they are: the queue, the server, a connection that is being made.
#include <arpa/inet.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <future>

#include "gate.hpp"
#include "outcome.hpp"

namespace {

using namespace blog;
using boost::asio::bind_cancellation_slot;
using boost::asio::cancellation_type;
using boost::asio::use_awaitable;
using boost::asio::use_future;
using kin::test::contains;
using kin::test::gate;
using kin::test::number_of_connection;
using kin::test::outcome;
using kin::test::pass_gate;
using kin::test::rows_of;
using kin::test::somebody_waits_at_a_gate;

class cancelling : public kin::test::on_a_loop {
  protected:
    /// Works far longer than anybody waits.
    static void work_for_hours(kin::session& s) {
        rows_of(s.connection(), kin::test::engine_says("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                                       "WHERE i < 1000000000000) SELECT count(*) FROM n",
                                                       "SELECT pg_sleep(36000)",
                                                       "SELECT count(*) FROM users a, users b, users c, users d, users "
                                                       "e, users f, users g, users h, users i, users j, users k, users "
                                                       "l, users m, users n, users o, users p, users q, users r"));
    }
    boost::asio::cancellation_signal signal{};
    outcome ended{};
};

TEST_F(cancelling, takes_a_call_out_of_the_queue) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    kin::test::beginning beginning;
    outcome first;
    outcome third;
    const auto count = [&](kin::session& s) {
        beginning.wait();
        (void)s.query<User>().count();
    };
    db.run(count, first.handler());
    db.run(count, bind_cancellation_slot(signal.slot(), ended.handler()));
    db.run(count, third.handler());
    EXPECT_EQ(db.waiting(), 2u);
    signal.emit(cancellation_type::terminal);
    EXPECT_EQ(db.waiting(), 1u);
    beginning.all_are_made();
    loop.run();
    const std::string says = ended.says<kin::asio::canceled>();
    EXPECT_TRUE(contains(says, "the call was cancelled: it waited for a connection")) << says;
    EXPECT_TRUE(contains(says, "cancelling_test.cpp")) << says;
    EXPECT_EQ(first.says<kin::error>(), "no error");
    EXPECT_EQ(third.says<kin::error>(), "no error");
    EXPECT_EQ(db.running() + db.waiting(), 0u);
}

TEST_F(cancelling, ends_a_statement_and_keeps_the_connection) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    std::atomic<bool> begun = false;
    std::string connection;
    db.transact(
        [&](kin::session& s) {
            connection = number_of_connection(s);
            s.add(User{.name = "never"});
            s.flush();
            begun = true;
            work_for_hours(s);
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    while (!begun) loop.run_one_for(std::chrono::milliseconds{1});
    signal.emit(cancellation_type::total);
    auto next = db.read(
        [](kin::session& s) { return number_of_connection(s) + ": " + std::to_string(s.query<User>().count()); },
        use_future);
    loop.run();
    const std::string says = ended.says<kin::asio::canceled>();
    EXPECT_TRUE(contains(says, "the call was cancelled: ")) << says;
    EXPECT_EQ(next.get(), connection + ": 5");
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
}

TEST_F(cancelling, happens_at_a_deadline) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1, .deadline_milliseconds = 3'600'000}};
    outcome queued;
    db.within(std::chrono::milliseconds{20}).run(&work_for_hours, ended.handler());
    db.within(std::chrono::milliseconds{1}).run(&work_for_hours, queued.handler());
    auto next = db.read([](kin::session& s) { return s.query<User>().count(); }, use_future);
    loop.run();  // ends: nothing waits for a deadline of what is done
    std::string says = ended.says<kin::asio::deadline_passed>();
    EXPECT_TRUE(contains(says, "not done by its deadline")) << says;
    says = queued.says<kin::asio::deadline_passed>();
    EXPECT_TRUE(contains(says, "not done by its deadline: it waited for a connection")) << says;
    EXPECT_EQ(next.get(), 5);
}

/// SQLite has no server that ends it: it looks itself whether it is still to wait.
TEST_F(cancelling, ends_what_waits_for_a_lock) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    kin::database outside{url};
    const auto holder = outside.connect();
    holder->begin(true);
    holder->execute("UPDATE users SET name = 'held' WHERE id = 1");
    db.within(std::chrono::milliseconds{20})
        .transact([](kin::session& s) { s.get<User>(1)->name = "never"; }, ended.handler());
    loop.run();
    const std::string says = ended.says<kin::asio::deadline_passed>();
    EXPECT_TRUE(contains(says, "not done by its deadline")) << says;
    holder->rollback();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "user 1");
}

TEST_F(cancelling, is_what_operators_of_awaitables_do) {
    using namespace boost::asio::experimental::awaitable_operators;
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    boost::asio::steady_timer timer{loop, std::chrono::milliseconds{20}};
    std::size_t which = 9;
    std::int64_t count = 0;
    boost::asio::co_spawn(
        loop,
        [&]() -> boost::asio::awaitable<void> {
            const auto first = co_await (db.run(&work_for_hours, use_awaitable) || timer.async_wait(use_awaitable));
            which = first.index();
            count = co_await db.read([](kin::session& s) { return s.query<User>().count(); }, use_awaitable);
        },
        [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
    loop.run();
    EXPECT_EQ(which, 1u);
    EXPECT_EQ(count, 5);
}

/// A function that does not heed it begins nothing more.
TEST_F(cancelling, refuses_what_a_call_does_afterwards) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    std::atomic<bool> begun = false;
    int refused = 0;
    db.run(
        [&](kin::session& s) {
            begun = true;
            for (int i = 0; i < 3; ++i) {
                try {
                    work_for_hours(s);
                } catch (const kin::statement_canceled&) {
                    ++refused;
                }
            }
            s.rollback();
            s.add(User{.name = "never"});
            s.commit();
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    while (!begun) loop.run_one_for(std::chrono::milliseconds{1});
    signal.emit(cancellation_type::terminal);
    loop.run();
    EXPECT_EQ(refused, 3);
    const std::string says = ended.says<kin::asio::canceled>();
    EXPECT_TRUE(contains(says, "nothing more is begun")) << says;
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
}

TEST_F(cancelling, of_a_call_that_is_done_does_nothing) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    const auto fine = [](kin::session& s) { s.get<User>(1)->name = "changed"; };
    db.transact(fine, bind_cancellation_slot(signal.slot(), ended.handler()));
    while (db.running() > 0) loop.run_one_for(std::chrono::milliseconds{1});
    signal.emit(cancellation_type::terminal);  // the handler has yet to be called
    loop.run();
    EXPECT_EQ(ended.says<kin::error>(), "no error");
    EXPECT_FALSE(signal.slot().has_handler());
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "changed");
}

/// What would undo nothing does not end what may have committed.
TEST_F(cancelling, in_total_is_not_for_run) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    db.run([](kin::session& s) { (void)s.query<User>().count(); },
           bind_cancellation_slot(signal.slot(), ended.handler()));
    signal.emit(cancellation_type::total);
    loop.run();
    EXPECT_EQ(ended.says<kin::error>(), "no error");
}

TEST_F(cancelling, ends_what_waits_in_the_server) {
    KIN_NEEDS(a_server);
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    gate closed{url};
    std::string connection;
    db.transact(
        [&](kin::session& s) {
            connection = number_of_connection(s);
            s.get<User>(1)->name = "never";
            s.flush();
            pass_gate(s);
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    std::function<void()> look = [&] {
        db.read(&somebody_waits_at_a_gate, [&](std::exception_ptr e, bool waits) {
            ASSERT_FALSE(e);
            if (!waits) return look();
            signal.emit(cancellation_type::terminal);
        });
    };
    look();
    loop.run();
    const std::string says = ended.says<kin::asio::canceled>();
    // MariaDB ends the waiting for such a lock, and not the statement.
    EXPECT_TRUE(contains(says, kin::test::engine_says("", "57014", "nothing more is begun"))) << says;
    EXPECT_EQ(contains(says, gate::take()), kin::test::engine_name() == "postgresql") << says;
    loop.restart();
    std::set<std::string> kept;
    for (int i = 0; i < 2; ++i) {
        db.read([](kin::session& s) { return number_of_connection(s); },
                [&](std::exception_ptr, std::string number) { kept.insert(number); });
    }
    loop.run();
    EXPECT_TRUE(kept.contains(connection));
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "user 1");
}

/// Somebody listens who never answers.
TEST_F(cancelling, ends_what_connects) {
    KIN_NEEDS(a_server);
    boost::asio::io_context elsewhere;
    boost::asio::ip::tcp::acceptor silent{elsewhere, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    const std::string there = "://ada@127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/blog";
    kin::asio::database db{loop.get_executor(), std::string{kin::test::engine_name()} + there, {.connections = 1}};
    db.read([](kin::session& s) { (void)s.query<User>().count(); },
            bind_cancellation_slot(signal.slot(), ended.handler()));
    loop.run_for(std::chrono::milliseconds{5});
    signal.emit(cancellation_type::terminal);
    loop.run();
    const std::string says = ended.says<kin::asio::canceled>();
    EXPECT_TRUE(contains(says, "the call was cancelled")) << says;
}

TEST_F(cancelling, ends_who_waits_for_a_second_connection) {
    KIN_NEEDS(a_server);
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    db.read(
        [&](kin::session& s) {
            (void)s.query<User>().count();
            (void)db.blocking().connect();
        },
        bind_cancellation_slot(signal.slot(), ended.handler()));
    while (db.blocking().pool().waiting() == 0) loop.run_one();
    signal.emit(cancellation_type::terminal);
    loop.run();
    EXPECT_TRUE(contains(ended.says<kin::asio::canceled>(), "the call was cancelled"));
    EXPECT_EQ(db.blocking().pool().waiting(), 0u);
}

}  // namespace
