// What sessions do where a table changes under the statements that their connection has prepared.
#include <memory>

#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/session/transact.hpp>

#include "support/postgresql.hpp"

namespace {

struct reading_of_meter {
    kin::key<reading_of_meter> id{};
    std::string name{};
    double amount{};
    static constexpr auto table = kin::table("meter_readings");
};

class postgresql_schema_changes : public ::testing::Test {
  protected:
    void SetUp() override {
        if (kin::test::postgresql_server().empty()) GTEST_SKIP() << "no server";
        schema_ = std::make_unique<kin::test::scratch_schema>();
        db_ = std::make_unique<kin::database>(schema_->url());
        other_ = std::make_unique<kin::database>(schema_->url());
        db_->create<kin::models<reading_of_meter>>();
        use();
    }
    /// What is prepared once is kept.
    std::int64_t use() {
        kin::session s{*db_};
        const std::size_t found = s.query<reading_of_meter>().all().size();
        auto added = s.add(reading_of_meter{.name = "a", .amount = 1.5});
        s.flush();
        added->amount = 2;
        s.commit();
        EXPECT_EQ(s.query<reading_of_meter>().count(), static_cast<std::int64_t>(found + 1));
        return static_cast<std::int64_t>(found + 1);
    }

    std::unique_ptr<kin::test::scratch_schema> schema_{};
    std::unique_ptr<kin::database> db_{};
    std::unique_ptr<kin::database> other_{};
};

TEST_F(postgresql_schema_changes, a_session_goes_on_with_columns_of_other_types) {
    std::int64_t rows = 1;
    for (const char* change :
         {"ALTER COLUMN amount TYPE numeric(20, 4)", "ALTER COLUMN name TYPE varchar(100)",
          "ADD COLUMN extra integer DEFAULT 7", "ALTER COLUMN id TYPE integer", "DROP COLUMN extra"}) {
        other_->script(std::string{"ALTER TABLE meter_readings "} + change);
        EXPECT_EQ(use(), ++rows) << change;
    }
}

TEST_F(postgresql_schema_changes, a_commit_whose_insert_is_out_of_date_begins_again) {
    other_->script("ALTER TABLE meter_readings ALTER COLUMN id TYPE integer");
    kin::session s{*db_};
    auto added = s.add(reading_of_meter{.name = "b"});
    s.commit();
    EXPECT_EQ(added->id.value, 2);
    EXPECT_EQ(s.query<reading_of_meter>().count(), 2);
}

TEST_F(postgresql_schema_changes, transact_tries_again_where_something_was_done) {
    int runs = 0;
    const auto work = [&](kin::session& s) {
        ++runs;
        s.execute("INSERT INTO meter_readings (name, amount) VALUES ('w', 0)");
        return s.query<reading_of_meter>().all().size();
    };
    EXPECT_EQ(db_->transact(kin::retry{}, work), 2U);
    other_->script("ALTER TABLE meter_readings ALTER COLUMN amount TYPE numeric(20, 4)");
    EXPECT_EQ(db_->transact(kin::retry{}, work), 3U);
    EXPECT_EQ(runs, 3);
    other_->script("ALTER TABLE meter_readings ALTER COLUMN amount TYPE double precision");
    EXPECT_THROW(db_->transact(kin::retry{.attempts = 1}, work), kin::serialization_failure);
    EXPECT_EQ(db_->transact(kin::retry{.attempts = 1}, work), 4U) << "after it everything is prepared anew";
}

TEST_F(postgresql_schema_changes, the_session_that_changes_a_table_reads_on) {
    kin::session s{*db_};
    EXPECT_EQ(s.query<reading_of_meter>().all().size(), 1U);
    s.execute("ALTER TABLE meter_readings ALTER COLUMN amount TYPE numeric(20, 4)");
    s.clear();
    EXPECT_EQ(s.query<reading_of_meter>().first()->amount, 2);
    s.rollback();
    (void)s.query<reading_of_meter>().count();
    EXPECT_EQ(s.query<reading_of_meter>().first()->amount, 2);
}

}  // namespace
