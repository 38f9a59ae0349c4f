// Steps as they are written: names, sections, statements, and what is refused before anything is changed.
#include <sys/stat.h>

#include <fstream>

#include <kin/migration/migrations.hpp>

#include "support/fixture.hpp"

namespace {

using kin::migration_error;
using kin::migrations;
using kin::test::contains;
using kin::test::engine_says;
using kin::test::thrown;

class migration_steps : public testing::Test {
  protected:
    /// What the steps would run, without what keeps the history.
    std::string statements(std::string_view text) {
        migrations steps;
        steps.add_sql("1_step.sql", text);
        std::string all = steps.sql(db);
        const std::string begin = "-- 1_step.sql\n" + std::string{engine_says("BEGIN IMMEDIATE;\n", "BEGIN;\n")};
        const std::size_t at = all.find(begin);
        EXPECT_NE(at, std::string::npos) << all;
        all = all.substr(at + begin.size());
        return all.substr(0, all.rfind("INSERT INTO "));  // the row
    }
    std::string refused(std::string_view file, std::string_view text) {
        return thrown<migration_error>([&] { migrations{}.add_sql(file, text); }).message();
    }
    std::string refused(const migrations& steps) {
        const std::string why = thrown<migration_error>([&] { steps.up(db); }).message();
        EXPECT_EQ(kin::test::rows_of(*db.connect(), tables), "0") << why;
        return why;
    }

    kin::test::place place{};
    kin::database db{place.url()};
    const std::string tables{
        engine_says("SELECT count(*) FROM sqlite_master",
                    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace",
                    "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()")};
};

/// What is about one engine alone.
class sqlite_migration_steps : public migration_steps {};
class postgresql_migration_steps : public migration_steps {};
class mariadb_migration_steps : public migration_steps {};

TEST_F(migration_steps, are_taken_apart_into_statements) {
    EXPECT_EQ(statements("-- up\nSELECT 1; SELECT 2;;\n-- a remark; of several\n/* and; one */ SELECT 3"),
              "SELECT 1;\nSELECT 2;\nSELECT 3;\n");
    EXPECT_EQ(statements("-- up\nSELECT 'a;b', \"c;d\" -- e;f\n FROM t; SELECT 'it''s;';"),
              "SELECT 'a;b', \"c;d\" -- e;f\n FROM t;\nSELECT 'it''s;';\n");
    EXPECT_EQ(statements("-- up\n-- nothing to do\n"), "");
    EXPECT_EQ(statements("\xEF\xBB\xBF-- a remark\r\n-- up\r\nSELECT 1;\r\n"), "SELECT 1;\n");
    EXPECT_EQ(statements("-- up\nSELECT '\n-- down\n';\n-- down\nSELECT 2"), "SELECT '\n-- down\n';\n");
}

TEST_F(sqlite_migration_steps, triggers_brackets_and_comments) {
    const std::string trigger =
        "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n  UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END;\n"
        "  DELETE FROM b; -- END;\nEND";
    EXPECT_EQ(statements("-- up\n" + trigger + ";\nSELECT 1;"), trigger + ";\nSELECT 1;\n");
    EXPECT_EQ(statements("-- up\nSELECT [a;'b] FROM t; SELECT `c;d`; /* /* */ SELECT 2"),
              "SELECT [a;'b] FROM t;\nSELECT `c;d`;\nSELECT 2;\n");
}

TEST_F(postgresql_migration_steps, dollar_quotes_and_routines) {
    if (kin::test::engine_name() != "postgresql") GTEST_SKIP();
    const std::string block = "DO $x$ BEGIN PERFORM 1; RAISE NOTICE '$$;'; END $x$";
    EXPECT_EQ(statements("-- up\n" + block + "; SELECT 1"), block + ";\nSELECT 1;\n");
    const std::string routine =
        "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n  SELECT CASE WHEN a > 1 THEN 2 "
        "END;\n"
        "  SELECT 1;\nEND";
    EXPECT_EQ(statements("-- up\n" + routine + "; SELECT 1"), routine + ";\nSELECT 1;\n");
    const std::string rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)";
    EXPECT_EQ(statements("-- up\n" + rule + "; SELECT 1"), rule + ";\nSELECT 1;\n");
    EXPECT_EQ(statements("-- up\nSELECT E'a\\';b'; SELECT E'it''s\\';'; SELECT 1 WHERE 'x' LIKE'\\'; SELECT 2"),
              "SELECT E'a\\';b';\nSELECT E'it''s\\';';\nSELECT 1 WHERE 'x' LIKE'\\';\nSELECT 2;\n");
    EXPECT_EQ(statements("-- up\n/* a /* b; */ c; */ SELECT 1; SELECT ARRAY['a;b'], x[1]"),
              "SELECT 1;\nSELECT ARRAY['a;b'], x[1];\n");
}

