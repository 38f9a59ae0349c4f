// The MariaDB driver's connection: addresses, errors, transactions, what a session is set to.
#include "support.hpp"

#include <kin/engine/wait.hpp>

#include "support/mariadb.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;
using kin::engine::cursor;

class mariadb_connection : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "mariadb") GTEST_SKIP() << "there is no server";
        place_ = std::make_unique<kin::test::scratch_mariadb>();
    }
    [[nodiscard]] std::unique_ptr<connection> connect(const std::string& options = {}) const {
        return std::make_unique<connection>(open(place_->url() + options));
    }
    connection& db() {
        if (db_ == nullptr) db_ = connect();
        return *db_;
    }
    template <class Error>
    Error fails(std::string_view sql) {
        return thrown<Error>([&] { db().execute(sql); });
    }
    static std::string text(connection& on, std::string_view sql) {
        cursor rows = on.run(sql);
        rows.next();
        return std::string{rows.cell(0).bytes};
    }

    std::unique_ptr<kin::test::scratch_mariadb> place_{};
    std::unique_ptr<connection> db_{};
};

TEST_F(mariadb_connection, says_why_it_cannot_be_opened) {
    const auto missing =
        thrown<kin::connection_failed>([] { (void)open("mariadb://joe:geheim@/none?socket=/nowhere/socket"); });
    EXPECT_FALSE(contains(missing.what(), "geheim")) << missing.what();
    EXPECT_TRUE(contains(missing.message(), "/nowhere/socket")) << missing.message();
    const auto refused = thrown<kin::connection_failed>([] { (void)open("mariadb://localhost:1/none"); });
    EXPECT_TRUE(contains(refused.message(), "mariadb://localhost:1/none")) << refused.message();
    const std::string server = kin::test::mariadb_server();
    std::string unknown = server;
    unknown.replace(unknown.find("@/kin") + 2, 3, "kin_none");
    const auto nothing = thrown<kin::connection_failed>([&] { (void)open(unknown); });
    EXPECT_EQ(nothing.number(), 1049);
    EXPECT_TRUE(contains(nothing.message(), "kin_none")) << nothing.message();
    std::string stranger = server;
    stranger.replace(stranger.find("//kin@"), 6, "//kin:wrong@");
    EXPECT_EQ(thrown<kin::connection_failed>([&] { (void)open(stranger); }).number(), 1045);
}

TEST_F(mariadb_connection, knows_its_options) {
    const auto unknown = thrown<kin::unknown_name>([&] { (void)connect("&sokcet=x"); });
    EXPECT_TRUE(contains(unknown.message(), "sokcet")) << unknown.message();
    EXPECT_TRUE(contains(unknown.message(), "statement_timeout")) << unknown.message();
    for (const char* chosen : {"&charset=latin1", "&sql_mode=", "&time_zone=SYSTEM"}) {
        const auto refused = thrown<kin::usage_error>([&] { (void)connect(chosen); });
        EXPECT_TRUE(contains(refused.message(), "leave it out")) << refused.message();
    }
    thrown<kin::unknown_name>([&] { (void)connect("&isolation=snapshot"); });
    thrown<kin::unknown_name>([&] { (void)connect("&connect_timeout=-1"); });
    thrown<kin::usage_error>([&] { (void)connect("&ssl_ca=x.pem"); });
    const auto set = connect("&isolation=read-committed&lock_timeout=3&statement_timeout=1500");
    EXPECT_EQ(text(*set, "SELECT @@tx_isolation"), "READ-COMMITTED");
    EXPECT_EQ(single(*set, "SELECT @@innodb_lock_wait_timeout"), 3);
    EXPECT_EQ(single(*set, "SELECT @@max_statement_time * 1000 = 1500"), 1);
}

