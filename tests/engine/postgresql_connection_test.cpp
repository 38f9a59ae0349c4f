// The PostgreSQL driver's connection: addresses, errors, transactions, statements on the way at the same time.
#include "postgresql_support.hpp"

#include <cstdlib>
#include <fstream>

#include <kin/engine/pool.hpp>

#include "support/temporary_directory.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;
using kin::engine::cursor;

class postgresql_connection : public on_postgresql {
  protected:
    /// The names of the server's cursors.
    std::string cursors() {
        std::string out;
        cursor rows =
            db().run("SELECT name || ' ' || statement FROM pg_cursors WHERE statement NOT LIKE '%pg_cursors%'");
        while (rows.next()) out += std::string{rows.cell(0).bytes} + ";";
        return out;
    }
    template <class Error>
    Error fails(std::string_view sql) {
        return thrown<Error>([&] { db().execute(sql); });
    }
};

TEST_F(postgresql_connection, says_why_it_cannot_be_opened) {
    const auto missing = thrown<kin::connection_failed>(
        [] { (void)open("postgresql://joe:geheim@/none?host=/nowhere&sslpassword=geheim"); });
    EXPECT_FALSE(contains(missing.what(), "geheim")) << missing.what();
    EXPECT_TRUE(contains(missing.message(), "/nowhere")) << missing.message();
    const auto refused = thrown<kin::connection_failed>([] { (void)open("postgresql://127.0.0.1:1/none"); });
    EXPECT_TRUE(contains(refused.message(), "refused")) << refused.message();
    const auto unknown =
        thrown<kin::connection_failed>([&] { (void)open(kin::test::postgresql_server() + "&dbname=kin_none"); });
    EXPECT_TRUE(contains(unknown.message(), "kin_none")) << unknown.message();
    const auto option = thrown<kin::unknown_name>([] { (void)open("postgresql://localhost/x?sslmoed=disable"); });
    EXPECT_TRUE(contains(option.message(), "sslmoed")) << option.message();
    thrown<kin::unknown_name>([] { (void)open("postgresql://localhost/x?prepare=maybe"); });
}

/// A variable of the environment, for as long as this lives.
class environment {
  public:
    environment(const char* name, const char* value) : name_{name} { ::setenv(name, value, 1); }
    ~environment() { ::unsetenv(name_); }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

  private:
    const char* name_;
};

std::string setting(connection& on, const std::string& name) {
    cursor rows = on.run("SHOW " + name);
    rows.next();
    return std::string{rows.cell(0).bytes};
}

TEST_F(postgresql_connection, runs_in_utc_whatever_the_environment_says) {
    const environment zone{"PGTZ", "America/New_York"};
    const environment options{"PGOPTIONS", "-c work_mem=7MB -c TimeZone=Asia/Kolkata"};
    connection plain{open(kin::test::postgresql_server())};
    EXPECT_EQ(setting(plain, "TimeZone"), "UTC");
    EXPECT_EQ(setting(plain, "work_mem"), "7MB") << "what else PGOPTIONS says counts";
    EXPECT_EQ(single(plain, "SELECT extract(hour FROM '2020-01-01 12:00+00'::timestamptz)::bigint"), 12);
    const auto chosen = connect("");
    EXPECT_EQ(setting(*chosen, "TimeZone"), "UTC");
    EXPECT_EQ(setting(*chosen, "work_mem"), "4MB") << "the URL's options stand for them, as in psql";
    EXPECT_EQ(setting(*chosen, "search_path"), schema_->name());
    connection pooled{open(kin::test::postgresql_server() + "&prepare=off")};
    EXPECT_EQ(setting(pooled, "TimeZone"), "America/New_York") << "the server's business";
    EXPECT_EQ(setting(pooled, "work_mem"), "7MB");
}

TEST_F(postgresql_connection, runs_in_utc_whatever_a_service_says) {
    const kin::test::temporary_directory folder;
    const std::string file = (folder.path() / "services").string();
    std::ofstream{file} << "[mine]\noptions=-c work_mem=9MB -c TimeZone=Asia/Kolkata\n";
    const environment services{"PGSERVICEFILE", file.c_str()};
    connection named{open(kin::test::postgresql_server() + "&service=mine")};
    EXPECT_EQ(setting(named, "TimeZone"), "UTC");
    EXPECT_EQ(setting(named, "work_mem"), "9MB");
    const environment service{"PGSERVICE", "mine"};
    connection usual{open(kin::test::postgresql_server())};
    EXPECT_EQ(setting(usual, "TimeZone"), "UTC");
    EXPECT_EQ(setting(usual, "work_mem"), "9MB");
}

