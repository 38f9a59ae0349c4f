// What is about one engine alone: foreign keys and the lock file of SQLite, schemas and users of PostgreSQL.
#include <filesystem>
#include <fstream>

#include "migration/running.hpp"

namespace {

using kin::migration_error;
using kin::migration_failed;
using kin::migrations;
using kin::test::contains;
using running::running_migrations;
using running::thrown;

class sqlite_running_migrations : public running_migrations {};
class postgresql_running_migrations : public running_migrations {};
class mariadb_running_migrations : public running_migrations {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "mariadb") GTEST_SKIP();
    }
};

TEST_F(sqlite_running_migrations, tables_made_anew) {
    migrations steps;
    steps.add_sql("1_tables.sql",
                  "-- up\nCREATE TABLE a (id INTEGER PRIMARY KEY);\n"
                  "CREATE TABLE b (a_id INTEGER REFERENCES a (id) ON DELETE CASCADE);\n"
                  "INSERT INTO a VALUES (1), (2);\nINSERT INTO b VALUES (1), (2), (2);\n");
    const std::string anew =
        "CREATE TABLE a_new (id INTEGER PRIMARY KEY, x TEXT);\nINSERT INTO a_new (id) SELECT id FROM a;\n"
        "DROP TABLE a;\nALTER TABLE a_new RENAME TO a;\n";
    steps.add_sql("2_anew.sql", "-- up\n-- foreign keys off\n" + anew);
    steps.up(db);
    EXPECT_EQ(rows("SELECT a_id FROM b"), "1; 2; 2");
    EXPECT_EQ(rows("PRAGMA foreign_keys"), "1");
    steps.add_sql("3_loses.sql", "-- up\n-- foreign keys off\nDELETE FROM a WHERE id = 2;\n");
    EXPECT_EQ(
        thrown<migration_failed>([&] { steps.up(db); }).message(),
        "3_loses.sql: PRAGMA foreign_key_check: row 2 of b refers to no row of a, row 3 of b refers to no row of a. "
        "The step is one transaction and was rolled back: nothing of it stays");
    EXPECT_EQ(rows("SELECT id FROM a"), "1; 2");
    EXPECT_EQ(rows("PRAGMA foreign_keys"), "1");
}

TEST_F(sqlite_running_migrations, a_dropped_parent_says_how) {
    migrations steps;
    steps.add_sql("1_x.sql",
                  "-- up\nCREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (a_id INTEGER REFERENCES a (id));\n"
                  "INSERT INTO a VALUES (1);\nINSERT INTO b VALUES (1);\nDROP TABLE a;\n");
    EXPECT_TRUE(
        contains(thrown<migration_failed>([&] { steps.up(db); }).message(),
                 "1_x.sql:6: statement 5 of 5 failed: FOREIGN KEY constraint failed (who makes a table anew says "
                 "`-- foreign keys off` in a line of the step)"));
}

TEST_F(sqlite_running_migrations, in_memory) {
    kin::database memory{"sqlite::memory:"};
    const migrations steps = three();
    EXPECT_EQ(steps.up(memory).size(), 3u);
    EXPECT_TRUE(steps.status(memory).current());
    EXPECT_EQ(steps.down(memory, 3).size(), 3u);
}

TEST_F(sqlite_running_migrations, the_lock_file_is_no_way_to_another_file) {
    db.script("CREATE TABLE here (x)");
    const std::string database = rows("SELECT file FROM pragma_database_list WHERE name = 'main'");
    const kin::test::temporary_directory other;
    { std::ofstream{other.file("precious")} << "kept"; }
    std::filesystem::create_symlink(other.file("precious"), database + "-migrating");
    const std::string why = thrown<migration_error>([&] { three().up(db); }).message();
    EXPECT_TRUE(contains(why, "cannot open the lock file '")) << why;
    EXPECT_EQ(std::filesystem::file_size(other.file("precious")), 4u);
    std::filesystem::remove(database + "-migrating");
    EXPECT_EQ(three().up(db).size(), 3u);
}