TEST_F(mariadb_connection, loses_nothing_on_the_way) {
    db().script("CREATE TABLE t (a varchar(3), n tinyint, m datetime)");
    const auto stored = [&](std::string_view s) {
        const kin::value one[] = {s};
        db().execute("INSERT INTO t (a) VALUES (?)", one);
    };
    stored("\xF0\x9F\x90\x88");
    EXPECT_EQ(single(db(), "SELECT char_length(a) FROM t"), 1);
    thrown<kin::check_violation>([&] { stored("long"); });
    fails<kin::conversion_error>("INSERT INTO t (n) VALUES (128)");
    fails<kin::conversion_error>("INSERT INTO t (n) VALUES ('seven')");
    fails<kin::conversion_error>("INSERT INTO t (m) VALUES ('2026-02-30 00:00:00')");
    EXPECT_EQ(text(db(), "SELECT 'a\\b' || '\"'"), "a\\b\"");
    EXPECT_EQ(single(db(), "SELECT timestampdiff(HOUR, utc_timestamp(), now())"), 0);
    EXPECT_EQ(single(db(), "SELECT 'a' = 'A' OR 'a' = 'a ' OR 'a' = '\xC3\xA4'"), 0);
    db().script("CREATE TABLE old (a varchar(9) CHARACTER SET latin1)");
    fails<kin::conversion_error>("INSERT INTO old VALUES ('\xF0\x9F\x90\x88')");
}

TEST_F(mariadb_connection, errors_have_their_types) {
    db().script(
        "CREATE TABLE a (id int PRIMARY KEY, n varchar(9) NOT NULL UNIQUE, c int CHECK (c > 0), s varchar(3));"
        "CREATE TABLE b (a int, FOREIGN KEY (a) REFERENCES a (id)); INSERT INTO a VALUES (1, 'x', 1, '');"
        "INSERT INTO b VALUES (1)");
    const auto unique = fails<kin::unique_violation>("INSERT INTO a VALUES (2, 'x', 1, '')");
    EXPECT_EQ(unique.number(), 1062);
    EXPECT_EQ(unique.code(), "23000");
    EXPECT_EQ(unique.sql(), "INSERT INTO a VALUES (2, 'x', 1, '')");
    EXPECT_EQ(fails<kin::not_null_violation>("INSERT INTO a VALUES (2, NULL, 1, '')").number(), 1048);
    EXPECT_EQ(fails<kin::not_null_violation>("INSERT INTO a (id) VALUES (2)").number(), 1364);
    EXPECT_EQ(fails<kin::check_violation>("INSERT INTO a VALUES (2, 'y', 0, '')").number(), 4025);
    EXPECT_EQ(fails<kin::check_violation>("INSERT INTO a VALUES (2, 'y', 1, 'long')").number(), 1406);
    EXPECT_EQ(fails<kin::foreign_key_violation>("INSERT INTO b VALUES (7)").number(), 1452);
    EXPECT_EQ(fails<kin::foreign_key_violation>("DELETE FROM a").number(), 1451);
    fails<kin::database_error>("SELECT nonsense");
    EXPECT_TRUE(contains(fails<kin::database_error>("SELEC").message(), "prepare"));
    db().script("SET max_statement_time = 0.02");
    EXPECT_EQ(fails<kin::statement_canceled>("SELECT sleep(10)").number(), 1969);
    db().script("SET max_statement_time = 0");
    thrown<kin::database_error>([&] { db().script("CREATE TABLE c (x int); SELECT nonsense; DROP TABLE a"); });
    EXPECT_EQ(single(db(), "SELECT count(*) FROM a"), 1);
    db().script("SET SESSION TRANSACTION READ ONLY");
    fails<kin::read_only_database>("INSERT INTO a VALUES (2, 'y', 1, '')");
    thrown<kin::usage_error>([&] { db().execute("SELECT ?"); });
}

TEST_F(mariadb_connection, what_is_larger_than_a_packet_is_not_sent) {
    db().script("CREATE TABLE t (a longtext)");
    const kin::value one[] = {std::string(65U << 20, 'x')};
    const auto refused = thrown<kin::conversion_error>([&] { db().execute("INSERT INTO t VALUES (?)", one); });
    EXPECT_TRUE(contains(refused.message(), "max_allowed_packet")) << refused.message();
    EXPECT_TRUE(db().alive());
    EXPECT_EQ(single(db(), "SELECT count(*) FROM t"), 0);
}