TEST_F(postgresql_connection, errors_have_their_types) {
    db().script(
        "CREATE TABLE a (id int PRIMARY KEY, n text NOT NULL UNIQUE, c int CHECK (c > 0), s varchar(3));"
        "CREATE TABLE b (a int REFERENCES a); INSERT INTO a VALUES (1, 'x', 1)");
    const auto unique = fails<kin::unique_violation>("INSERT INTO a VALUES (2, 'x', 1)");
    EXPECT_EQ(unique.code(), "23505");
    EXPECT_TRUE(contains(unique.message(), "a_n_key")) << unique.message();
    EXPECT_TRUE(contains(unique.message(), "(n)=(x)")) << unique.message();
    EXPECT_EQ(unique.sql(), "INSERT INTO a VALUES (2, 'x', 1)");
    fails<kin::not_null_violation>("INSERT INTO a VALUES (2, NULL, 1)");
    fails<kin::check_violation>("INSERT INTO a VALUES (2, 'y', 0)");
    fails<kin::check_violation>("INSERT INTO a VALUES (2, 'y', 1, 'long')");
    fails<kin::foreign_key_violation>("INSERT INTO b VALUES (7)");
    fails<kin::conversion_error>("SELECT 1 / 0");
    fails<kin::database_error>("SELECT nonsense");
    EXPECT_TRUE(contains(fails<kin::database_error>("SELEC").message(), "prepare"));
    db().script("SET statement_timeout = 20");
    EXPECT_EQ(fails<kin::statement_canceled>("SELECT pg_sleep(10)").code(), "57014");
    db().script("SET statement_timeout = 0");
    thrown<kin::database_error>([&] { db().script("CREATE TABLE c (x int); SELECT nonsense; SELECT 1"); });
    EXPECT_EQ(number("SELECT count(*) FROM a"), 1);
    db().script("SET default_transaction_read_only = on");
    fails<kin::read_only_database>("INSERT INTO a VALUES (2, 'y', 1)");
    thrown<kin::usage_error>([&] { db().execute("SELECT $1::int"); });
}

TEST_F(postgresql_connection, a_failed_statement_leaves_the_connection_in_step) {
    db().script("CREATE TABLE t (v int)");
    db().begin();
    db().execute("INSERT INTO t VALUES (1)");
    db().savepoint("s");
    fails<kin::database_error>("SELECT nonsense");
    EXPECT_TRUE(db().in_transaction());
    EXPECT_TRUE(contains(fails<kin::database_error>("SELECT 1").message(), "aborted"));
    db().rollback_to("s");
    EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
    db().commit();
    db().begin();
    db().execute("DELETE FROM t");
    db().rollback();
    EXPECT_FALSE(db().in_transaction());
    EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
}

TEST_F(postgresql_connection, several_statements_are_on_their_way) {
    db().script("CREATE TABLE t (v int)");
    cursor first = db().run("SELECT generate_series(1, 5000)");
    cursor second = db().run("INSERT INTO t VALUES (1), (2), (3)");
    cursor third = db().run("SELECT count(*) FROM t");
    ASSERT_TRUE(third.next());
    EXPECT_EQ(third.integer(0), 3);
    EXPECT_FALSE(second.next());
    EXPECT_EQ(second.affected(), 3);
    std::int64_t sum = 0;
    while (first.next()) sum += first.integer(0);
    EXPECT_EQ(sum, 12502500);
    { cursor dropped = db().run("SELECT generate_series(1, 5000)"); }
    cursor failing = db().run("SELECT 1 / (SELECT 0)");
    cursor fine = db().run("SELECT 7");
    ASSERT_TRUE(fine.next());
    EXPECT_EQ(fine.integer(0), 7) << "each statement fails for itself";
    thrown<kin::conversion_error>([&] { failing.next(); });
}

