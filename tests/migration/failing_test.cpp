// Steps that fail, end their transaction, or have none: what stays of them.
#include <exception>

#include "migration/running.hpp"

namespace {

using kin::migration_error;
using kin::migration_failed;
using kin::migration_state;
using kin::migrations;
using kin::session;
using kin::test::contains;
using running::Note;
using running::running_migrations;
using running::thrown;

TEST_F(running_migrations, a_step_that_fails_leaves_nothing) {
    migrations steps = three();
    steps.add_sql("4_bad.sql",
                  "-- up\nINSERT INTO notes VALUES (3, 'c');\n\n-- a remark\nINSERT INTO nowhere VALUES (1);\n"
                  "INSERT INTO notes VALUES (4, 'd');\n");
    const auto e = thrown<migration_failed>([&] { steps.up(db); });
    EXPECT_EQ(e.message(), "4_bad.sql:5: statement 2 of 3 failed: " + no_table() +
                               ". The step is one transaction and was rolled back: nothing of it stays");
    EXPECT_EQ(e.sql(), "INSERT INTO nowhere VALUES (1)");
    EXPECT_EQ(texts(), "A; B");
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|done|up");
    EXPECT_EQ(steps.status(db).problem, "");
    EXPECT_EQ(steps.status(db).pending(), 1u);
    try {
        steps.up(db);
        ADD_FAILURE();
    } catch (const migration_failed& failed) {
        EXPECT_THROW(std::rethrow_if_nested(failed), kin::database_error);
    }
}

TEST_F(running_migrations, a_function_that_fails_leaves_nothing) {
    migrations steps = first();
    steps.add({2, "half", [](session& s) {
                   s.add(Note{.text = "x"});
                   s.flush();
                   s.add(Note{.text = "y"});
                   throw std::runtime_error{"enough"};
               }});
    EXPECT_EQ(thrown<migration_failed>([&] { steps.up(db); }).message(),
              "step 2 (half): enough. The step is one transaction and was rolled back: nothing of it stays");
    EXPECT_EQ(texts(), "");
    EXPECT_EQ(history(), "1|done|up");
}

TEST_F(running_migrations, a_function_does_not_end_its_transaction) {
    const auto message = [&](void (*function)(session&)) {
        migrations steps = first();
        steps.add({2, "ends", function});
        return thrown<migration_failed>([&] { steps.up(db); }).message();
    };
    EXPECT_EQ(message([](session& s) {
                  s.add(Note{.text = "x"});
                  s.commit();
              }),
              "step 2 (ends): this session takes part in a transaction that is not its own to commit. "
              "The step is one transaction and was rolled back: nothing of it stays");
    EXPECT_TRUE(contains(message([](session& s) {
                             s.add(Note{.text = "x"});
                             s.flush();
                             s.rollback();
                         }),
                         "the function has rolled the transaction of the step back"));
    EXPECT_TRUE(contains(message([](session& s) {
                             s.rollback();
                             s.add(Note{.text = "x"});
                             s.flush();
                         }),
                         "the transaction that this session takes part in was rolled back"));
    EXPECT_TRUE(contains(message([](session& s) {
                             s.connection().script("INSERT INTO notes VALUES (1, 'x')");
                             s.connection().script("COMMIT");
                         }),
                         "step 2 (ends): the function has rolled the transaction of the step back. The transaction of "
                         "the step was ended within it: what it has committed stays. Mend it by hand"));
    // The last one was committed, and its row with it, which says that it has not ended.
    EXPECT_EQ(history(), "1|done|up; 2|failed|up");
}

TEST_F(running_migrations, a_function_in_batches_commits_as_it_likes) {
    migrations steps = first();
    bool fails = true;
    steps.add({.number = 2,
               .name = "many",
               .up =
                   [&fails](session& s) {
                       s.add(Note{.text = "x"});
                       s.commit();
                       s.add(Note{.text = "y"});
                       s.flush();
                       if (fails) throw std::runtime_error{"enough"};
                   },
               .in_batches = true});
    EXPECT_EQ(
        thrown<migration_failed>([&] { steps.up(db); }).message(),
        "step 2 (many): enough. The step is outside of a transaction: what it has committed stays. Mend it by hand, "
        "then say mark 2 done, or mark 2 undone");
    EXPECT_EQ(texts(), "x");
    EXPECT_EQ(history(), "1|done|up; 2|failed|up");
    fails = false;
    EXPECT_EQ(
        thrown<migration_error>([&] { steps.up(db); }).message(),
        "step 2 (many) has failed half-way up; 0 of its statements are done. It is outside of a transaction: look what "
        "is there of it, finish it or take it back by hand, then say which: mark 2 done, or mark 2 undone. "
        "Nothing was changed");
    db.script("DELETE FROM notes");
    steps.mark_undone(db, 2);
    steps.up(db);
    EXPECT_EQ(texts(), "x; y");
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
}

TEST_F(running_migrations, outside_of_a_transaction) {
    migrations steps = first();
    steps.add_sql(
        "2_index.sql",
        "-- no transaction\n-- up sqlite\nVACUUM;\nCREATE INDEX texts ON notes (text);\n-- up postgresql\n"
        "CREATE INDEX CONCURRENTLY texts ON notes (text);\n-- up mariadb\nCREATE INDEX texts ON notes (text);\n"
        "-- down sqlite\nDROP INDEX texts;\n-- down postgresql\nDROP INDEX CONCURRENTLY texts;\n"
        "-- down mariadb\nDROP INDEX texts ON notes;\n");
    steps.up(db);
    EXPECT_TRUE(has("texts"));
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
    steps.down(db);
    EXPECT_FALSE(has("texts"));
    EXPECT_EQ(history(), "1|done|up");
}

TEST_F(running_migrations, a_statement_that_cannot_run_in_a_transaction_says_so) {
    KIN_NEEDS(changes_in_transactions);
    migrations steps = first();
    steps.add_sql("2_index.sql",
                  "-- up sqlite\nVACUUM;\n-- up postgresql\nCREATE INDEX CONCURRENTLY texts ON notes (text);\n");
    EXPECT_TRUE(contains(thrown<migration_failed>([&] { steps.up(db); }).message(),
                         " (a line `-- no transaction` runs a step outside of one). The step is one transaction"));
}

TEST_F(running_migrations, half_of_a_step_outside_of_a_transaction_is_remembered) {
    migrations steps = first();
    steps.add_sql("2_half.sql",
                  "-- up\n-- no transaction\nINSERT INTO notes VALUES (1, 'a');\nINSERT INTO nowhere VALUES (1);\n"
                  "INSERT INTO notes VALUES (2, 'b');\n");
    const std::string said = no_table();
    EXPECT_EQ(
        thrown<migration_failed>([&] { steps.up(db); }).message(),
        "2_half.sql:4: statement 2 of 3 failed: " + said +
            ". The step is outside of a transaction: its first statement stays. Mend it by hand, then say mark 2 done, "
            "or mark 2 undone");
    EXPECT_EQ(texts(), "a");
    const auto status = steps.status(db);
    EXPECT_EQ(status.steps[1].state, migration_state::failed);
    EXPECT_EQ(status.steps[1].statements, 1);
    EXPECT_EQ(status.steps[1].statement, "INSERT INTO nowhere VALUES (1)");
    EXPECT_EQ(status.steps[1].error, said);
    EXPECT_TRUE(contains(status.problem,
                         "step 2 (half) has failed half-way up; 1 of its statements is done, the next one "
                         "failed: " +
                             said));
    // Neither way goes on by itself.
    EXPECT_TRUE(contains(thrown<migration_error>([&] { steps.up(db); }).message(), "half-way"));
    EXPECT_TRUE(contains(thrown<migration_error>([&] { steps.down(db); }).message(), "half-way"));
    steps.mark_done(db, 2);
    EXPECT_TRUE(steps.status(db).current());
    EXPECT_TRUE(steps.up(db).empty());
}

TEST_F(running_migrations, what_a_transaction_of_the_step_takes_along_does_not_stay) {
    migrations steps = first();
    steps.add_sql("2_half.sql",
                  "-- up\n-- no transaction\nINSERT INTO notes VALUES (1, 'a');\nINSERT INTO notes VALUES (2, 'b');\n"
                  "BEGIN;\nINSERT INTO notes VALUES (3, 'c');\nINSERT INTO nowhere VALUES (1);\nCOMMIT;\n");
    const std::string why = thrown<migration_failed>([&] { steps.up(db); }).message();
    EXPECT_TRUE(contains(why, ": its first 2 statements stay. Mend")) << why;
    EXPECT_EQ(texts(), "a; b");
    EXPECT_EQ(steps.status(db).steps[1].statements, 2);
}

TEST_F(running_migrations, a_way_down_that_fails_half_way) {
    migrations steps = first();
    steps.add_sql("2_x.sql",
                  "-- up\nINSERT INTO notes VALUES (1, 'a');\n-- down\n-- no transaction\nDELETE FROM notes;\n"
                  "DELETE FROM nowhere;\n");
    steps.up(db);
    EXPECT_TRUE(
        contains(thrown<migration_failed>([&] { steps.down(db); }).message(), "2_x.sql:6: statement 2 of 2 failed: "));
    EXPECT_EQ(history(), "1|done|up; 2|failed|down");
    EXPECT_TRUE(steps.status(db).steps[1].taking_back);
    steps.mark_undone(db, 2);
    steps.up(db);
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
}

}  // namespace