TEST_F(sqlite_running_migrations, a_database_that_may_not_be_written) {
    db.script("CREATE TABLE here (x)");
    kin::database readonly{place.url() + "&mode=ro"};
    const std::string why = thrown<migration_error>([&] { three().up(readonly); }).message();
    EXPECT_TRUE(why.starts_with("the table kin_migrations, which remembers what ran, cannot be made: ")) << why;
    EXPECT_TRUE(why.ends_with(". Nothing was changed")) << why;
}

TEST_F(mariadb_running_migrations, a_change_of_tables_that_fails_half_way_is_remembered) {
    migrations steps = first();
    steps.add_sql("2_half.sql",
                  "-- up\nALTER TABLE notes ADD COLUMN x int;\nINSERT INTO notes VALUES (1, 'a', 2);\n"
                  "ALTER TABLE nowhere ADD COLUMN x int;\n-- down\nALTER TABLE notes DROP COLUMN x;\n");
    EXPECT_EQ(
        thrown<migration_failed>([&] { steps.up(db); }).message(),
        "2_half.sql:4: statement 3 of 3 failed: " + no_table() +
            ". The step is outside of a transaction: the statements before it stay. Mend it by hand, then say mark "
            "2 done, or mark 2 undone");
    EXPECT_EQ(history(), "1|done|up; 2|failed|up");
    EXPECT_EQ(rows("SELECT text, x FROM notes"), "a|2");
    EXPECT_EQ(steps.status(db).steps[1].statements, 2);
    EXPECT_TRUE(
        contains(thrown<migration_error>([&] { steps.up(db); }).message(), "step 2 (half) has failed half-way up"));
    EXPECT_TRUE(contains(thrown<migration_error>([&] { steps.down(db); }).message(), "half-way"));
    steps.mark_done(db, 2);
    EXPECT_EQ(steps.down(db).size(), 1u);
    EXPECT_EQ(history(), "1|done|up");
    EXPECT_EQ(rows("SELECT count(*) FROM kin_migrations_lock"), "0");
}

TEST_F(mariadb_running_migrations, rows_alone_are_one_transaction) {
    migrations steps = first();
    steps.add_sql("2_rows.sql", "-- up\nINSERT INTO notes VALUES (1, 'a');\nINSERT INTO nowhere VALUES (1);\n");
    EXPECT_TRUE(contains(thrown<migration_failed>([&] { steps.up(db); }).message(), "nothing of it stays"));
    EXPECT_EQ(texts(), "");
    EXPECT_EQ(history(), "1|done|up");
}

/// Nobody sees from the text of a CALL that it changes tables.
TEST_F(mariadb_running_migrations, a_step_whose_transaction_is_ended_unseen_has_failed) {
    migrations steps = first();
    steps.add_sql("2_makes.sql", "-- up\nCREATE PROCEDURE makes() CREATE TABLE made (x int);\n");
    steps.add_sql("3_calls.sql",
                  "-- up\nINSERT INTO notes VALUES (1, 'a');\nCALL makes();\nINSERT INTO notes VALUES (2, 'b');\n"
                  "-- down\nDELETE FROM notes;\nCALL makes();\n");
    EXPECT_EQ(thrown<migration_failed>([&] { steps.up(db); }).message(),
              "3_calls.sql:3: statement 2 of 3 failed: the statement has ended the transaction of the step. The "
              "transaction of the step was ended within it: its statements up to this one stay. Mend it by hand, then "
              "say mark 3 done, or mark 3 undone");
    EXPECT_EQ(texts(), "a");
    EXPECT_TRUE(has("made"));
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|failed|up");
    EXPECT_EQ(steps.status(db).steps[2].statements, 2);
    EXPECT_TRUE(contains(steps.status(db).problem, "step 3 (calls) has failed half-way up; 2 of its statements are"));
    steps.mark_done(db, 3);
    // The same on the way back, where the statement fails that has ended it.
    const std::string why = thrown<migration_failed>([&] { steps.down(db); }).message();
    EXPECT_TRUE(contains(why, "ended within it: its first statement stays. Mend")) << why;
    EXPECT_EQ(texts(), "");
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|failed|down");
    EXPECT_EQ(steps.status(db).steps[2].statement, "CALL makes()");
}