TEST_F(mariadb_migration_steps, routines_and_comments) {
    if (kin::test::engine_name() != "mariadb") GTEST_SKIP();
    const auto parts = [](const std::string& text) {
        std::string all;
        const kin::test::place place;
        kin::database db{place.url()};
        for (const auto& step : migrations{}.add_sql("1_step.sql", text).preview_up(db)) {
            for (const std::string& each : step.statements) all += each + "|";
        }
        return all;
    };
    const std::string trigger =
        "CREATE DEFINER=kin@localhost TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN\n  IF NEW.x > 1 THEN SET @a = "
        "CASE "
        "WHEN 1 THEN 2 ELSE 3 END; END IF;\n  CASE NEW.x WHEN 1 THEN SET @b = 1; END CASE;\n  l: LOOP LEAVE l; END "
        "LOOP;\n"
        "  BEGIN DECLARE y int; SET y = 1; END;\nEND";
    EXPECT_EQ(parts("-- up\n" + trigger + ";\nSELECT 1;"), trigger + "|SELECT 1|");
    EXPECT_EQ(parts("-- up mariadb\nSELECT 1; # it's; one\nSELECT 2 --3;\n;SELECT `c;d`; /*!40101 SET @x = 1 */;"),
              "SELECT 1|SELECT 2 --3|SELECT `c;d`|/*!40101 SET @x = 1 */|");
    EXPECT_EQ(parts("-- up\nSELECT '\\'; SELECT 2"), "SELECT '\\'|SELECT 2|");
    EXPECT_EQ(parts("-- up mariadb\n# it's\n-- down\nSELECT 'a'"), "");
}

TEST_F(mariadb_migration_steps, what_is_lost_is_read_as_mariadb_reads_it) {
    if (kin::test::engine_name() != "mariadb") GTEST_SKIP();
    const auto losses = [&](const std::string& text) {
        std::string all;
        for (const auto& step : migrations{}.add_sql("1_step.sql", "-- up mariadb\n" + text).preview_up(db)) {
            for (const std::string& each : step.losses) all += each + "|";
        }
        return all;
    };
    EXPECT_EQ(losses("ALTER TABLE t # it's old\nDROP COLUMN x;"), "ALTER TABLE t # it's old DROP COLUMN x|");
    EXPECT_EQ(losses("/*!40000 DROP TABLE t */;"), "/*!40000 DROP TABLE t */|");
    EXPECT_EQ(losses("ALTER TABLE t /*!50000 DROP COLUMN x */;"), "ALTER TABLE t /*!50000 DROP COLUMN x */|");
    EXPECT_EQ(losses("ALTER TABLE t MODIFY x varchar(9) COMMENT '\\'; ALTER TABLE t DROP KEY k -- 'x\n;"), "");
    EXPECT_EQ(losses("/* DROP TABLE t */ ALTER TABLE t ADD x int # DROP COLUMN y\n;"), "");
    EXPECT_EQ(losses("DROP TABLE `t`; ALTER TABLE n RENAME TO `t`;"), "");
    const std::string why = thrown<migration_error>([&] {
                                (void)migrations{}.add_sql("1_x.sql", "-- up\n# it's\nCOMMIT;").up(db);
                            }).message();
    EXPECT_TRUE(contains(why, "a step is one transaction already")) << why;
}