TEST_F(postgresql_connection, rows_come_in_parts_beside_other_statements) {
    db().begin();
    std::int64_t sum = 0;
    {
        cursor rows = db().run_holding("SELECT generate_series(1, $1::int)", {kin::value{1000}}, 64);
        while (rows.next()) {
            sum += rows.integer(0);
            if (sum % 50 == 0) {
                EXPECT_NE(cursors(), "");
            }
        }
        EXPECT_FALSE(rows.next());
    }
    EXPECT_EQ(sum, 500500);
    EXPECT_EQ(cursors(), "");
    {
        cursor left_early = db().run_holding("SELECT generate_series(1, 1000)", {}, 10);
        EXPECT_TRUE(left_early.next());
    }
    EXPECT_EQ(cursors(), "");
    {
        cursor failing = db().run_holding("SELECT 100 / (50 - i) FROM generate_series(1, 100) AS i", {}, 10);
        thrown<kin::conversion_error>([&] {
            while (failing.next()) {
            }
        });
    }
    db().rollback();
    EXPECT_EQ(number("SELECT 1"), 1);
}

TEST_F(postgresql_connection, the_cache_is_bounded_on_the_server_too) {
    connection small{open(url()), 4};
    for (int i = 0; i < 50; ++i) EXPECT_EQ(single(small, "SELECT " + std::to_string(i)), i);
    EXPECT_LE(single(small, "SELECT count(*) FROM pg_prepared_statements"), 6);
    small.begin();
    thrown<kin::database_error>([&] { small.execute("SELECT nonsense"); });
    for (int i = 0; i < 10; ++i) {
        thrown<kin::database_error>([&] { small.execute("SELECT 7" + std::to_string(i)); });
    }
    small.rollback();
    for (int i = 0; i < 8; ++i) EXPECT_EQ(single(small, "SELECT " + std::to_string(i)), i);
    EXPECT_LE(single(small, "SELECT count(*) FROM pg_prepared_statements"), 6);
}

TEST_F(postgresql_connection, prepares_nothing_behind_a_pooler) {
    const auto pooled = connect("&prepare=off");
    pooled->script("CREATE TABLE t (v int UNIQUE)");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(single(*pooled, "SELECT 7"), 7);
    static constexpr kin::field fields[] = {kin::describe_field<std::int32_t>(0, "v")};
    const std::int32_t numbers[] = {1, 2, 3};
    const void* objects[] = {&numbers[0], &numbers[1], &numbers[2]};
    std::int64_t affected[3] = {};
    pooled->run_each(kin::engine::fixed_statement{"INSERT INTO t VALUES ($1)"}, fields, objects,
                     {.affected = affected});
    EXPECT_EQ(affected[0] + affected[1] + affected[2], 3);
    EXPECT_EQ(single(*pooled, "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"), 0);
    thrown<kin::unique_violation>(
        [&] { pooled->run_each(kin::engine::fixed_statement{"INSERT INTO t VALUES ($1)"}, fields, objects, {}); });
    EXPECT_EQ(single(*pooled, "SELECT count(*) FROM t"), 3);
}

TEST_F(postgresql_connection, statements_outlive_a_change_of_their_tables) {
    db().script("CREATE TABLE t (v int); INSERT INTO t VALUES (7)");
    EXPECT_EQ(number("SELECT * FROM t"), 7);
    db().script("ALTER TABLE t ADD COLUMN w int; ALTER TABLE t ALTER COLUMN v TYPE bigint");
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "prepared anew";
    db().script("DEALLOCATE ALL");
    EXPECT_EQ(number("SELECT * FROM t"), 7);
    db().script("ALTER TABLE t ADD COLUMN x int");
    db().begin();
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "this connection knows that it has changed the table";
    db().execute("ALTER TABLE t ADD COLUMN y int");
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "in the same transaction as well";
    db().rollback();
    db().begin();
    EXPECT_EQ(number("SELECT 1"), 1);
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "and that the change was taken back";
    db().rollback();
    db().execute("DEALLOCATE ALL");
    db().begin();
    EXPECT_EQ(number("SELECT 1"), 1);
    EXPECT_EQ(number("SELECT * FROM t"), 7);
    db().rollback();
}

