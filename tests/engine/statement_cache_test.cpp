// Statements are prepared once, kept within a bound, and prepared again only where they must be.
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using namespace kin::engine;

/// The real driver, with a count of the statements that it prepares and of those that are alive.
class counting_driver final : public driver {
  public:
    struct counts {
        int prepared = 0;
        int alive = 0;
    };
    counting_driver(std::unique_ptr<driver> inner, counts& count) : inner_{std::move(inner)}, count_{count} {}

    std::unique_ptr<prepared> prepare(std::string_view sql) override {
        return std::make_unique<counted>(inner_->prepare(sql), count_);
    }
    void execute(std::string_view sql) override { inner_->execute(sql); }
    const kin::sql::dialect& dialect() const noexcept override { return inner_->dialect(); }
    bool alive() noexcept override { return inner_->alive(); }
    bool in_transaction() noexcept override { return inner_->in_transaction(); }
    bool pipelines() const noexcept override { return inner_->pipelines(); }
    std::string_view begin_sql() const noexcept override { return inner_->begin_sql(); }

  private:
    class counted final : public prepared {
      public:
        counted(std::unique_ptr<prepared> inner, counts& count) : inner_{std::move(inner)}, count_{count} {
            ++count_.prepared;
            ++count_.alive;
        }
        ~counted() override { --count_.alive; }
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        void start(const parameters& with) override { inner_->start(with); }
        bool next() override { return inner_->next(); }
        void finish() noexcept override { inner_->finish(); }
        void decode(std::span<const kin::field> fields, void* object, int first) override {
            inner_->decode(fields, object, first);
        }
        std::int64_t integer(int column) override { return inner_->integer(column); }
        bool is_null(int column) override { return inner_->is_null(column); }
        kin::value_view cell(int column) override { return inner_->cell(column); }
        int columns() const override { return inner_->columns(); }
        std::string_view column_name(int column) const override { return inner_->column_name(column); }
        std::int64_t affected() const override { return inner_->affected(); }
        void run_each(std::span<const kin::field> fields, std::span<const void* const> objects,
                      each_result result) override {
            inner_->run_each(fields, objects, result);
        }
        std::string_view sql() const noexcept override { return inner_->sql(); }

      private:
        std::unique_ptr<prepared> inner_;
        counts& count_;
    };

    std::unique_ptr<driver> inner_;
    counts& count_;
};

class statement_cache : public ::testing::Test {
  protected:
    counting_driver::counts count{};
    place place_{};
    connection db{std::make_unique<counting_driver>(open(place_.url()), count), 3};
};

TEST_F(statement_cache, prepares_a_text_once) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(single(db, "SELECT 1"), 1);
    EXPECT_EQ(single(db, std::string{"SELECT "} + "1"), 1);
    EXPECT_EQ(count.prepared, 1);
    EXPECT_EQ(db.statements(), 6U);
}

TEST_F(statement_cache, finds_texts_with_blanks_and_semicolons_again) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(single(db, " SELECT 1 ;  "), 1);
    EXPECT_EQ(count.prepared, 1);
}

TEST_F(statement_cache, finds_fixed_statements_by_number) {
    const fixed_statement one{"SELECT 1"};
    const fixed_statement same_text{"SELECT 1"};
    EXPECT_NE(one.number(), same_text.number());
    for (int i = 0; i < 3; ++i) {
        for (const fixed_statement* each : {&one, &same_text}) {
            cursor rows = db.run(*each);
            ASSERT_TRUE(rows.next());
            EXPECT_EQ(rows.integer(0), 1);
        }
    }
    EXPECT_EQ(count.prepared, 2);
}

TEST_F(statement_cache, drops_the_least_recently_used) {
    const fixed_statement fixed{"SELECT 10"};
    single(db, "SELECT 1");
    db.execute(fixed, {});
    single(db, "SELECT 3");
    single(db, "SELECT 1");  // now the fixed one is the oldest
    single(db, "SELECT 4");
    EXPECT_EQ(count.alive, 3);
    EXPECT_EQ(count.prepared, 4);
    single(db, "SELECT 1");
    single(db, "SELECT 3");
    EXPECT_EQ(count.prepared, 4) << "both are still there";
    db.execute(fixed, {});
    EXPECT_EQ(count.prepared, 5) << "it had to be prepared again";
    EXPECT_EQ(count.alive, 3);
}

TEST_F(statement_cache, is_bounded_in_bytes) {
    const std::string much(5000, ' ');
    single(db, "SELECT 1");
    single(db, "SELECT 2" + much);
    EXPECT_EQ(count.alive, 2);
    single(db, "SELECT 3" + much);
    EXPECT_EQ(count.alive, 1) << "three statements may have 6 KiB";
    single(db, "SELECT 4" + much + much);
    single(db, "SELECT 4" + much + much);
    EXPECT_EQ(count.prepared, 4) << "the newest stays, however long";
    single(db, "SELECT 1");
    single(db, "SELECT 5");
    EXPECT_EQ(count.alive, 2);
}

