// Replicas that stop, fall behind, are killed or are none at all; and those that come back.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "servers.hpp"

namespace {

using namespace kin::test;
using kin::read_only;
using kin::read_your_writes;

class replicas_health : public replicated {
  protected:
    /// Reads until this server answers; each read must succeed.
    void read_until(kin::database& db, std::size_t server) {
        while (server_of(db) != server) {
        }
    }
    /// Reads until this server answers none of a good many reads.
    void read_without(kin::database& db, std::size_t server) {
        for (int without = 0; without < 50; without = server_of(db) == server ? 0 : without + 1) {
        }
    }
    std::string refusal(kin::database& db) {
        try {
            (void)server_of(db);
        } catch (const kin::usage_error& e) {
            return e.message();
        }
        return "none";
    }
};

INSTANTIATE_TEST_SUITE_P(on, replicas_health, engines_with_replicas, name_of_engine);

TEST_P(replicas_health, leaves_out_what_has_stopped_and_takes_it_back) {
    kin::database db{servers().url(0), both({.look_milliseconds = 10})};
    read_until(db, 1);
    read_until(db, 2);
    servers().stop(1);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(server_of(db), 2U);
    servers().stop(2);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(server_of(db), 0U);
    servers().start(1);
    read_until(db, 1);
    servers().start(2);
    read_until(db, 2);
}

TEST_P(replicas_health, goes_on_where_all_connections_of_one_are_in_use) {
    kin::database db{servers().url(0), both({.look_milliseconds = 10}), {.max = 1, .timeout_milliseconds = 20}};
    read_until(db, 1);
    read_until(db, 2);
    std::vector<std::size_t> answered;
    kin::session first{db, read_only};
    kin::session second{db, read_only};
    kin::session third{db, read_only};
    for (kin::session* s : {&first, &second, &third}) answered.push_back(server_of(*s));
    std::sort(answered.begin(), answered.end());
    EXPECT_EQ(answered, (std::vector<std::size_t>{0, 1, 2}));
}

TEST_P(replicas_health, leaves_out_what_is_far_behind_and_takes_it_back) {
    kin::database db{servers().url(0), both({.lag_milliseconds = 100, .look_milliseconds = 10})};
    read_until(db, 1);
    read_until(db, 2);
    servers().pause(1);
    write(db, "one");
    read_without(db, 1);
    servers().pause(2);
    write(db, "two");
    read_until(db, 0);
    read_without(db, 2);
    {
        kin::session s{db, read_only};
        EXPECT_EQ(count(s), 2U);
    }
    servers().resume(1);
    read_until(db, 1);
    servers().resume(2);
    read_until(db, 2);
}

TEST_P(replicas_health, leaves_out_what_was_behind_from_the_start) {
    servers().pause(1);
    servers().pause(2);
    kin::database writing{servers().url(0)};
    write(writing, "one");
    kin::database db{servers().url(0), both({.lag_milliseconds = 60000})};
    for (int i = 0; i < 4; ++i) EXPECT_EQ(server_of(db), 0U);
}

TEST_P(replicas_health, keeps_what_lacks_nothing_however_long_nobody_writes) {
    kin::database db{servers().url(0), both({.lag_milliseconds = 500, .look_milliseconds = 10})};
    read_until(db, 1);
    servers().stop(2);
    servers().stop(0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{700};
    while (std::chrono::steady_clock::now() < until) EXPECT_EQ(server_of(db), 1U);
}

TEST_P(replicas_health, reads_on_where_the_primary_is_gone) {
    kin::database db{servers().url(0), both({.wait_milliseconds = 50, .look_milliseconds = 10})};
    write(db, "one");
    const read_your_writes mine{db};
    servers().heal();
    read_until(db, 1);
    read_until(db, 2);
    servers().stop(0);
    for (int i = 0; i < 10; ++i) {
        kin::session s{db, read_only, mine};
        EXPECT_EQ(count(s), 1U);
    }
    servers().stop(1);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(server_of(db), 2U);
    servers().stop(2);
    try {
        (void)server_of(db);
        FAIL();
    } catch (const kin::connection_failed& e) {
        const std::string text = e.message();
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(text.find(servers().place(i)), std::string::npos) << text;
        EXPECT_NE(text.find("none may answer"), std::string::npos) << text;
    }
    servers().start(2);
    read_until(db, 2);
}

TEST_P(replicas_health, survives_a_replica_that_is_killed_under_load) {
    kin::database db{servers().url(0), both({.look_milliseconds = 10}), {.max = 4}};
    write(db, "one");
    servers().heal();
    std::atomic<bool> over = false;
    std::atomic<int> read = 0;
    std::atomic<int> lost = 0;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            while (!over) {
                try {
                    kin::session s{db, read_only};
                    if (count(s) != 1) ++wrong;
                    ++read;
                } catch (const kin::connection_lost&) {
                    ++lost;  // whose statement was on its way
                } catch (const std::exception&) {
                    ++wrong;
                }
            }
        });
    }
    const auto read_more = [&] {
        const int before = read;
        while (read < before + 50) std::this_thread::yield();
    };
    read_more();
    servers().kill(1);
    read_more();
    servers().start(1);
    read_more();
    servers().kill(2);
    servers().kill(1);
    read_more();
    over = true;
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(lost, 9);  // three threads, three kills
    EXPECT_EQ(server_of(db), 0U);
}

TEST_P(replicas_health, says_what_is_no_replica) {
    const std::string another_way = servers().url(0, "/../0");
    kin::database itself{servers().url(0), kin::replicas{{another_way}}};
    EXPECT_EQ(refusal(itself),
              another_way +
                  " is no replica: it takes nothing over from another server, or is the primary "
                  "itself under another name. Leave it out of kin::replicas, or set its replication up");
    kin::database turned{servers().url(1), kin::replicas{{servers().url(0)}}};
    EXPECT_EQ(refusal(turned), servers().url(1) +
                                   " is no primary (a replica itself, or it writes no log that could be replicated): "
                                   "give its own primary's URL to kin::database");
    EXPECT_THROW(read_your_writes{turned}, kin::usage_error);
    const std::string other = servers().url(1, {}, says<const char*>("template1", "other"));
    kin::database mixed{servers().url(0), kin::replicas{{other}}};
    EXPECT_EQ(refusal(mixed), other + " is a replica of another database than " + servers().url(0) +
                                  " is: name servers that replicate this one");
    EXPECT_NE(refusal(mixed), "none");  // each time
}

}  // namespace