TEST_F(mariadb_connection, a_change_of_tables_does_not_commit_behind_ones_back) {
    db().script("CREATE TABLE t (a int)");
    db().begin();
    db().execute("INSERT INTO t VALUES (1)");
    const auto refused = fails<kin::usage_error>("  /* now */ CREATE TABLE u (a int)");
    EXPECT_TRUE(contains(refused.message(), "CREATE TABLE would commit")) << refused.message();
    thrown<kin::usage_error>([&] { db().script("INSERT INTO t VALUES (2); truncate t"); });
    thrown<kin::usage_error>([&] { db().script("COMMIT; BEGIN; SELECT 'COMMIT; '; ALTER TABLE t ADD b int"); });
    EXPECT_TRUE(db().in_transaction());
    thrown<kin::usage_error>([&] { db().script("SELECT 1 /*!40000 ; ALTER TABLE t DISABLE KEYS */"); });
    thrown<kin::usage_error>([&] { db().script("/*M!100000 DROP TABLE t */"); });
    for (const char* each : {"CHECK TABLE t", "CACHE INDEX t IN x", "LOAD INDEX INTO CACHE t", "SET PASSWORD = ''",
                             "SET DEFAULT ROLE NONE", "RESET QUERY CACHE", "BACKUP UNLOCK", "ANALYZE TABLE t"}) {
        fails<kin::usage_error>(each);
    }
    db().script("CREATE TEMPORARY TABLE passing (a int); ANALYZE SELECT a FROM t; -- DROP TABLE t");
    EXPECT_TRUE(db().in_transaction());
    db().rollback();
    EXPECT_EQ(single(db(), "SELECT count(*) FROM t"), 0);
    db().script("BEGIN; INSERT INTO t VALUES (3); COMMIT; CREATE TABLE u (a int)");
    EXPECT_EQ(single(db(), "SELECT a FROM t"), 3);
}

TEST_F(mariadb_connection, a_deadlock_ends_the_transaction) {
    db().script("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)");
    const auto other = connect("&lock_timeout=1");
    db().begin();
    db().execute("UPDATE t SET v = 1 WHERE id = 1");
    other->begin();
    other->execute("UPDATE t SET v = 2 WHERE id = 2");
    EXPECT_EQ(thrown<kin::database_locked>([&] { other->execute("UPDATE t SET v = 2 WHERE id = 1"); }).number(), 1205);
    EXPECT_TRUE(other->in_transaction()) << "the statement alone is undone";
    other->rollback();
    EXPECT_FALSE(other->in_transaction());
    db().rollback();
    EXPECT_EQ(single(db(), "SELECT sum(v) FROM t"), 0);
}

TEST_F(mariadb_connection, what_failed_among_its_rows_can_be_sent_again) {
    db().script("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
    const auto other = connect("&lock_timeout=0");
    const std::string all = "SELECT id FROM t ORDER BY id FOR UPDATE";
    db().begin();
    db().execute("UPDATE t SET id = 7 WHERE id = 2");
    other->begin();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(thrown<kin::database_locked>([&] { (void)other->run(all); }).number(), 1205);
    }
    db().rollback();
    cursor rows = other->run(all);
    for (int id = 1; id <= 3; ++id) {
        ASSERT_TRUE(rows.next());
        EXPECT_EQ(rows.integer(0), id);
    }
    EXPECT_FALSE(rows.next());
}

/// A statement stays with the schema in which it was prepared; where it has to be prepared anew, another one is
/// current.
TEST_F(mariadb_connection, what_could_not_be_prepared_anew_is_tried_again) {
    db().script("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    const std::string here = text(db(), "SELECT database()");
    const std::string all = "SELECT * FROM t";
    EXPECT_EQ(text(db(), "SELECT CAST(count(*) AS CHAR) FROM t"), "1");
    EXPECT_EQ(single(db(), all), 1);
    db().script("ALTER TABLE t ADD COLUMN b int FIRST; USE mysql");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(fails<kin::database_error>(all).number(), 1146);
    db().script("UPDATE " + here + ".t SET b = 7; USE " + here);
    cursor rows = db().run(all);
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.columns(), 2);
    EXPECT_EQ(rows.integer(0), 7);
}