TEST_F(migration_steps, names_have_numbers) {
    EXPECT_EQ(refused("add_slugs.sql", "-- up\n"),
              "add_slugs.sql: the name of a step begins with its number: 0007_add_slugs.sql");
    EXPECT_EQ(refused("-7_slugs.sql", "-- up\n"),
              "-7_slugs.sql: the name of a step begins with its number: 0007_add_slugs.sql");
    EXPECT_EQ(refused("7.sql", "-- up\n"), "7.sql: a step has a name behind its number: 0007_add_slugs.sql");
    EXPECT_EQ(refused("99999999999999999999_x.sql", "-- up\n"), "99999999999999999999_x.sql: the number is too large");
    EXPECT_EQ(refused("7_slugs.txt", "-- up\n"), "7_slugs.txt: the name of a step ends with .sql: 0007_add_slugs.sql");
    EXPECT_EQ(refused("7_a\nb.sql", "-- up\n"), "the name of a step has a control character in it");
    EXPECT_EQ(refused("7_\xff.sql", "-- up\n"), "the name of a step is no UTF-8");
}

TEST_F(migration_steps, sections_are_known_ones_and_there_once) {
    EXPECT_EQ(refused("7_x.sql", "SELECT 1;"), "7_x.sql:1: this stands before the line `-- up`");
    EXPECT_EQ(refused("7_x.sql", "-- a remark\n\n"), "7_x.sql: there is no line `-- up`, and so nothing to run");
    EXPECT_EQ(refused("7_x.sql", "-- down\nSELECT 1;"), "7_x.sql: there is no line `-- up`, and so nothing to run");
    EXPECT_EQ(refused("7_x.sql", "-- up\n-- down\n--up"), "7_x.sql:3: there is a second section `-- up`");
    EXPECT_EQ(
        refused("7_x.sql", "-- up\n\n-- up postgres\n"),
        "7_x.sql:3: there is no database 'postgres': `-- up sqlite` and `-- up postgresql` are sections for one alone");
    EXPECT_EQ(statements("-- up\nSELECT 1;\n-- up to here and no further\n-- update\nSELECT 2"),
              "SELECT 1;\nSELECT 2;\n");
}

TEST_F(migration_steps, brackets_may_be_quotes) {
    const std::string_view disputed =
        "-- up\nALTER TABLE t ADD COLUMN [it's] TEXT;\n-- down\nDELETE FROM t WHERE x = 'a';";
    EXPECT_EQ(refused("7_x.sql", disputed),
              "7_x.sql:3: this line stands within quotes for one database and outside for another: a section of one "
              "database says so (`-- up sqlite`)");
    EXPECT_EQ(refused("7_x.sql", "-- up\nSELECT 1 AS [a\n-- no transaction\n]"),
              "7_x.sql:3: this line stands within quotes for one database and outside for another: a section of one "
              "database says so (`-- up sqlite`)");
    EXPECT_EQ(statements("-- up\nSELECT 'a[';\n-- a remark [\nSELECT '\n-- down\n';\n-- down\nSELECT ']'"),
              "SELECT 'a[';\nSELECT '\n-- down\n';\n");
}

TEST_F(migration_steps, comments_may_nest) {
    EXPECT_EQ(refused("7_x.sql", "-- up\nSELECT 1 /* a /* b */;\n-- down\nSELECT 2 */;"),
              "7_x.sql:3: this line stands within quotes for one database and outside for another: a section of one "
              "database says so (`-- up sqlite`)");
    EXPECT_EQ(statements("-- up\nSELECT 1 /* a\n-- down\n*/;\n-- down\nSELECT 2;"), "SELECT 1;\n");
    EXPECT_EQ(statements("-- up sqlite\nSELECT 1 /* a /* b */;\n-- down sqlite\nSELECT 2 /* */;\n"
                         "-- up postgresql\nSELECT 1;\n-- up mariadb\nSELECT 1; /* /* */"),
              "SELECT 1;\n");
}

TEST_F(migration_steps, dollars_may_be_quotes) {
    EXPECT_EQ(refused("7_x.sql", "-- up\nSELECT $$\n-- down\n$$;"),
              "7_x.sql:3: this line stands within quotes for one database and outside for another: a section of one "
              "database says so (`-- up sqlite`)");
    EXPECT_EQ(statements("-- up postgresql\nSELECT $$\n-- down\n$$;\n-- up mariadb\nSELECT $b$;\n-- up sqlite\nSELECT "
                         "$a$;\n-- down\n"),
              engine_says("SELECT $a$;\n", "SELECT $$\n-- down\n$$;\n", "SELECT $b$;\n"));
}