/// One that begins another transaction ends the first one just as well.
TEST_F(mariadb_running_migrations, a_step_whose_transaction_is_another_one_has_failed) {
    migrations steps = first();
    steps.add_sql("2_makes.sql", "-- up\nCREATE PROCEDURE passes() BEGIN COMMIT; START TRANSACTION; END;\n");
    steps.add_sql("3_calls.sql",
                  "-- up\nINSERT INTO notes VALUES (1, 'a');\nCALL passes();\nINSERT INTO notes VALUES (2, 'b');\n"
                  "INSERT INTO nowhere VALUES (1);\n");
    const std::string why = thrown<migration_failed>([&] { steps.up(db); }).message();
    EXPECT_TRUE(contains(why, "ended within it: what was committed within it stays. Mend")) << why;
    EXPECT_EQ(texts(), "a");
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|failed|up");
}

/// As mariadb-dump writes it.
TEST_F(mariadb_running_migrations, what_is_run_of_a_comment_changes_tables_too) {
    for (const char* each :
         {"/*!40000 ALTER TABLE notes DISABLE KEYS */", "/*M!100000 ALTER TABLE notes ENABLE KEYS */",
          "CHECK TABLE notes", "SET PASSWORD FOR CURRENT_USER = ''", "LOAD INDEX INTO CACHE notes"}) {
        migrations steps = first();
        steps.add_sql("2_dump.sql", std::string{"-- up\nINSERT INTO notes VALUES (1, 'a');\n"} + each +
                                        ";\nINSERT INTO nowhere VALUES (1);\n");
        const std::string why = thrown<migration_failed>([&] { steps.up(db); }).message();
        EXPECT_TRUE(contains(why, "The step is outside of a transaction: the statements before it stay")) << why;
        EXPECT_EQ(history(), "1|done|up; 2|failed|up") << each;
        db.script("DELETE FROM notes");
        steps.mark_undone(db, 2);
    }
    kin::session s{db};
    s.add(running::Note{.text = "x"});
    s.flush();
    EXPECT_THROW(s.connection().script("/*!40000 ALTER TABLE notes DISABLE KEYS */"), kin::usage_error);
    (void)kin::test::rows_of(s.connection(), "ANALYZE SELECT text FROM notes");
    EXPECT_TRUE(s.connection().in_transaction());
}

/// What changes how later statements are committed ends with its step.
TEST_F(mariadb_running_migrations, a_step_that_switches_autocommit_off_does_so_for_itself) {
    migrations steps = first();
    steps.add_sql("2_off.sql", "-- up\nSET autocommit = 0;\nINSERT INTO notes VALUES (1, 'a');\n");
    kin::database one{place.url(), {.max = 1}};
    EXPECT_EQ(steps.up(one).size(), 2u);
    EXPECT_EQ(kin::test::rows_of(*one.connect(), "SELECT @@autocommit"), "1");
    EXPECT_EQ(texts(), "a");
}

TEST_F(mariadb_running_migrations, a_function_that_changes_tables_says_that_it_does_so_in_batches) {
    migrations steps = first();
    const auto alter = [](kin::session& s) { s.connection().script("ALTER TABLE notes ADD COLUMN x int"); };
    steps.add({2, "alters", alter});
    const std::string why = thrown<migration_failed>([&] { steps.up(db); }).message();
    EXPECT_TRUE(contains(why, "ALTER TABLE would commit the open transaction")) << why;
    EXPECT_TRUE(contains(why, "nothing of it stays")) << why;
    EXPECT_EQ(history(), "1|done|up");
}

/// As mariadb-dump writes it.
TEST_F(mariadb_running_migrations, the_next_step_begins_as_the_first_did) {
    migrations steps = first();
    const std::string other = rows("SELECT database()") + "_other";
    db.script("CREATE DATABASE " + other);
    steps.add_sql("2_dump.sql", "-- up\nUSE " + other +
                                    ";\nSET foreign_key_checks = 0, sql_mode = '';\nCREATE TABLE there (x int);\n");
    steps.add_sql("3_here.sql", "-- up\nCREATE TABLE \"here\" (x int);\n");
    EXPECT_EQ(steps.up(db).size(), 3u);
    EXPECT_TRUE(has("here"));
    EXPECT_FALSE(has("there"));
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|done|up");
    EXPECT_EQ(rows("SELECT @@foreign_key_checks"), "1");
    db.script("DROP DATABASE " + other);
}

