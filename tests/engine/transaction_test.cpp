// Transactions and savepoints.
#include <support/temporary_directory.hpp>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;

class transaction : public ::testing::Test {
  protected:
    place place_{};
    connection db{open(place_.url())};
    void SetUp() override { db.script("CREATE TABLE t (v INTEGER)"); }
    void add(int v) {
        const kin::value values[] = {v};
        db.execute(placed("INSERT INTO t VALUES ($1)"), values);
    }
    std::int64_t sum() { return single(db, "SELECT coalesce(sum(v), 0) FROM t"); }
};

TEST_F(transaction, commits_and_rolls_back) {
    EXPECT_FALSE(db.in_transaction());
    db.begin();
    EXPECT_TRUE(db.in_transaction());
    add(1);
    db.commit();
    EXPECT_FALSE(db.in_transaction());
    db.begin();
    add(2);
    db.rollback();
    EXPECT_FALSE(db.in_transaction());
    EXPECT_EQ(sum(), 1);
}

TEST_F(transaction, savepoints_nest) {
    db.begin();
    add(1);
    db.savepoint("one");
    add(10);
    db.savepoint("a \"quoted\" name");
    add(100);
    db.rollback_to("a \"quoted\" name");
    EXPECT_EQ(sum(), 11);
    add(1000);
    db.release("a \"quoted\" name");
    EXPECT_EQ(sum(), 1011);
    db.rollback_to("one");
    EXPECT_EQ(sum(), 1);
    db.commit();
    EXPECT_EQ(sum(), 1);
}

TEST_F(transaction, refuses_what_makes_no_sense) {
    thrown<kin::usage_error>([&] { db.commit(); });
    thrown<kin::usage_error>([&] { db.savepoint("s"); });
    thrown<kin::usage_error>([&] { db.release("s"); });
    thrown<kin::usage_error>([&] { db.rollback_to("s"); });
    db.rollback();
    db.begin();
    thrown<kin::usage_error>([&] { db.begin(); });
    thrown<kin::database_error>([&] {
        db.release("no such savepoint");
        db.execute("SELECT 1");  // with which it may travel
    });
    EXPECT_TRUE(db.in_transaction());
    db.rollback();
}

TEST_F(transaction, a_deferred_foreign_key_keeps_it_open) {
    KIN_NEEDS(failures_stand_alone);
    KIN_NEEDS(deferred_keys);
    db.script(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
    db.begin();
    db.execute("INSERT INTO c VALUES (1)");
    thrown<kin::foreign_key_violation>([&] { db.commit(); });
    EXPECT_TRUE(db.in_transaction());
    db.execute("INSERT INTO p VALUES (1)");
    db.commit();
    EXPECT_FALSE(db.in_transaction());
}

TEST_F(transaction, is_seen_where_raw_text_opens_it) {
    db.execute("BEGIN");
    EXPECT_TRUE(db.in_transaction());
    db.script("COMMIT");
    EXPECT_FALSE(db.in_transaction());
}

TEST_F(transaction, is_rolled_back_while_rows_are_read) {
    add(1);
    add(2);
    db.begin();
    auto rows = db.run("SELECT v FROM t");
    ASSERT_TRUE(rows.next());
    add(3);
    db.rollback();
    rows.finish();
    EXPECT_EQ(sum(), 3);
}

TEST_F(transaction, is_rolled_back_with_its_connection) {
    {
        connection other{open(place_.url())};
        other.begin();
        other.execute("INSERT INTO t VALUES (1)");
    }
    EXPECT_EQ(sum(), 0);
}

TEST(sqlite_transaction, immediate_takes_the_lock_at_once) {
    const kin::test::temporary_directory place;
    const std::string url = place.sqlite_url("t.db?busy_timeout=0");
    connection deferred{open(url)};
    connection immediate{open(url + "&begin=immediate")};
    connection writer{open(url)};
    writer.script("CREATE TABLE t (v INTEGER)");
    deferred.begin();
    writer.execute("INSERT INTO t VALUES (1)");
    deferred.commit();
    immediate.begin();
    thrown<kin::database_locked>([&] { writer.execute("INSERT INTO t VALUES (2)"); });
    immediate.commit();
}

}  // namespace
