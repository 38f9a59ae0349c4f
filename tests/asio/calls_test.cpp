// Functions over sessions on an event loop: what comes back, in which order, and what does not.
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <mutex>
#include <stdexcept>

#include "loop.hpp"

namespace {

using namespace blog;
using boost::asio::use_awaitable;
using boost::asio::use_future;

using async_calls = kin::test::on_a_loop;

TEST_F(async_calls, give_rows_that_outlive_the_session) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    kin::rows<User> users;
    std::size_t posts = 0;
    boost::asio::co_spawn(
        loop,
        [&]() -> boost::asio::awaitable<void> {
            users = co_await db.read(
                [](kin::session& s) { return s.query<User>().with(&User::posts).order_by(&User::id).all(); },
                use_awaitable);
            // A lazy load, which waits for the server in the middle of an expression.
            posts = co_await db.read([](kin::session& s) { return s.get<User>(4)->posts.size(); }, use_awaitable);
        },
        [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
    loop.run();
    ASSERT_EQ(users.size(), 5u);
    EXPECT_EQ(users[2].posts.size(), 3u);
    EXPECT_EQ(posts, 4u);
}

TEST_F(async_calls, take_any_completion_token) {
    kin::asio::database db{loop.get_executor(), url};
    std::future<std::int64_t> first = db.run([](kin::session& s) { return s.query<User>().count(); }, use_future);
    std::size_t second = 0;
    db.read([](kin::session& s) { return s.query<Post>().all().size(); },
            [&](std::exception_ptr e, std::size_t n) { second = e ? 0 : n; });
    bool third = false;
    db.transact([](kin::session& s) { s.add(User{.name = "new"}); }, [&](std::exception_ptr e) { third = !e; });
    std::int64_t fourth = 0;
    db.read([](kin::session& s) { return s.query<Comment>().count(); },
            boost::asio::deferred)([&](std::exception_ptr, std::int64_t n) { fourth = n + 1; });
    loop.run();
    EXPECT_GE(first.get(), 5);
    EXPECT_EQ(second, 15u);
    EXPECT_TRUE(third);
    EXPECT_EQ(fourth, 1);
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "6");
}

TEST_F(async_calls, fail_as_sessions_do) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    auto twice = db.transact([](kin::session& s) { s.add(User{.name = "user 1"}); }, use_future);
    auto thrown = db.transact(
        [](kin::session& s) -> int {
            s.add(User{.name = "gone again"});
            s.flush();
            throw std::logic_error{"the caller's own"};
        },
        use_future);
    auto fine = db.run([](kin::session& s) { return s.query<User>().count(); }, use_future);
    loop.run();
    EXPECT_THROW(twice.get(), kin::unique_violation);
    EXPECT_THROW((void)thrown.get(), std::logic_error);
    EXPECT_EQ(fine.get(), 5);
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
}

TEST_F(async_calls, wait_for_a_connection_in_their_order) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1}};
    std::vector<int> order;
    kin::test::beginning beginning;
    for (int i = 0; i < 50; ++i) {
        db.read(
            [i, &beginning](kin::session& s) {
                beginning.wait();
                (void)s.query<User>().count();
                return i;
            },
            [&order](std::exception_ptr, int n) { order.push_back(n); });
    }
    EXPECT_EQ(db.running(), 1u);
    EXPECT_EQ(db.waiting(), 49u);
    beginning.all_are_made();
    loop.run();
    std::vector<int> wanted(50);
    for (int i = 0; i < 50; ++i) wanted[static_cast<std::size_t>(i)] = i;
    EXPECT_EQ(order, wanted);
    EXPECT_EQ(db.running() + db.waiting(), 0u);
}

TEST_F(async_calls, are_refused_where_too_many_wait) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1, .max_waiting = 2}};
    std::vector<std::future<std::int64_t>> all;
    kin::test::beginning beginning;
    for (int i = 0; i < 5; ++i) {
        all.push_back(db.run(
            [&beginning](kin::session& s) {
                beginning.wait();
                return s.query<User>().count();
            },
            use_future));
    }
    beginning.all_are_made();
    loop.run();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(all[i].get(), 5) << i;
    for (std::size_t i = 3; i < 5; ++i) {
        try {
            (void)all[i].get();
            ADD_FAILURE() << i;
        } catch (const kin::asio::overloaded& e) {
            EXPECT_TRUE(kin::test::contains(e.what(), "2 calls wait for one of 1 connections")) << e.what();
            EXPECT_TRUE(kin::test::contains(e.what(), "calls_test.cpp")) << e.what();
        }
    }
}

TEST_F(async_calls, on_one_balance_lose_nothing) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 4}};
    std::atomic<int> failed = 0;
    for (int i = 0; i < 60; ++i) {
        db.transact(
            {.attempts = 200, .level = kin::isolation::serializable}, [](kin::session& s) { ++s.get<Post>(1)->views; },
            [&](std::exception_ptr e) { failed += e != nullptr; });
    }
    kin::test::run_in_threads(loop, 2);
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(rows("SELECT views FROM post WHERE id = 1"), "60");
}

