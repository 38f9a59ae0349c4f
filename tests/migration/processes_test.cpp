// Two who migrate at once, and one who is killed in the middle: in processes of their own.
#include <csignal>

#include <kin/migration/migrations.hpp>

#include "support/fixture.hpp"
#include "support/processes.hpp"

namespace {

using kin::migration_error;
using kin::migration_locked;
using kin::migration_progress;
using kin::migrations;
using kin::session;
using kin::test::contains;
using kin::test::other_process;
using kin::test::signal_pipe;
using kin::test::thrown;

class migrating_processes : public testing::Test {
  protected:
    static constexpr int steps_count = 12;

    /// Each step notes that it ran, in the middle of other work. Some are outside of a transaction.
    static migrations many(bool outside) {
        migrations steps;
        steps.add_sql("1_log.sql",
                      "-- up\nCREATE TABLE log (step int NOT NULL, line int NOT NULL);\n-- down\nDROP TABLE log;\n");
        for (int i = 2; i <= steps_count; ++i) {
            const std::string n = std::to_string(i);
            if (i % 3 == 0) {
                steps.add({i, "in C++", [i](session& s) {
                               for (int line = 1; line <= 2; ++line) {
                                   s.connection().execute("INSERT INTO log VALUES (" + std::to_string(i) + ", " +
                                                          std::to_string(line) + ")");
                               }
                           }});
            } else {
                steps.add_sql(n + "_log.sql", std::string{"-- up\n"} +
                                                  (outside && i % 3 == 1 ? "-- no transaction\n" : "") +
                                                  "INSERT INTO log VALUES (" + n + ", 1);\nCREATE TABLE t" + n +
                                                  " (x int);\nINSERT INTO log VALUES (" + n + ", 2);\n");
            }
        }
        return steps;
    }
    std::string rows(std::string_view sql) {
        kin::database db{place.url()};
        return kin::test::rows_of(*db.connect(), sql);
    }
    /// Every line of every step once, every step remembered.
    void expect_all() {
        EXPECT_EQ(rows("SELECT count(*), count(DISTINCT step * 10 + line) FROM log"), "22|22");
        EXPECT_EQ(rows("SELECT count(*), min(state), max(state) FROM kin_migrations"), "12|done|done");
    }

