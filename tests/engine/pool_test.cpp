// The pool: its bound, its fairness, and what it does with connections that come back or die.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <kin/engine/pool.hpp>
#include <support/temporary_directory.hpp>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using namespace kin::engine;
using namespace std::chrono_literals;
using kin::test::temporary_directory;

class connection_pool : public ::testing::Test {
  protected:
    place place_{};
    url address{url::parse(place_.patient_url())};  // the first connections to a new file meet
};

TEST_F(connection_pool, opens_when_needed_and_reuses) {
    pool connections{address, {.max = 3}};
    EXPECT_EQ(connections.size(), 0U);
    connection* first = nullptr;
    {
        const lease one = connections.acquire();
        first = &*one;
        EXPECT_EQ(connections.size(), 1U);
        EXPECT_EQ(connections.idle(), 0U);
    }
    EXPECT_EQ(connections.idle(), 1U);
    const lease again = connections.acquire();
    EXPECT_EQ(&*again, first);
    const lease other = connections.acquire();
    EXPECT_NE(&*other, first);
    EXPECT_EQ(connections.size(), 2U);
}

TEST_F(connection_pool, closes_what_is_spoiled) {
    pool connections{address, {.max = 1}};
    {
        const lease one = connections.acquire();
        one->spoil();
    }
    EXPECT_EQ(connections.size(), 0U);
    const lease next = connections.acquire();
    EXPECT_FALSE(next->spoiled());
    EXPECT_EQ(next->statements(), 0U);
}

TEST_F(connection_pool, times_out) {
    pool connections{address, {.max = 2, .timeout_milliseconds = 50}};
    const lease one = connections.acquire();
    lease two = connections.acquire();
    const auto started = std::chrono::steady_clock::now();
    const auto here = kin::site::current();
    const auto e = thrown<kin::pool_timeout>([&] { (void)connections.acquire(here); });
    EXPECT_GE(std::chrono::steady_clock::now() - started, 50ms);
    EXPECT_TRUE(contains(e.message(), "50 ms") && contains(e.message(), "all 2")) << e.message();
    EXPECT_EQ(e.where().line(), here.line());
    two.release();
    EXPECT_FALSE(two);
    EXPECT_TRUE(connections.acquire());
}

TEST_F(connection_pool, serves_in_the_order_of_asking) {
    pool connections{address, {.max = 1}};
    lease held = connections.acquire();
    std::vector<int> order;  // only who has the one connection writes to it
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        const std::size_t before = connections.waiting();
        threads.emplace_back([&, i] {
            const lease mine = connections.acquire();
            order.push_back(i);
        });
        while (connections.waiting() == before) std::this_thread::yield();
    }
    held.release();
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST_F(connection_pool, never_exceeds_its_bound) {
    pool connections{address, {.max = 3}};
    std::atomic<int> at_work{0};
    std::atomic<int> most{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                const lease mine = connections.acquire();
                const int now = ++at_work;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                mine->execute("SELECT 1");
                --at_work;
            }
        });
    }
    for (std::thread& each : threads) each.join();
    EXPECT_LE(most, 3);
    EXPECT_LE(connections.size(), 3U);
    EXPECT_EQ(connections.idle(), connections.size());
    EXPECT_EQ(connections.waiting(), 0U);
}

TEST_F(connection_pool, rolls_back_what_was_left_open) {
    pool connections{address, {.max = 1}};
    connections.acquire()->script("CREATE TABLE t (v INTEGER)");
    {
        const lease one = connections.acquire();
        one->begin();
        one->execute("INSERT INTO t VALUES (1)");
    }
    const lease one = connections.acquire();
    EXPECT_FALSE(one->in_transaction());
    EXPECT_EQ(single(*one, "SELECT count(*) FROM t"), 0);
}

TEST(sqlite_pool, replaces_a_dead_connection) {
    const temporary_directory place;
    pool connections{url::parse(place.sqlite_url("pool.db")), {.max = 1}};
    connections.acquire()->script("CREATE TABLE before (v)");
    std::filesystem::rename(place.file("pool.db"), place.file("away.db"));
    for (const char* rest : {"pool.db-wal", "pool.db-shm"}) std::filesystem::remove(place.file(rest));
    const lease fresh = connections.acquire();
    fresh->script("CREATE TABLE after (v)");
    EXPECT_EQ(single(*fresh, "SELECT count(*) FROM sqlite_master WHERE name = 'before'"), 0);
    EXPECT_EQ(connections.size(), 1U);
    EXPECT_TRUE(std::filesystem::exists(place.file("pool.db")));
}

TEST(sqlite_pool, gives_the_room_back_where_opening_fails) {
    const temporary_directory place;
    pool connections{url::parse(place.sqlite_url("later.db?mode=rw")), {.max = 1, .timeout_milliseconds = 0}};
    thrown<kin::database_error>([&] { (void)connections.acquire(); });
    thrown<kin::database_error>([&] { (void)connections.acquire(); });
    EXPECT_EQ(connections.size(), 0U);
    connection{open(place.sqlite_url("later.db"))}.script("CREATE TABLE t (v INTEGER)");
    EXPECT_TRUE(connections.acquire());
}

TEST_F(connection_pool, passes_the_listener_to_every_connection) {
    pool connections{address, {.max = 2}};
    { const lease earlier = connections.acquire(); }
    std::atomic<int> heard{0};
    connections.on_statement([&heard](const statement_event&) { ++heard; });
    {
        const lease one = connections.acquire();
        const lease two = connections.acquire();
        one->execute("SELECT 1");
        two->execute("SELECT 1");
    }
    EXPECT_EQ(heard, 2);
    connections.on_statement({});
    connections.acquire()->execute("SELECT 1");
    EXPECT_EQ(heard, 2);
}

TEST_F(connection_pool, a_lease_may_outlive_it) {
    lease kept;
    {
        pool connections{address};
        kept = connections.acquire();
    }
    EXPECT_EQ(single(*kept, "SELECT 7"), 7);
    lease moved = std::move(kept);
    EXPECT_FALSE(kept);
    EXPECT_EQ(single(*moved, "SELECT 7"), 7);
}

TEST(sqlite_memory_pool, has_one_connection) {
    pool connections{url::parse("sqlite::memory:"), {.max = 8, .timeout_milliseconds = 0}};
    EXPECT_EQ(connections.max(), 1U);
    connections.acquire()->script("CREATE TABLE t (v INTEGER)");
    const lease one = connections.acquire();
    EXPECT_EQ(single(*one, "SELECT count(*) FROM t"), 0);
    thrown<kin::pool_timeout>([&] { (void)connections.acquire(); });
}

TEST(sqlite_memory_pool, with_a_shared_cache_is_one_database_of_its_own) {
    const url address = url::parse("sqlite::memory:?cache=shared");
    pool one{address};
    pool other{address};
    const lease first = one.acquire();
    const lease second = one.acquire();
    first->script("CREATE TABLE t (v INTEGER)");
    EXPECT_EQ(single(*second, "SELECT count(*) FROM t"), 0);
    EXPECT_EQ(single(*other.acquire(), "SELECT count(*) FROM sqlite_master"), 0);
}

}  // namespace