/// What is thrown and caught belongs to a call, also where it is suspended in between.
TEST_F(async_calls, keep_the_exceptions_that_they_handle) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 4}};
    std::vector<std::future<int>> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(db.read(
            [i](kin::session& s) {
                int caught = -1;
                try {
                    try {
                        throw i;
                    } catch (int) {
                        (void)s.query<User>().count();
                        if (i % 3 == 0) (void)s.query<Post>().all();
                        throw;  // the one that this handler is about
                    }
                } catch (int again) {
                    (void)s.query<Comment>().count();
                    caught = again;
                    EXPECT_NE(std::current_exception(), nullptr);
                }
                EXPECT_EQ(std::uncaught_exceptions(), 0);
                EXPECT_EQ(std::current_exception(), nullptr);
                return caught;
            },
            use_future));
    }
    kin::test::run_in_threads(loop, 3);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].get(), i);
}

/// The others wait for a connection while the first call has two.
TEST_F(async_calls, may_have_two_connections) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
    std::vector<std::future<std::int64_t>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(db.read(
            [&db, i](kin::session& s) {
                const std::int64_t before = s.query<User>().count();
                if (i != 0) return before;
                const auto other = db.blocking().connect();
                kin::engine::cursor row = other->run("SELECT count(*) FROM users");
                row.next();
                return row.cell(0).integer;
            },
            use_future));
    }
    kin::test::run_in_threads(loop, 2);
    for (auto& each : all) EXPECT_EQ(each.get(), 5);
}

TEST_F(async_calls, that_wait_for_their_own_connection_are_told) {
    kin::asio::database db{loop.get_executor(), url, {.connections = 1, .timeout_milliseconds = 20}};
    auto both = db.read(
        [&db](kin::session& s) {
            (void)s.query<User>().count();
            (void)db.blocking().connect();
        },
        use_future);
    loop.run();
    EXPECT_THROW(both.get(), kin::pool_timeout);
}

TEST_F(async_calls, that_were_not_done_when_the_database_goes_are_not_done) {
    int called = 0;
    {
        kin::asio::database db{loop.get_executor(), url, {.connections = 2}};
        for (int i = 0; i < 200; ++i) {
            db.transact(
                {.attempts = 1},
                [i](kin::session& s) {
                    s.add(User{.name = "half " + std::to_string(i)});
                    s.flush();
                    throw std::runtime_error{"rolled back in any case"};
                },
                [&](std::exception_ptr) { ++called; });
        }
        while (called < 3) loop.run_one();
    }
    loop.run();
    EXPECT_GE(called, 3);
    EXPECT_LT(called, 200);
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "5");
}

/// What is over is counted, and the listener hears of it.
TEST_F(async_calls, are_counted) {
    std::mutex mutex;
    std::vector<std::string> heard;
    kin::asio::database db{
        loop.get_executor(), url, {.connections = 1, .max_waiting = 2, .on_call = [&](const kin::asio::call_event& e) {
                                       const std::lock_guard lock{mutex};
                                       heard.push_back(std::string{e.operation} + " " + std::to_string(e.attempts) +
                                                       " " + e.error_type);
                                   }}};
    const auto told = [](std::exception_ptr) {};
    kin::test::beginning beginning;
    db.run([&](kin::session&) { beginning.wait(); }, told);
    int attempts = 0;
    db.transact(
        [&](kin::session& s) {
            if (++attempts < 3) throw kin::stale_object{"once more"};
            s.get<User>(1)->name = "changed";
        },
        told);
    boost::asio::cancellation_signal signal;
    db.read([](kin::session&) {}, boost::asio::bind_cancellation_slot(signal.slot(), told));
    db.read([](kin::session&) {}, told);  // one too many
    EXPECT_EQ(db.measured().pending_requests, 2u);
    signal.emit(boost::asio::cancellation_type::terminal);
    beginning.all_are_made();
    loop.run();
    EXPECT_EQ(heard, (std::vector<std::string>{"read 0 kin::asio::overloaded", "read 0 kin::asio::canceled", "run 1 ",
                                               "transact 3 "}));
    const kin::asio::metrics m = db.measured();
    EXPECT_EQ(m.calls, 4u);
    EXPECT_EQ(m.failures, 2u);
    EXPECT_EQ(m.cancellations, 1u);
    EXPECT_EQ(m.refusals, 1u);
    EXPECT_EQ(m.retries, 2u);
    EXPECT_EQ(m.connections_max, 1u);
    EXPECT_EQ(m.connections_used, 0u);
    EXPECT_EQ(m.pending_requests, 0u);
    EXPECT_GT(m.use_nanoseconds, 0);
    std::string names;
    m.each([&](std::string_view name, std::string_view attribute, std::string_view, double value) {
        if (value > 0) names += std::string{name} + "{" + std::string{attribute} + "} ";
    });
    EXPECT_TRUE(kin::test::contains(names, "db.client.connection.count{state=idle} ")) << names;
}

}  // namespace