TEST_F(statement_cache, keeps_running_statements_over_the_bound) {
    std::vector<cursor> open_ones;
    for (int i = 0; i < 5; ++i) {
        open_ones.push_back(db.run("SELECT " + std::to_string(i) + " UNION ALL SELECT 99"));
        ASSERT_TRUE(open_ones.back().next());
    }
    EXPECT_EQ(count.alive, 5);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(open_ones[static_cast<std::size_t>(i)].integer(0), i);
        EXPECT_TRUE(open_ones[static_cast<std::size_t>(i)].next());
    }
    open_ones.clear();
    single(db, "SELECT 'one more' = ''");
    EXPECT_EQ(count.alive, 3);
}

TEST_F(statement_cache, prepares_again_what_is_running) {
    const std::string_view sql = "SELECT 1 UNION ALL SELECT 2";
    cursor outer = db.run(sql);
    ASSERT_TRUE(outer.next());
    {
        cursor inner = db.run(sql);
        ASSERT_TRUE(inner.next());
        EXPECT_EQ(count.alive, 2);
        ASSERT_TRUE(inner.next());
        EXPECT_EQ(inner.integer(0), 2);
        EXPECT_EQ(outer.integer(0), 1);
    }
    EXPECT_EQ(count.alive, 1) << "the second one goes with its run";
    ASSERT_TRUE(outer.next());
    EXPECT_EQ(outer.integer(0), 2);
    outer.finish();
    single(db, sql);
    EXPECT_EQ(count.prepared, 2);
}

TEST_F(statement_cache, a_moved_cursor_goes_on) {
    cursor rows = db.run("SELECT 1 UNION ALL SELECT 2");
    ASSERT_TRUE(rows.next());
    cursor other{std::move(rows)};
    ASSERT_TRUE(other.next());
    EXPECT_EQ(other.integer(0), 2);
    rows = std::move(other);
    EXPECT_FALSE(rows.next());
    rows.finish();
    rows.finish();
}

TEST_F(statement_cache, a_failed_statement_can_run_again) {
    db.script("CREATE TABLE t (v INTEGER UNIQUE)");
    const kin::value one[] = {1};
    const kin::value two[] = {2};
    db.execute(placed("INSERT INTO t VALUES ($1)"), one);
    thrown<kin::unique_violation>([&] { db.execute(placed("INSERT INTO t VALUES ($1)"), one); });
    EXPECT_EQ(db.execute(placed("INSERT INTO t VALUES ($1)"), two), 1);
    EXPECT_EQ(count.prepared, 1);
}

TEST_F(statement_cache, survives_a_change_of_the_schema) {
    db.script("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)");
    EXPECT_EQ(single(db, "SELECT * FROM t"), 1);
    db.script("ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 2");
    cursor rows = db.run("SELECT * FROM t");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.columns(), 2);
    EXPECT_EQ(rows.column_name(1), "b");
    EXPECT_EQ(rows.integer(1), 2);
}

TEST_F(statement_cache, counts_changed_rows_only_for_changes) {
    db.script("CREATE TABLE t (v INTEGER)");
    EXPECT_EQ(db.execute("INSERT INTO t VALUES (1), (2), (3)"), 3);
    EXPECT_EQ(db.execute("SELECT * FROM t"), 0);
    EXPECT_EQ(db.execute("CREATE TABLE u (v INTEGER)"), 0);
    EXPECT_EQ(db.execute("update t SET v = v + 1 WHERE v > 1"), 2);
    EXPECT_EQ(db.execute("DELETE FROM t"), 3);
}

TEST_F(statement_cache, counts_changed_rows_behind_a_with) {
    KIN_NEEDS(with_before_writing);
    db.script("CREATE TABLE t (v INTEGER)");
    db.execute("INSERT INTO t VALUES (1), (2), (3)");
    EXPECT_EQ(db.execute("WITH x AS (SELECT 4 AS v) DELETE FROM t WHERE v IN (SELECT v FROM x)"), 0);
    EXPECT_EQ(db.execute("WITH x AS (SELECT 2 AS v) DELETE FROM t WHERE v IN (SELECT v FROM x)"), 1);
}

TEST_F(statement_cache, a_statement_runs_even_if_nobody_reads_it) {
    db.script("CREATE TABLE t (v INTEGER)");
    { const cursor unread = db.run("INSERT INTO t VALUES (1)"); }
    EXPECT_EQ(single(db, "SELECT count(*) FROM t"), 1);
}

}  // namespace
