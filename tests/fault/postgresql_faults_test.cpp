// What goes wrong with a real server: killed, cut off, out of time, in a deadlock. Objects are as before the flush, no
// row is half-written or written twice, and everything works again once the server does.
#include <atomic>
#include <future>
#include <kin/engine/notifications.hpp>
#include <kin/session/advisory_lock.hpp>
#include <kin/session/transact.hpp>
#include <latch>
#include <thread>
#include <utility>

#include "support/blog.hpp"
#include "support/fixture.hpp"
#include "support/postgresql_server.hpp"

namespace {

using namespace blog;
using namespace kin::expr;
using kin::test::rows_of;
using kin::test::thrown;

class postgresql_faults : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server: see tests/support/with_postgresql";
        schema_ = std::make_unique<kin::test::scratch_schema>();
        db_ = std::make_unique<kin::database>(url(), kin::engine::pool_options{.max = 4});
        db().create<blog::all>();
        kin::session s{db()};
        s.add(User{.name = "Ada", .posts = {{.title = "one"}, {.title = "two"}}});
        s.add(User{.name = "Bob"});
        s.commit();
    }
    kin::database& db() { return *db_; }
    [[nodiscard]] std::string url() const { return schema_->url() + "&application_name=" + schema_->name(); }
    std::string rows(std::string_view sql) { return rows_of(*db().connect(), sql); }
    /// Ends the server's side of all connections, also of those that wait in the pool.
    void cut() {
        kin::database other{schema_->url()};
        other.script("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '" +
                     schema_->name() + "'");
    }

    std::unique_ptr<kin::test::scratch_schema> schema_;
    std::unique_ptr<kin::database> db_;
};

TEST_F(postgresql_faults, a_connection_is_cut_before_a_flush) {
    kin::session s{db()};
    auto ada = s.query<User>().where(col(&User::name) == "Ada").one();
    ada->posts.push_back(Post{.title = "three"});
    ada->name = "Grace";
    cut();
    thrown<kin::connection_lost>([&] { s.flush(); });
    EXPECT_EQ(ada->name, "Grace") << "memory is as before the flush";
    EXPECT_EQ(ada->posts.size(), 3u);
    EXPECT_EQ(rows("SELECT count(*) FROM post"), "2");
    s.commit();  // over a new connection
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY name"), "Bob; Grace");
    EXPECT_EQ(rows("SELECT title FROM post ORDER BY id"), "one; two; three");
}

TEST_F(postgresql_faults, a_connection_is_cut_while_rows_stream) {
    db().script("INSERT INTO users (name) SELECT 'u' || i FROM generate_series(1, 20000) AS i");
    kin::session s{db()};
    std::size_t read = 0;
    thrown<kin::connection_lost>([&] {
        for (const auto& chunk : s.query<User>().order_by(&User::id).with(&User::posts).stream(500)) {
            read += chunk.size();
            if (read == 1000) cut();
        }
    });
    EXPECT_GE(read, 1000u);
    s.rollback();
    EXPECT_EQ(s.query<User>().count(), 20002);
}

TEST_F(postgresql_faults, a_statement_takes_too_long) {
    kin::session s{db()};
    auto ada = s.query<User>().where(col(&User::name) == "Ada").one();
    s.connection().script("SET LOCAL statement_timeout = 30");
    kin::session other{db()};
    other.execute("UPDATE users SET bio = 'locked'");
    ada->name = "Grace";
    thrown<kin::statement_canceled>([&] { s.flush(); });
    EXPECT_EQ(ada->name, "Grace");
    other.rollback();
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY name"), "Bob; Grace");
}

TEST_F(postgresql_faults, what_failed_is_not_committed_in_silence) {
    kin::session s{db()};
    s.execute("UPDATE users SET bio = 'x'");
    thrown<kin::database_error>([&] { s.execute("SELECT nonsense"); });
    thrown<kin::database_error>([&] { s.commit(); });
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM users WHERE bio = 'x'"), "0");
}

/// Where two transactions wait for each other.
struct crossing {
    std::latch both{2};
    std::atomic<bool> passed = false;
    std::atomic<int> runs{0};
};

/// Both lock one user, then wait for each other's. Who gave way begins again when the other is through: it could be
/// back at its row before the server has woken the other, and they would meet once more.
void cross(kin::database& db, std::string_view first, std::string_view second, crossing& at) {
    bool again = false;
    db.transact({}, [&](kin::session& s) {
        ++at.runs;
        if (again) at.passed.wait(false);
        s.execute("UPDATE users SET bio = coalesce(bio, '') || '+' WHERE name = ?", first);
        if (!std::exchange(again, true)) at.both.arrive_and_wait();
        s.execute("UPDATE users SET bio = coalesce(bio, '') || '+' WHERE name = ?", second);
    });
    at.passed = true;
    at.passed.notify_all();
}

TEST_F(postgresql_faults, a_deadlock_is_tried_again) {
    crossing at;
    std::thread other{[&] { cross(db(), "Bob", "Ada", at); }};
    cross(db(), "Ada", "Bob", at);
    other.join();
    EXPECT_EQ(at.runs, 3) << "one of the two gave way, once";
    EXPECT_EQ(rows("SELECT bio FROM users"), "++; ++");
}