TEST_F(postgresql_connection, a_transaction_begins_again_where_another_has_changed_its_tables) {
    db().script("CREATE TABLE t (v int); INSERT INTO t VALUES (7)");
    const auto other = connect();
    const std::string_view insert = "INSERT INTO t VALUES (8) RETURNING *";
    EXPECT_EQ(number("SELECT * FROM t"), 7);
    EXPECT_EQ(number(insert), 8);
    EXPECT_EQ(number("SELECT sum(v) FROM t"), 15);

    other->script("ALTER TABLE t ADD COLUMN w int");
    db().begin();
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "nothing was done before, so nothing is lost";
    EXPECT_EQ(number(insert), 8) << "what is known of one statement holds for all";
    db().rollback();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 2) << "the transaction that began again is one";

    other->script("ALTER TABLE t ADD COLUMN x int");
    db().begin();
    EXPECT_EQ(number("SELECT 1"), 1);
    const auto e = fails<kin::serialization_failure>("SELECT * FROM t");
    EXPECT_EQ(e.code(), "0A000");
    EXPECT_TRUE(contains(fails<kin::database_error>("SELECT 1").message(), "aborted"));
    db().rollback();
    db().begin();
    EXPECT_EQ(number("SELECT 1"), 1);
    EXPECT_EQ(number("SELECT * FROM t"), 7) << "once is enough for every statement";
    EXPECT_EQ(number(insert), 8);
    db().commit();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 3);

    other->script("ALTER TABLE t ADD COLUMN y int");
    db().begin();
    cursor first = db().run("SELECT * FROM t");
    cursor second = db().run(insert);
    thrown<kin::serialization_failure>([&] { first.next(); });
    thrown<kin::database_error>([&] { second.next(); });
    db().rollback();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 3);
    fails<kin::database_error>("SELECT * FROM t FOR UPDATE OF nobody");
}

TEST_F(postgresql_connection, rows_one_after_the_other_outlive_a_change_of_their_table) {
    db().script("CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY, v int)");
    const auto other = connect();
    static constexpr kin::field fields[] = {kin::describe_field<std::int32_t>(0, "v")};
    const std::int32_t numbers[] = {1, 2, 3};
    const void* objects[] = {&numbers[0], &numbers[1], &numbers[2]};
    const kin::engine::fixed_statement insert{"INSERT INTO t (v) VALUES ($1) RETURNING id"};
    std::int64_t keys[3] = {};
    db().run_each(insert, fields, objects, {.generated_keys = keys});
    EXPECT_EQ(keys[2], 3);
    other->script("ALTER TABLE t ALTER COLUMN id TYPE bigint");
    db().run_each(insert, fields, objects, {.generated_keys = keys});
    EXPECT_EQ(keys[0], 4);
    EXPECT_EQ(keys[2], 6);
    other->script("ALTER TABLE t ALTER COLUMN id TYPE int");
    db().begin();
    db().run_each(insert, fields, objects, {.generated_keys = keys});
    db().commit();
    EXPECT_EQ(keys[2], 9);
    other->script("ALTER TABLE t ALTER COLUMN id TYPE bigint");
    db().begin();
    db().execute("DELETE FROM t WHERE v = 3");
    thrown<kin::serialization_failure>([&] { db().run_each(insert, fields, objects, {.generated_keys = keys}); });
    db().rollback();
    EXPECT_EQ(number("SELECT count(*) FROM t"), 9);
}

TEST_F(postgresql_connection, knows_when_the_server_has_hung_up) {
    const auto other = connect();
    EXPECT_TRUE(other->alive());
    other->begin();
    other->execute("CREATE TABLE t (v int)");
    terminate(*other);
    const auto e = thrown<kin::connection_lost>([&] { other->execute("SELECT 1"); });
    EXPECT_TRUE(e.code() == "57P01" || contains(e.message(), "closed")) << e.what();
    EXPECT_FALSE(other->in_transaction());
    EXPECT_FALSE(other->alive());
    thrown<kin::connection_lost>([&] { other->execute("SELECT 1"); });
    thrown<kin::connection_lost>([&] { other->script("SELECT 1"); });
    const auto idle = connect();
    terminate(*idle);
    EXPECT_FALSE(idle->alive()) << "without being asked";
}

TEST_F(postgresql_connection, a_pool_replaces_what_has_died) {
    kin::engine::pool pool{kin::engine::url::parse(url()), {.max = 1}};
    {
        auto lease = pool.acquire();
        EXPECT_EQ(single(*lease, "SELECT 1"), 1);
        terminate(*lease);
    }
    EXPECT_EQ(single(*pool.acquire(), "SELECT 1"), 1);
}

}  // namespace