TEST_F(mariadb_connection, knows_when_it_is_gone) {
    const auto victim = connect();
    victim->begin();
    EXPECT_TRUE(victim->alive());
    db().script("KILL CONNECTION " + std::to_string(single(*victim, "SELECT connection_id()")));
    while (victim->alive()) {
    }
    thrown<kin::connection_lost>([&] { victim->execute("SELECT 1"); });
    EXPECT_FALSE(victim->alive());
}

TEST_F(mariadb_connection, waits_in_one_place) {
    static int waits = 0;
    waits = 0;
    kin::engine::wait_with([](int socket, kin::engine::readiness wanted, int milliseconds) {
        ++waits;
        kin::engine::wait_with(nullptr);
        const auto came = kin::engine::wait_for(socket, wanted, milliseconds);
        return came;
    });
    EXPECT_EQ(single(*connect(), "SELECT 7"), 7);
    EXPECT_EQ(waits, 1);
    kin::engine::wait_with(nullptr);
}

TEST_F(mariadb_connection, counts_rows_as_the_others_do) {
    db().script("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2)");
    EXPECT_EQ(db().execute("UPDATE t SET v = 1 WHERE id = 1"), 1) << "found, if not changed";
    EXPECT_EQ(db().execute("INSERT INTO t VALUES (1, 5) ON DUPLICATE KEY UPDATE v = 5"), 1);
    EXPECT_EQ(db().execute("INSERT INTO t VALUES (1, 5) ON DUPLICATE KEY UPDATE id = id"), 0);
    EXPECT_EQ(db().execute("INSERT INTO t VALUES (2, 6), (3, 6) ON DUPLICATE KEY UPDATE v = 6"), 2);
    EXPECT_EQ(db().execute("DELETE FROM t"), 3);
}

TEST_F(mariadb_connection, reads_in_parts_beside_other_statements) {
    db().script("CREATE TABLE t (v int); INSERT INTO t SELECT seq FROM seq_1_to_100");
    db().begin();
    cursor rows = db().run_holding("SELECT v FROM t ORDER BY v", {}, 7);
    std::int64_t sum = 0;
    while (rows.next()) {
        sum += rows.integer(0);
        db().execute("UPDATE t SET v = 0");
    }
    rows.finish();
    EXPECT_EQ(sum, 5050);
    db().rollback();
}

TEST_F(mariadb_connection, every_type_comes_back) {
    db().script(
        "CREATE TABLE t (b boolean, u bigint unsigned, f float, d double, n decimal(65,30), m decimal(9,2), s longtext,"
        " x longblob, j json, g uuid, y date, h time(6), w datetime(6), i bit(9), z char(4))");
    const kin::value values[] = {true,
                                 std::int64_t{7},
                                 0.5,
                                 0.25,
                                 kin::value{std::string{"12.5"}, kin::kind::decimal},
                                 kin::value{std::string{"-12.50"}, kin::kind::decimal},
                                 "t\xC3\xA4t",
                                 kin::value{std::string{"\0\xFF", 2}, kin::kind::blob},
                                 kin::value{std::string{R"({"a": 1})"}, kin::kind::json},
                                 kin::value{std::string{"0123456789abcdef"}, kin::kind::uuid},
                                 kin::value{std::int64_t{-1}, kin::kind::date},
                                 kin::value{std::int64_t{86399999999}, kin::kind::time},
                                 kin::value{std::int64_t{-1}, kin::kind::timestamp},
                                 std::int64_t{257},
                                 "ab"};
    db().execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values);
    cursor rows = db().run("SELECT * FROM t");
    ASSERT_TRUE(rows.next());
    for (int i = 0; i < rows.columns(); ++i) {
        const kin::value read{rows.cell(i)};
        EXPECT_EQ(kin::describe(read.view()), kin::describe(values[i].view())) << rows.column_name(i);
        EXPECT_EQ(read.type(), values[i].type()) << rows.column_name(i);
    }
}

}  // namespace