TEST_F(migration_steps, say_what_they_lose) {
    const auto losses = [&](const std::string& text) {
        std::string out;
        const auto preview = migrations{}.add_sql("1_x.sql", text).preview_up(db);
        for (const std::string& each : preview.front().losses) {
            out += each + "; ";
        }
        return out;
    };
    EXPECT_EQ(losses("-- loses data: posts.x\n-- up\n-- loses data: b\nSELECT '\n-- loses data: c\n';\n-- down\n"
                     "-- loses data: d\n"),
              "posts.x; b; ");
    const std::string anew = ";\nALTER TABLE n RENAME TO posts;\n";
    EXPECT_EQ(losses("-- up\nDROP TABLE posts" + anew), "");
    EXPECT_EQ(losses("-- up\nDROP TABLE \"posts\"" + anew), "");
    EXPECT_EQ(losses("-- up\nDROP TABLE a, posts" + anew), "DROP TABLE a, posts; ");
    EXPECT_EQ(losses("-- up\nDROP TABLE \"my posts\"" + anew), "DROP TABLE \"my posts\"; ");
    EXPECT_EQ(losses("-- up\nALTER TABLE t /*x*/DROP COLUMN y;"), "ALTER TABLE t /*x*/DROP COLUMN y; ");
    EXPECT_EQ(losses("-- up\nALTER TABLE t ALTER x DROP/**/NOT NULL;"), "");
}

TEST_F(migration_steps, are_text) {
    EXPECT_EQ(refused("7_x.sql", "-- up\nSELECT '\xff'"), "7_x.sql: the text is no UTF-8");
    EXPECT_EQ(refused("7_x.sql", std::string_view{"-- up\n\0", 7}), "7_x.sql: there is a zero byte in the text");
    EXPECT_EQ(refused("7_x.sql", std::string(16 * 1024 * 1024 + 1, ' ')),
              "7_x.sql: the text has 16777217 bytes, more than 16777216");
}

TEST_F(migration_steps, of_one_database_alone) {
    const std::string both = "-- up\nSELECT 1;\n-- up sqlite\nSELECT 2;\n-- up postgresql\nSELECT 3;\n-- up mariadb\n";
    EXPECT_EQ(statements(both), engine_says("SELECT 2;\n", "SELECT 3;\n", ""));
    const std::string other{engine_says("mariadb", "mariadb", "sqlite")};
    EXPECT_EQ(refused(migrations{}.add_sql("7_x.sql", "-- up " + other + "\nSELECT 1;")),
              std::string{"7_x.sql has no `-- up` for "}.append(kin::test::engine_name()) + ", only for " + other +
                  ". Nothing was changed");
}

TEST_F(migration_steps, numbers_follow_each_other) {
    migrations steps;
    steps.add_sql("1_a.sql", "-- up\nCREATE TABLE a (x int);").add_sql("3_c.sql", "-- up\nSELECT 1");
    EXPECT_EQ(refused(steps), "step 2 is missing between 1_a.sql and 3_c.sql. Nothing was changed");
    EXPECT_EQ(steps.status(db).problem, "step 2 is missing between 1_a.sql and 3_c.sql");
    EXPECT_EQ(thrown<migration_error>([&] {
                  steps.add({3, "other", [](kin::session&) {}});
              }).message(),
              "3_c.sql and step 3 (other) have the same number");
    steps.add_sql("6_f.sql", "-- up\n");
    steps.add({2, "b", [](kin::session&) {}});
    EXPECT_EQ(refused(steps), "steps 4 to 5 are missing between 3_c.sql and 6_f.sql. Nothing was changed");

    migrations dated;
    dated.add_sql("20261130_a.sql", "-- up\n").add_sql("20261207_b.sql", "-- up\n");
    EXPECT_EQ(dated.up(db).size(), 2u);
}

