// transact: nothing is lost where many write at once, and what is lost is tried again.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/session/transact.hpp>

#include "support/fixture.hpp"
#include "support/place.hpp"
#include "support/statement_log.hpp"

namespace {

struct counter {
    kin::key<counter> id{};
    int n{};
};
struct versioned_counter {
    kin::key<versioned_counter> id{};
    int n{};
    kin::version version{};
};

class transact : public ::testing::Test {
  protected:
    kin::test::place place{};
    kin::database db{place.patient_url()};
    transact() {
        db.create<kin::models<counter, versioned_counter>>();
        kin::session s{db};
        s.add(counter{});
        s.add(versioned_counter{});
        s.commit();
    }
    /// 100 increments on each of four threads; how many were refused.
    template <class Counter>
    int refused(int attempts) {
        std::atomic<int> lost{0};
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int k = 0; k < 100; ++k) {
                    try {
                        db.transact({.attempts = attempts}, [](kin::session& s) { s.get_one<Counter>(1)->n++; });
                    } catch (const kin::error&) {
                        ++lost;
                    }
                }
            });
        }
        threads.clear();
        return lost;
    }
};

TEST_F(transact, increments_of_a_version_are_tried_again) {
    EXPECT_EQ(refused<versioned_counter>(200), 0);
    kin::session s{db};
    EXPECT_EQ(s.get_one<versioned_counter>(1)->n, 400);
}

TEST_F(transact, a_stale_object_is_tried_again_as_often_as_is_said) {
    int tries = 0;
    const auto lose = [&](kin::session& s) {
        ++tries;
        (void)s.get_one<versioned_counter>(1);
        throw kin::stale_object{"somebody else"};
    };
    kin::test::thrown<kin::stale_object>([&] { db.transact({.attempts = 3}, lose); });
    EXPECT_EQ(tries, 3);
}

class sqlite_transact : public transact {
  protected:
    std::string begins(const std::string& url, const kin::retry& how) {
        kin::database other{url};
        kin::test::statement_log log{other};
        other.transact(how, [](kin::session& s) { (void)s.get<counter>(1); });
        std::string all;
        for (const auto& each : log.control()) all += each.sql + "; ";
        return all;
    }
};

TEST_F(sqlite_transact, nobody_writes_between_a_read_and_its_write) {
    EXPECT_EQ(refused<counter>(1), 0) << "BEGIN IMMEDIATE: no second attempt is needed";
    kin::session s{db};
    EXPECT_EQ(s.get_one<counter>(1)->n, 400);
}

TEST_F(sqlite_transact, it_begins_as_it_is_told) {
    const std::string url = place.url();
    EXPECT_EQ(begins(url, {}), "BEGIN IMMEDIATE; COMMIT; ");
    EXPECT_EQ(begins(url, {.writes = false}), "BEGIN; COMMIT; ");
    EXPECT_EQ(begins(url + "&begin=deferred", {}), "BEGIN; COMMIT; ");
    EXPECT_EQ(begins(url + "&begin=immediate", {.writes = false}), "BEGIN IMMEDIATE; COMMIT; ");
    EXPECT_EQ(begins(url + "&mode=ro", {}), "BEGIN; COMMIT; ") << "who may not write has no turn to take";
}

}  // namespace
