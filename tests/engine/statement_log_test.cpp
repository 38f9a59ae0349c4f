// What `on_statement` is told.
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using namespace kin::engine;

struct entry {
    std::string sql;
    std::string parameters;
    std::size_t runs;
    std::int64_t rows;
    std::int64_t affected;
    bool failed;
    unsigned line;
};

class statement_log : public ::testing::Test {
  protected:
    place place_{};
    connection db{open(place_.url())};
    std::vector<entry> log{};

    void SetUp() override {
        db.script("CREATE TABLE t (v INTEGER UNIQUE); CREATE TABLE n (v INTEGER, name TEXT)");
        listen();
    }
    void listen() {
        db.on_statement([this](const statement_event& e) {
            EXPECT_GE(e.nanoseconds, 0);
            log.push_back({std::string{e.sql}, e.parameters, e.runs, e.rows, e.affected, e.failed, e.where.line()});
        });
    }
};

TEST_F(statement_log, tells_text_parameters_and_counts) {
    const kin::value values[] = {1, "it's", {}};
    const auto here = kin::site::current();
    db.at(here);
    db.execute(placed("INSERT INTO n VALUES ($1, $2), (2, $3), (3, NULL)"), values);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].sql, placed("INSERT INTO n VALUES ($1, $2), (2, $3), (3, NULL)"));
    EXPECT_EQ(log[0].parameters, "1, 'it''s', NULL");
    EXPECT_EQ(log[0].affected, 3);
    EXPECT_EQ(log[0].rows, 0);
    EXPECT_EQ(log[0].line, here.line());
    EXPECT_FALSE(log[0].failed);
}

TEST_F(statement_log, comes_when_the_rows_are_read) {
    db.execute("INSERT INTO t VALUES (1), (2)");
    log.clear();
    cursor rows = db.run("SELECT v FROM t");
    while (rows.next()) EXPECT_TRUE(log.empty());
    rows.finish();
    rows.finish();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].rows, 2);
}

TEST_F(statement_log, tells_failures) {
    db.execute("INSERT INTO t VALUES (1)");
    log.clear();
    thrown<kin::unique_violation>([&] { db.execute("INSERT INTO t VALUES (1)"); });
    thrown<kin::database_error>([&] { db.execute("nonsense"); });
    thrown<kin::database_error>([&] { db.script("nonsense too"); });
    ASSERT_EQ(log.size(), 3U);
    for (const entry& each : log) EXPECT_TRUE(each.failed);
    EXPECT_EQ(log[1].sql, "nonsense");
}

TEST_F(statement_log, counts_a_batch_once) {
    const std::int64_t numbers[] = {1, 2, 3};
    const void* objects[] = {&numbers[0], &numbers[1], &numbers[2]};
    static constexpr kin::field fields[] = {kin::describe_field<std::int64_t>(0, "v")};
    const fixed_statement insert{placed("INSERT INTO t VALUES ($1)")};
    std::int64_t affected[3] = {};
    const auto before = db.statements();
    db.run_each(insert, fields, objects, {.affected = affected});
    EXPECT_EQ(db.statements(), before + 1);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].runs, 3U);
    EXPECT_EQ(log[0].affected, 3);
    EXPECT_EQ(log[0].parameters, "");
}

TEST_F(statement_log, has_transaction_control_but_does_not_count_it) {
    const auto before = db.statements();
    db.begin();
    db.savepoint("s");
    db.rollback_to("s");
    db.release("s");
    db.rollback();
    db.begin();
    db.commit();
    EXPECT_EQ(db.statements(), before);
    ASSERT_EQ(log.size(), 7U);
    EXPECT_EQ(log[0].sql, "BEGIN");
    EXPECT_EQ(log[1].sql, "SAVEPOINT \"s\"");
    EXPECT_EQ(log[4].sql, "ROLLBACK");
    EXPECT_EQ(log[6].sql, "COMMIT");
}

TEST_F(statement_log, ends_with_the_listener) {
    db.on_statement({});
    db.execute("SELECT 1");
    EXPECT_TRUE(log.empty());
}

TEST_F(statement_log, is_not_disturbed_by_a_listener_that_throws) {
    db.on_statement([](const statement_event&) { throw std::runtime_error{"from the listener"}; });
    EXPECT_EQ(db.execute("INSERT INTO t VALUES (1)"), 1);
}

TEST(statement_listener, shares_one_callable_and_lets_it_go) {
    auto calls = std::make_shared<int>(0);
    {
        const statement_listener first{[calls](const statement_event&) mutable { ++*calls; }};
        statement_listener second = first;
        EXPECT_EQ(calls.use_count(), 2);
        second({});
        first({});
        second = {};
        EXPECT_FALSE(second);
        EXPECT_TRUE(first);
    }
    EXPECT_EQ(*calls, 2);
    EXPECT_EQ(calls.use_count(), 1);
}

}  // namespace
