// Values one after the other, several reads at once, and what others announce.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <stdexcept>

#include "gate.hpp"

namespace {

using namespace blog;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::use_future;
using kin::test::rows_of;

class streams : public kin::test::on_a_loop {
  protected:
    template <class F>
    void run(F what) {
        boost::asio::co_spawn(loop, std::move(what), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        loop.run();
        loop.restart();
    }
    static void work_for_hours(kin::session& s) {
        rows_of(s.connection(),
                kin::test::engine_says("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                                       "1000000000000) SELECT count(*) FROM n",
                                       "SELECT pg_sleep(36000)", "SELECT SLEEP(36000)"));
    }
    kin::asio::database db{loop.get_executor(), url, {.connections = 3}};
};

TEST_F(streams, give_chunks_as_they_are_asked_for) {
    std::atomic<int> made = 0;
    std::vector<std::string> read;
    run([&]() -> awaitable<void> {
        kin::asio::stream<kin::rows<Post>> chunks{
            db, [&](kin::session& s, kin::asio::sink<kin::rows<Post>>& to) {
                for (const auto& chunk : s.query<Post>().order_by(&Post::id).stream(4)) {
                    ++made;
                    to(chunk);
                }
            }};
        int asked = 0;
        while (auto chunk = co_await chunks.next(use_awaitable)) {
            EXPECT_EQ(made, ++asked);  // nothing is made ahead of time
            for (const Post& p : std::as_const(*chunk)) read.push_back(p.title);
        }
        EXPECT_EQ(asked, 4);
        EXPECT_FALSE(co_await chunks.next(use_awaitable));
    });
    EXPECT_EQ(read.size(), 15u);
    EXPECT_EQ(db.running(), 0u);
}

TEST_F(streams, end_with_their_errors) {
    std::string said;
    run([&]() -> awaitable<void> {
        kin::asio::stream<int> numbers{db, [](kin::session& s, kin::asio::sink<int>& to) {
                                           to(1);
                                           rows_of(s.connection(), "SELECT * FROM nowhere");
                                       }};
        EXPECT_EQ(co_await numbers.next(use_awaitable), 1);
        try {
            (void)co_await numbers.next(use_awaitable);
        } catch (const kin::database_error& e) {
            said = e.what();
        }
        EXPECT_FALSE(co_await numbers.next(use_awaitable));
    });
    EXPECT_TRUE(kin::test::contains(said, "nowhere")) << said;
}

TEST_F(streams, that_go_are_cancelled) {
    std::atomic<bool> cancelled = false;
    run([&]() -> awaitable<void> {
        kin::asio::stream<int> numbers{db, [&](kin::session& s, kin::asio::sink<int>& to) {
                                           (void)s.query<User>().count();
                                           try {
                                               for (int i = 0;; ++i) to(i);
                                           } catch (const kin::statement_canceled&) {
                                               cancelled = true;
                                               throw;
                                           }
                                       }};
        EXPECT_EQ(co_await numbers.next(use_awaitable), 0);
        EXPECT_EQ(co_await numbers.next(use_awaitable), 1);
    });
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(db.running(), 0u);
}

TEST_F(streams, are_cancelled_by_whoever_stops_waiting) {
    run([&]() -> awaitable<void> {
        using namespace boost::asio::experimental::awaitable_operators;
        kin::asio::stream<int> numbers{db, [](kin::session& s, kin::asio::sink<int>& to) {
                                           for (int i = 0;; ++i) {
                                               work_for_hours(s);
                                               to(i);
                                           }
                                       }};
        boost::asio::steady_timer timer{loop, std::chrono::milliseconds{20}};
        const auto first = co_await (numbers.next(use_awaitable) || timer.async_wait(use_awaitable));
        EXPECT_EQ(first.index(), 1u);
        EXPECT_FALSE(co_await numbers.next(use_awaitable));
    });
    EXPECT_EQ(db.running(), 0u);
}

/// As calls do: what its function has not made by then is not made.
TEST_F(streams, that_live_let_their_database_go) {
    std::atomic<bool> ended = false;
    std::optional<kin::asio::stream<int>> numbers;
    {
        kin::asio::database own{loop.get_executor(), url, {.connections = 2}};
        numbers.emplace(own, [&](kin::session& s, kin::asio::sink<int>& to) {
            (void)s.query<User>().count();
            try {
                for (int i = 0;; ++i) to(i);
            } catch (const kin::statement_canceled&) {
                ended = true;
                throw;
            }
        });
        std::optional<int> first;
        numbers->next([&](std::exception_ptr, std::optional<int> value) { first = value; });
        while (!first) loop.run_one();
        EXPECT_EQ(first, 0);
        EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended);
    loop.restart();
    std::string said;
    run([&]() -> awaitable<void> {
        try {
            (void)co_await numbers->next(use_awaitable);
        } catch (const kin::asio::canceled& e) {
            said = e.what();
        }
    });
    EXPECT_TRUE(kin::test::contains(said, "its database has gone")) << said;
}

/// Who waits for a stream's value, and has the stream, goes with the database.
TEST_F(streams, do_not_keep_who_waits_behind_the_end) {
    struct local {
        bool& gone;
        ~local() { gone = true; }
    };
    bool waits = false;
    bool gone = false;
    bool told = false;
    {
        kin::asio::database own{loop.get_executor(), url, {.connections = 2}};
        boost::asio::co_spawn(
            loop,
            [&]() -> awaitable<void> {
                const local here{gone};
                kin::asio::stream<int> numbers{own, [](kin::session& s, kin::asio::sink<int>& to) {
                                                   work_for_hours(s);
                                                   to(1);
                                               }};
                waits = true;
                (void)co_await numbers.next(use_awaitable);
            },
            [&](std::exception_ptr) { told = true; });
        while (!waits) loop.run_one();
        EXPECT_FALSE(gone);
    }
    loop.restart();
    loop.run();
    loop.restart();
    EXPECT_TRUE(gone);
    EXPECT_FALSE(told);
}

TEST_F(streams, in_parallel_give_all_results) {
    std::tuple<std::int64_t, std::string, std::size_t> all;
    run([&]() -> awaitable<void> {
        all = co_await kin::asio::parallel(
            db, [](kin::session& s) { return s.query<User>().count(); },
            [](kin::session& s) { return s.get<User>(2)->name; },
            [](kin::session& s) { return s.query<Post>().all().size(); });
    });
    EXPECT_EQ(all, std::tuple(5, "user 2", 15u));
}

TEST_F(streams, in_parallel_end_with_the_first_error) {
    std::string said;
    run([&]() -> awaitable<void> {
        try {
            (void)co_await kin::asio::parallel(
                db,
                [](kin::session& s) -> int {
                    work_for_hours(s);
                    return 0;
                },
                [](kin::session&) -> int { throw std::logic_error{"the caller's own"}; });
        } catch (const std::logic_error& e) {
            said = e.what();
        }
    });
    EXPECT_EQ(said, "the caller's own");
    EXPECT_EQ(db.running(), 0u);
}

TEST_F(streams, listen) {
    KIN_NEEDS(announcements);
    const std::vector<std::string> channels{"news", "Other News"};
    const std::vector<std::string> texts{"one", "two"};
    std::vector<std::string> heard;
    run([&]() -> awaitable<void> {
        auto news = co_await kin::asio::listen(db, channels);
        for (const std::string& text : texts) {
            co_await db.transact([&text](kin::session& s) { s.execute("SELECT pg_notify(?, ?)", "Other News", text); },
                                 use_awaitable);
        }
        for (int i = 0; i < 2; ++i) {
            const auto each = co_await news.next(use_awaitable);
            heard.push_back(each->channel + ": " + each->payload);
        }
    });
    EXPECT_EQ(heard, (std::vector<std::string>{"Other News: one", "Other News: two"}));
    EXPECT_EQ(db.running(), 0u);
    EXPECT_EQ(rows("SELECT count(*) FROM pg_listening_channels()"), "0");
}

TEST_F(streams, listen_where_there_is_something_to_hear) {
    if (kin::test::can(kin::test::capability::announcements)) GTEST_SKIP() << "it has";
    const std::vector<std::string> channels{"news"};
    bool refused = false;
    run([&]() -> awaitable<void> {
        try {
            (void)co_await kin::asio::listen(db, channels);
        } catch (const kin::usage_error&) {
            refused = true;
        }
    });
    EXPECT_TRUE(refused);
}

}  // namespace