TEST_F(postgresql_faults, a_serialization_failure_is_tried_again_within_bounds) {
    int runs = 0;
    const auto total = [](kin::session& s) {
        return rows_of(s.connection(), "SELECT count(*) FROM users WHERE bio IS NULL");
    };
    const auto seen = db().transact({.level = kin::isolation::serializable}, [&](kin::session& s) {
        ++runs;
        const std::string before = total(s);
        if (runs == 1) {  // somebody else decides on the same ground, and is faster
            kin::session other{db()};
            other.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
            (void)total(other);
            other.execute("UPDATE users SET bio = 'theirs' WHERE name = 'Ada'");
            other.commit();
        }
        s.execute("UPDATE users SET bio = 'ours' WHERE name = 'Bob'");
        return before;
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(seen, "1");
    runs = 0;
    thrown<kin::serialization_failure>([&] {
        db().transact({.attempts = 3}, [&](kin::session&) {
            ++runs;
            throw kin::serialization_failure{"again"};
        });
    });
    EXPECT_EQ(runs, 3);
    thrown<kin::not_found>([&] {
        db().transact({}, [&](kin::session& s) {
            ++runs;
            s.add(User{.name = "Eve"});
            s.flush();
            throw kin::not_found{"enough"};
        });
    });
    EXPECT_EQ(runs, 4) << "what is no conflict is not tried again";
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "2");
}

TEST_F(postgresql_faults, names_are_locked_until_the_transaction_ends) {
    kin::session s{db()};
    kin::session other{db()};
    kin::advisory_lock(s, "import");
    EXPECT_FALSE(kin::try_advisory_lock(other, "import"));
    EXPECT_TRUE(kin::try_advisory_lock(other, "export"));
    s.commit();
    EXPECT_TRUE(kin::try_advisory_lock(other, "import"));
}

TEST_F(postgresql_faults, announcements_come_when_they_are_committed) {
    kin::engine::notifications inbox{db().connect(), {"News", "other"}};
    kin::session s{db()};
    s.execute("SELECT pg_notify(?, ?)", "News", "one");
    EXPECT_FALSE(inbox.next(0)) << "not yet";
    s.commit();
    const auto heard = inbox.next(5000);
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->channel, "News");
    EXPECT_EQ(heard->payload, "one");
    EXPECT_FALSE(inbox.next(0));
}

TEST_F(postgresql_faults, a_full_pool_says_so) {
    kin::database small{url(), {.max = 1, .timeout_milliseconds = 20}};
    kin::session s{small};
    (void)s.query<User>().count();
    kin::session waiting{small};
    thrown<kin::pool_timeout>([&] { (void)waiting.query<User>().count(); });
    s.commit();
    EXPECT_EQ(waiting.query<User>().count(), 2);
}

TEST_F(postgresql_faults, many_threads_share_a_few_connections) {
    constexpr int threads = 16;
    constexpr int rounds = 20;
    kin::database shared{url(), {.max = 4}};
    std::vector<std::thread> all;
    std::atomic<int> errors{0};
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            try {
                for (int i = 0; i < rounds; ++i) {
                    kin::session s{shared};
                    s.add(User{.name = std::to_string(t) + "/" + std::to_string(i), .posts = {{.title = "p"}}});
                    s.commit();
                    if (s.query<User>().with(&User::posts).count() < i) ++errors;
                }
            } catch (const std::exception& e) {
                ADD_FAILURE() << e.what();
            }
        });
    }
    for (std::thread& each : all) each.join();
    EXPECT_EQ(errors, 0);
    EXPECT_LE(shared.pool().size(), 4u);
    EXPECT_EQ(rows("SELECT count(*) FROM post"), std::to_string(2 + threads * rounds));
}

TEST(postgresql_server, is_killed_in_the_middle_of_flushes_and_started_again) {
    if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server: see tests/support/with_postgresql";
    kin::test::private_server server;
    kin::database db{server.url(), {.max = 2}};
    db.create<blog::all>();
    int committed = 0;
    kin::session s{db};
    std::vector<kin::ref<User>> kept;
    std::promise<void> running;
    std::thread killer{[&] {
        running.get_future().wait();
        server.kill();
    }};
    const auto work = [&] {
        for (int round = 0;; ++round) {
            const std::string name = "u" + std::to_string(round);
            kept.push_back(s.add(User{.name = name}));
            for (int i = 0; i < 200; ++i) kept.back()->posts.push_back(Post{.title = name});
            s.commit();
            if (++committed == 3) running.set_value();
        }
    };
    bool failed = false;
    try {
        work();
    } catch (const kin::connection_lost&) {  // or, killed between two transactions, no new one could be made
        failed = true;
    }
    EXPECT_TRUE(failed);
    killer.join();
    EXPECT_EQ(kept.back()->posts.size(), 200u) << "memory is as before the flush";
    thrown<kin::connection_failed>([&] {
        kin::session t{db};
        (void)t.query<User>().count();
    });
    server.start();
    s.rollback();
    kin::session t{db};
    // The last commit may have arrived without its answer: whole, or not at all.
    const auto users = t.query<User>().count();
    EXPECT_TRUE(users == committed || users == committed + 1) << users << " of " << committed;
    EXPECT_EQ(t.query<Post>().count(), users * 200);
    t.add(User{.name = "after"});
    t.commit();
}

}  // namespace
