// Every error that SQLite can be brought to report, for real.
#include <filesystem>
#include <fstream>
#include <support/temporary_directory.hpp>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;
using kin::test::temporary_directory;

class sqlite_error : public ::testing::Test {
  protected:
    connection db{open("sqlite::memory:")};

    void SetUp() override {
        db.script(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER NOT NULL CHECK (age >= 0));"
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id));"
            "CREATE TABLE strict (v INTEGER) STRICT;"
            "INSERT INTO parent VALUES (1, 'ada@example.org', 36)");
    }
    template <class Error>
    Error fails(std::string_view sql) {
        return thrown<Error>([&] { db.execute(sql); });
    }
};

TEST_F(sqlite_error, unique) {
    const auto e = fails<kin::unique_violation>("INSERT INTO parent VALUES (2, 'ada@example.org', 36)");
    EXPECT_EQ(e.code(), "SQLITE_CONSTRAINT_UNIQUE");
    EXPECT_EQ(e.sql(), "INSERT INTO parent VALUES (2, 'ada@example.org', 36)");
    EXPECT_TRUE(contains(e.message(), "parent.email")) << e.message();
    EXPECT_EQ(fails<kin::unique_violation>("INSERT INTO parent VALUES (1, 'b', 1)").code(),
              "SQLITE_CONSTRAINT_PRIMARYKEY");
}

TEST_F(sqlite_error, other_constraints) {
    EXPECT_EQ(fails<kin::foreign_key_violation>("INSERT INTO child VALUES (1, 99)").code(),
              "SQLITE_CONSTRAINT_FOREIGNKEY");
    EXPECT_EQ(fails<kin::not_null_violation>("INSERT INTO parent VALUES (2, 'b', NULL)").code(),
              "SQLITE_CONSTRAINT_NOTNULL");
    EXPECT_EQ(fails<kin::check_violation>("INSERT INTO parent VALUES (2, 'b', -1)").code(), "SQLITE_CONSTRAINT_CHECK");
    fails<kin::constraint_violation>("INSERT INTO strict VALUES ('text')");
    fails<kin::conversion_error>("INSERT INTO parent (id, age) VALUES ('text', 1)");
}

TEST_F(sqlite_error, restrict_is_a_foreign_key) {
    db.script(
        "CREATE TABLE kept (parent_id INTEGER REFERENCES parent (id) ON DELETE RESTRICT);"
        "INSERT INTO kept VALUES (1);"
        "CREATE TRIGGER refuse BEFORE DELETE ON strict BEGIN SELECT raise(ABORT, 'not this one'); END;"
        "INSERT INTO strict VALUES (1)");
    EXPECT_EQ(fails<kin::foreign_key_violation>("DELETE FROM parent").code(), "SQLITE_CONSTRAINT_TRIGGER");
    try {
        db.execute("DELETE FROM strict");
        FAIL() << "not refused";
    } catch (const kin::foreign_key_violation& e) {
        FAIL() << "a trigger of the user's is no foreign key: " << e.what();
    } catch (const kin::constraint_violation& e) {
        EXPECT_TRUE(contains(e.message(), "not this one")) << e.message();
    }
}

TEST_F(sqlite_error, carries_parameters_and_site) {
    const auto here = std::source_location::current();
    db.at(here);
    const kin::value values[] = {2, "ada@example.org", 36};
    const auto e = thrown<kin::unique_violation>([&] { db.execute("INSERT INTO parent VALUES (?, ?, ?)", values); });
    EXPECT_EQ(e.parameters(), "2, 'ada@example.org', 36");
    EXPECT_EQ(e.where().line(), here.line());
    EXPECT_TRUE(contains(e.what(), "sqlite_error_test.cpp:" + std::to_string(here.line()))) << e.what();
    EXPECT_TRUE(contains(e.what(), "\n  parameters: 2, 'ada"));
}

TEST_F(sqlite_error, in_a_batch_names_the_object) {
    const std::int64_t ages[] = {1, -1, 2};
    const void* objects[] = {&ages[0], &ages[1], &ages[2]};
    static constexpr kin::field fields[] = {kin::describe_field<std::int64_t>(0, "age")};
    const kin::engine::fixed_statement insert{"INSERT INTO parent (age) VALUES (?)"};
    const auto e = thrown<kin::check_violation>([&] { db.run_each(insert, fields, objects, {}); });
    EXPECT_TRUE(contains(e.message(), "object 2 of 3")) << e.message();
    EXPECT_EQ(e.parameters(), "-1");
    EXPECT_EQ(single(db, "SELECT count(*) FROM parent"), 2) << "it stops at the first error";
    db.run_each(insert, fields, {objects, 1}, {});
    EXPECT_EQ(single(db, "SELECT count(*) FROM parent"), 3) << "the statement can be used again";
}