TEST_F(mariadb_running_migrations, a_user_without_rights) {
    const std::string user = "guest" + rows("SELECT connection_id()");
    db.script("CREATE USER " + user + "@localhost; GRANT SELECT ON " + rows("SELECT database()") + ".* TO " + user +
              "@localhost");
    std::string url = place.url();
    url.replace(url.find("kin@"), 4, user + "@");
    {
        kin::database guest{url};
        const std::string why = thrown<migration_error>([&] { three().up(guest); }).message();
        EXPECT_TRUE(contains(why, "cannot be written: ")) << why;
        EXPECT_TRUE(contains(why, "command denied to user")) << why;
    }
    EXPECT_FALSE(has("notes"));
    db.script("DROP USER " + user + "@localhost");
}

TEST_F(postgresql_running_migrations, remember_in_the_schema_that_is_current) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP();
    const std::string other = rows("SELECT current_schema()");
    const std::string own = other + "_own";
    three().up(db, 1);
    db.script("CREATE SCHEMA " + own);
    std::string url = place.url();
    const std::string path = "search_path%3D" + other;
    ASSERT_NE(url.find(path), std::string::npos) << url;
    url.replace(url.find(path), path.size(), "search_path%3D" + own + "%2C" + other);
    // What another program remembers further back in the path is no history of ours.
    migrations steps;
    steps.add_sql("1_a.sql", "-- up\nCREATE TABLE a (x int);\n");
    // As pg_dump writes it, and in both ways to run a step.
    const std::string dumped = "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE " + own;
    steps.add_sql("2_dump.sql", "-- up\n" + dumped + ".b (x int);\n");
    steps.add_sql("3_dump.sql", "-- up\n-- no transaction\n" + dumped + ".c (x int);\n");
    steps.add_sql("4_d.sql", "-- up\nCREATE TABLE d (x int);\n-- down\nDROP TABLE d;\n");
    {
        kin::database here{url};
        EXPECT_EQ(steps.status(here).pending(), 4u);
        const std::string script = steps.sql(here);
        EXPECT_TRUE(contains(script, "INSERT INTO \"" + own + "\".kin_migrations (number")) << script;
        EXPECT_TRUE(contains(script, "COMMIT;\nRESET search_path;\n\n-- 3_dump.sql")) << script;
        EXPECT_EQ(steps.up(here).size(), 4u);
        EXPECT_TRUE(steps.status(here).current());
        EXPECT_EQ(steps.down(here).size(), 1u);
    }
    EXPECT_EQ(rows("SELECT number, state FROM " + own + ".kin_migrations ORDER BY 1"), "1|done; 2|done; 3|done");
    EXPECT_EQ(rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = '" + own +
                   "'::regnamespace ORDER BY 1"),
              "a; b; c; kin_migrations");
    EXPECT_EQ(history(), "1|done|up");
    db.script("DROP SCHEMA " + own + " CASCADE");
}

TEST_F(postgresql_running_migrations, a_user_without_rights) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP();
    const std::string role = "kin_guest_" + rows("SELECT current_schema()");
    db.script("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA " + rows("SELECT current_schema()") + " TO " +
              role);
    std::string url = place.url();
    url.replace(url.find("kin@"), 4, role + "@");
    {
        kin::database guest{url};
        const std::string why = thrown<migration_error>([&] { three().up(guest); }).message();
        EXPECT_TRUE(contains(why, "cannot be made: ")) << why;
        EXPECT_TRUE(contains(why, "permission denied for schema ")) << why;
    }
    three().up(db);
    {
        kin::database guest{url};
        EXPECT_TRUE(
            contains(thrown<kin::database_error>([&] { (void)three().status(guest); }).message(), "permission denied"));
    }
    db.script("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