TEST_F(migration_steps, what_makes_no_sense_is_refused) {
    const auto refused_up = [&](std::string_view text) { return refused(migrations{}.add_sql("7_x.sql", text)); };
    EXPECT_EQ(refused_up("-- up\nCREATE TABLE a (x int);\nCOMMIT;\nSELECT 1;"),
              "7_x.sql:3: COMMIT: a step is one transaction already; with `-- no transaction` it is none. Nothing was "
              "changed");
    EXPECT_TRUE(contains(refused_up("-- up\nbegin /* x */ immediate;"), "7_x.sql:2: BEGIN: a step is one transaction"));
    EXPECT_TRUE(contains(refused_up("-- up\nSELECT 1;\nrollback;"), "7_x.sql:3: ROLLBACK: a step is one transaction"));
    EXPECT_EQ(refused_up("-- up\nSELECT 1;\nSELECT 'abc;\nSELECT 2;\n"),
              "7_x.sql:3: a string begins here and does not end. Nothing was changed");
    EXPECT_EQ(refused_up("-- up\nSELECT 1; /* abc"),
              "7_x.sql:2: a comment begins here and does not end. Nothing was changed");
    EXPECT_EQ(refused_up("-- up\nSELECT \"abc"),
              "7_x.sql:2: a quoted name begins here and does not end. Nothing was changed");
    EXPECT_EQ(statements("-- up\nSELECT 'a'"), "SELECT 'a';\n");
    if (kin::test::engine_name() == "sqlite") {
        EXPECT_TRUE(
            contains(refused_up("-- up\nPRAGMA foreign_keys = OFF;"),
                     "7_x.sql:2: PRAGMA foreign_keys does nothing within a transaction: say `-- foreign keys off`"));
    } else if (kin::test::engine_name() == "postgresql") {
        EXPECT_EQ(refused_up("-- up\nSELECT $a$ b $c$;"),
                  "7_x.sql:2: a dollar quote begins here and does not end. Nothing was changed");
    }
}

TEST_F(migration_steps, functions_have_numbers_names_and_something_to_do) {
    const auto why = [](kin::migration step) {
        return thrown<migration_error>([&] { migrations{}.add(std::move(step)); }).message();
    };
    EXPECT_EQ(why({-1, "a", [](kin::session&) {}}), "step -1 (a): the number of a step is not negative");
    EXPECT_EQ(why({1, "a\nb", [](kin::session&) {}}), "the name of a step has a control character in it");
    EXPECT_EQ(why({1, "", [](kin::session&) {}}), "step 1 (): a step has a name, in UTF-8");
    EXPECT_EQ(why({1, "a"}), "step 1 (a): the step has no function");
}

TEST_F(migration_steps, come_out_of_a_folder) {
    const kin::test::temporary_directory folder;
    const auto write = [&](std::string_view name, std::string_view text) { std::ofstream{folder.file(name)} << text; };
    write("0001_words.sql", "-- up\nCREATE TABLE words (text varchar(9));\n-- down\nDROP TABLE words;\n");
    write("0003_more.sql", "-- up\nINSERT INTO words VALUES ('c');\n");
    write("README.md", "what this is");
    write(".0001_words.sql.swp", "an editor's");
    std::filesystem::create_directory(folder.path() / "0002_old.sql");
    const std::string path = folder.path().string();
    const migrations steps{
        path, {{2, "words in C++", [](kin::session& s) { s.connection().execute("INSERT INTO words VALUES ('b')"); }}}};
    EXPECT_EQ(steps.up(db).size(), 3u);
    EXPECT_EQ(kin::test::rows_of(*db.connect(), "SELECT text FROM words ORDER BY 1"), "b; c");
    EXPECT_EQ(
        kin::test::rows_of(*db.connect(), "SELECT number, name, state, statements FROM kin_migrations ORDER BY 1"),
        "1|words|done|1; 2|words in C++|done|0; 3|more|done|1");

    ASSERT_EQ(mkfifo(folder.file("0004_pipe.sql").c_str(), 0600), 0);
    EXPECT_EQ(thrown<migration_error>([&] { migrations{path}; }).message(), "0004_pipe.sql: this is no regular file");
    std::filesystem::remove(folder.path() / "0004_pipe.sql");
    write("0001_other.sql", "-- up\n");
    EXPECT_EQ(thrown<migration_error>([&] { migrations{path}; }).message(),
              "0001_other.sql and 0001_words.sql have the same number");
    write("other.sql", "-- up\n");
    EXPECT_TRUE(
        contains(thrown<migration_error>([&] { migrations{path}; }).message(), "other.sql: the name of a step begins"));
    EXPECT_TRUE(contains(thrown<migration_error>([&] { migrations{path + "/nothing"}; }).message(),
                         "/nothing: the folder of the steps cannot be read: No such file or directory"));
}

}  // namespace