TEST_F(sqlite_error, wrong_text) {
    const auto e = fails<kin::database_error>("SELEC 1");
    EXPECT_EQ(e.code(), "SQLITE_ERROR");
    EXPECT_TRUE(contains(e.message(), "prepare")) << e.message();
    fails<kin::database_error>("SELECT \"no such column\" FROM parent");
    fails<kin::usage_error>("SELECT 1; SELECT 2");
    fails<kin::usage_error>("SELECT 1; nonsense");
    fails<kin::usage_error>("  -- nothing");
    db.execute("SELECT 1; -- a comment is no statement");
    thrown<kin::database_error>([&] { db.script("CREATE TABLE a (b); nonsense"); });
}

TEST_F(sqlite_error, wrong_number_of_parameters) {
    const kin::value one[] = {1};
    const auto e = thrown<kin::usage_error>([&] { db.execute("SELECT ?, ?", one); });
    EXPECT_TRUE(contains(e.message(), "has 2 parameters, 1 were given")) << e.message();
    thrown<kin::usage_error>([&] { db.execute("SELECT 1", one); });
}

TEST_F(sqlite_error, while_rows_are_read) {
    auto rows = db.run("SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)");
    ASSERT_TRUE(rows.next());
    thrown<kin::database_error>([&] { rows.next(); });
    EXPECT_FALSE(rows.next());
}

TEST(sqlite_file_error, busy) {
    const temporary_directory place;
    const std::string url = place.sqlite_url("busy.db?busy_timeout=0&begin=immediate");
    connection one{open(url)};
    connection two{open(url)};
    one.begin();
    EXPECT_EQ(thrown<kin::database_locked>([&] { two.begin(); }).code(), "SQLITE_BUSY");
    EXPECT_FALSE(two.in_transaction());
    one.commit();
    two.begin();
    two.commit();
}

TEST(sqlite_file_error, snapshot_that_another_one_overtook) {
    const temporary_directory place;
    const std::string url = place.sqlite_url("snapshot.db?busy_timeout=0");
    connection one{open(url)};
    connection two{open(url)};
    one.script("CREATE TABLE t (v)");
    one.begin();
    EXPECT_EQ(single(one, "SELECT count(*) FROM t"), 0);
    two.execute("INSERT INTO t VALUES (1)");
    const auto e = thrown<kin::serialization_failure>([&] { one.execute("INSERT INTO t VALUES (2)"); });
    EXPECT_EQ(e.code(), "SQLITE_BUSY_SNAPSHOT");
    one.rollback();
}

TEST(sqlite_file_error, disk_full) {
    const temporary_directory place;
    connection db{open(place.sqlite_url("full.db?max_page_count=4"))};
    db.script("CREATE TABLE t (v)");
    db.begin();
    thrown<kin::disk_full>([&] { db.execute("INSERT INTO t VALUES (zeroblob(1000000))"); });
    EXPECT_FALSE(db.in_transaction()) << "SQLite rolls back on its own, and the connection knows it";
    db.rollback();
    db.begin();
    db.execute("INSERT INTO t VALUES (1)");
    db.commit();
}

TEST(sqlite_file_error, no_database) {
    const temporary_directory place;
    std::ofstream{place.file("text.db")} << std::string(2000, 'x');
    EXPECT_EQ(thrown<kin::corrupt_database>([&] { open(place.sqlite_url("text.db")); }).code(), "SQLITE_NOTADB");
    const auto e = thrown<kin::corrupt_database>([&] { open(place.sqlite_url("text.db?mode=ro")); });
    EXPECT_TRUE(contains(e.message(), "text.db"));
}

TEST(sqlite_file_error, damaged_database) {
    const temporary_directory place;
    {
        connection db{open(place.sqlite_url("damaged.db?journal=delete"))};
        db.script("CREATE TABLE t (v); CREATE TABLE u (v); INSERT INTO t VALUES (zeroblob(20000))");
    }
    std::fstream file{place.file("damaged.db"), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096);
    file << std::string(4096 * 3, '\xFF');
    file.close();
    connection db{open(place.sqlite_url("damaged.db?journal=delete"))};
    const auto e = thrown<kin::corrupt_database>([&] { db.execute("SELECT * FROM t"); });
    EXPECT_TRUE(contains(e.code(), "SQLITE_CORRUPT")) << e.code();
}

TEST(sqlite_file_error, cannot_open) {
    const temporary_directory place;
    const auto e = thrown<kin::database_error>([&] { open(place.sqlite_url("no/such/directory.db")); });
    EXPECT_TRUE(contains(e.code(), "SQLITE_CANTOPEN")) << e.code();
    EXPECT_TRUE(contains(e.message(), place.file("no/such/directory.db"))) << e.message();
    thrown<kin::database_error>([&] { open(place.sqlite_url("missing.db?mode=rw")); });
    EXPECT_FALSE(std::filesystem::exists(place.file("missing.db")));
}

TEST(sqlite_file_error, read_only) {
    const temporary_directory place;
    connection{open(place.sqlite_url("read.db"))}.script("CREATE TABLE t (v)");
    connection db{open(place.sqlite_url("read.db?mode=ro"))};
    EXPECT_EQ(single(db, "SELECT count(*) FROM t"), 0);
    EXPECT_EQ(thrown<kin::read_only_database>([&] { db.execute("INSERT INTO t VALUES (1)"); }).code(),
              "SQLITE_READONLY");
}

}  // namespace