    kin::test::place place{};
};

TEST_F(migrating_processes, at_once_run_every_step_once) {
    for (int round = 0; round < 5; ++round) {
        const signal_pipe ready;
        const signal_pipe begin;
        const auto work = [&] {
            kin::database db{place.patient_url()};
            const migrations steps = many(true);
            ready.give();
            begin.await();
            return static_cast<int>(steps.up(db).size());
        };
        other_process one{work};
        other_process two{work};
        ready.await();
        ready.await();
        begin.give();
        begin.give();
        // One has run them all, and the other one has waited.
        const int first = one.wait();
        const int second = two.wait();
        EXPECT_EQ(first + second, steps_count) << first << ' ' << second;
        EXPECT_TRUE(first == 0 || second == 0) << first << ' ' << second;
        expect_all();
        kin::database db{place.url()};
        db.script("DROP TABLE log; DROP TABLE kin_migrations");
        for (int i = 2; i <= steps_count; ++i) {
            if (i % 3 != 0) db.script("DROP TABLE t" + std::to_string(i));
        }
    }
}

TEST_F(migrating_processes, who_gives_up_is_told_who_holds_the_lock) {
    const signal_pipe inside;
    const signal_pipe go_on;
    migrations steps;
    steps.add({1, "short", [](session&) {}, [](session&) {}});
    {
        kin::database db{place.url()};
        steps.up(db);
    }
    steps.add({2, "long", [&](session&) {
                   inside.give();
                   go_on.await();
               }});
    other_process holder{[&] {
        kin::database db{place.url()};
        return static_cast<int>(steps.up(db).size());
    }};
    inside.await();
    kin::database db{place.url()};
    const std::string process = "(process " + std::to_string(holder.id()) + ")";
    const std::string why = thrown<migration_locked>([&] { steps.up(db, {.lock_timeout = 0}); }).message();
    EXPECT_TRUE(why.starts_with("this database is being migrated by ")) << why;
    EXPECT_TRUE(contains(why, process)) << why;
    EXPECT_TRUE(contains(why, ", since 20")) << why;
    EXPECT_TRUE(contains(thrown<migration_locked>([&] { steps.down(db, {.steps = 1, .lock_timeout = 0}); }).message(),
                         process));
    EXPECT_TRUE(contains(steps.status(db).locked_by, process)) << steps.status(db).locked_by;
    EXPECT_EQ(steps.status(db).pending(), 1u);
    go_on.give();
    EXPECT_EQ(holder.wait(), 1);
    EXPECT_EQ(steps.status(db).locked_by, "");
    EXPECT_TRUE(steps.up(db).empty());
}

/// Killed before each statement in turn, the process of the next one goes on.
TEST_F(migrating_processes, killed_before_each_statement) {
    KIN_NEEDS(changes_in_transactions);
    const migrations steps = many(false);
    int kills = 0;
    for (int last = 0; last < 100; ++last) {
        int told = 0;
        other_process victim{[&] {
            kin::database db{place.patient_url()};
            (void)steps.up(db, {.on_progress = [&](const migration_progress& p) {
                               if (!p.over && told++ == 2) raise(SIGKILL);
                           }});
            return 0;
        }};
        const int code = victim.wait();
        if (code == 0) break;
        ASSERT_EQ(code, -SIGKILL);
        ++kills;
        // A step of two statements or three that is killed at its third one makes no progress: run one on its own.
        kin::database db{place.patient_url()};
        EXPECT_LE(steps.up(db, 1).size(), 1u);
    }
    EXPECT_GE(kills, 5);
    expect_all();
    kin::database db{place.url()};
    EXPECT_TRUE(steps.status(db).current());
}

TEST_F(migrating_processes, killed_within_a_function_of_cpp) {
    const signal_pipe inside;
    const signal_pipe never;
    bool waits = true;
    migrations steps;
    steps.add_sql("1_log.sql", "-- up\nCREATE TABLE log (step int NOT NULL, line int NOT NULL);\n");
    steps.add({2, "long", [&](session& s) {
                   s.connection().execute("INSERT INTO log VALUES (2, 1)");
                   if (waits) {
                       inside.give();
                       never.await();
                   }
                   s.connection().execute("INSERT INTO log VALUES (2, 2)");
               }});
    other_process victim{[&] {
        kin::database db{place.patient_url()};
        return static_cast<int>(steps.up(db).size());
    }};
    inside.await();
    EXPECT_EQ(victim.kill(SIGKILL), -SIGKILL);
    waits = false;
    kin::database db{place.patient_url()};
    EXPECT_EQ(steps.up(db).size(), 1u);
    EXPECT_EQ(rows("SELECT step, line FROM log ORDER BY line"), "2|1; 2|2");
}

TEST_F(migrating_processes, killed_outside_of_a_transaction) {
    migrations steps;
    steps.add_sql("1_log.sql", "-- up\nCREATE TABLE log (line int NOT NULL);\n");
    steps.add_sql("2_more.sql",
                  "-- up\n-- no transaction\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2);\nINSERT INTO log "
                  "VALUES (3);\n");
    other_process victim{[&] {
        kin::database db{place.patient_url()};
        (void)steps.up(db, {.on_progress = [&](const migration_progress& p) {
                           if (p.number == 2 && p.statement == 3) raise(SIGKILL);
                       }});
        return 0;
    }};
    EXPECT_EQ(victim.wait(), -SIGKILL);
    kin::database db{place.patient_url()};
    const std::string why = thrown<migration_error>([&] { steps.up(db); }).message();
    EXPECT_TRUE(why.starts_with("step 2 (more) was begun (up) by ")) << why;
    EXPECT_TRUE(
        contains(why, "(process " + std::to_string(victim.id()) + ") and has not ended; 2 of its statements are done"))
        << why;
    EXPECT_EQ(rows("SELECT line FROM log ORDER BY 1"), "1; 2");
    db.script("INSERT INTO log VALUES (3)");
    steps.mark_done(db, 2);
    EXPECT_TRUE(steps.up(db).empty());
    EXPECT_EQ(rows("SELECT line FROM log ORDER BY 1"), "1; 2; 3");
}

TEST_F(migrating_processes, killed_while_another_one_waits) {
    const signal_pipe inside;
    const signal_pipe never;
    migrations steps = many(false);
    steps.add({steps_count + 1, "long", [&](session& s) {
                   s.connection().execute("INSERT INTO log VALUES (13, 1)");
                   inside.give();
                   never.await();
               }});
    other_process holder{[&] {
        kin::database db{place.patient_url()};
        return static_cast<int>(steps.up(db).size());
    }};
    inside.await();
    const signal_pipe waiting;
    other_process next{[&] {
        kin::database db{place.patient_url()};
        waiting.give();
        return static_cast<int>(many(false).add({steps_count + 1, "long", [](session&) {}}).up(db).size());
    }};
    waiting.await();
    EXPECT_EQ(holder.kill(SIGKILL), -SIGKILL);
    EXPECT_EQ(next.wait(), 1);
    EXPECT_EQ(rows("SELECT count(*), count(DISTINCT step * 10 + line) FROM log"), "22|22");
    EXPECT_EQ(rows("SELECT count(*), min(state), max(state) FROM kin_migrations"), "13|done|done");
}

}  // namespace
