// Tables that are really created and dropped.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/schema.hpp>

#include "models.hpp"
#include "support/place.hpp"

namespace {

using kin::test::engine_says;
using models::model;
using models::referential_action;

class schema_database : public testing::Test {
  protected:
    std::int64_t number(std::string_view sql) {
        auto rows = db_.run(sql);
        return rows.next() ? rows.integer(0) : -1;
    }
    std::int64_t tables() {
        return number(engine_says("SELECT count(*) FROM sqlite_master WHERE type = 'table'",
                                  "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()",
                                  "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"));
    }
    /// Those of constraints left out.
    std::int64_t indexes() {
        return number(engine_says("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql <> ''",
                                  "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND NOT EXISTS "
                                  "(SELECT 1 FROM pg_constraint WHERE conname = indexname)",
                                  "SELECT count(DISTINCT table_name, index_name) FROM information_schema.statistics s "
                                  "WHERE table_schema = database() AND index_name <> 'PRIMARY' AND NOT EXISTS "
                                  "(SELECT 1 FROM information_schema.key_column_usage k WHERE k.referenced_table_name "
                                  "<> '' AND (k.table_schema, k.table_name, k.column_name) = "
                                  "(s.table_schema, s.table_name, s.column_name))"));
    }

    kin::test::place place_{};
    kin::engine::connection db_{kin::engine::open_driver(kin::engine::url::parse(place_.url()))};
};

TEST_F(schema_database, what_is_created_holds_its_rules) {
    model user = models::table("users", {models::text("name", 3)});
    user.indexes = {{.columns = {1}, .unique = true}};
    user.checks = {{"no_x", "name <> 'x'"}};
    model post = models::table("posts");
    models::refer(post, user, false, referential_action::cascade);
    const std::vector<const model*> list{&post, &user};
    kin::schema::create(db_, list);
    EXPECT_EQ(tables(), 2);
    EXPECT_EQ(indexes(), 1);

    db_.execute("INSERT INTO users (name) VALUES ('äöü')");  // three characters, six bytes
    EXPECT_EQ(number("SELECT id FROM users"), 1);
    EXPECT_THROW(db_.execute("INSERT INTO users (name) VALUES ('four')"), kin::check_violation);
    EXPECT_THROW(db_.execute("INSERT INTO users (name) VALUES ('x')"), kin::check_violation);
    EXPECT_THROW(db_.execute("INSERT INTO users (name) VALUES ('äöü')"), kin::unique_violation);
    EXPECT_THROW(db_.execute("INSERT INTO users (name) VALUES (NULL)"), kin::not_null_violation);
    EXPECT_THROW(db_.execute("INSERT INTO posts (users_id) VALUES (9)"), kin::foreign_key_violation);
    db_.execute("INSERT INTO posts (users_id) VALUES (1)");
    db_.execute("DELETE FROM users");
    EXPECT_EQ(number("SELECT count(*) FROM posts"), 0);
}

TEST_F(schema_database, creating_again_is_an_error_or_nothing) {
    model user = models::table("users", {models::text("name")});
    user.indexes = {{.columns = {1}}};
    const std::vector<const model*> list{&user};
    kin::schema::create(db_, list);
    EXPECT_THROW(kin::schema::create(db_, list), kin::database_error);
    EXPECT_NO_THROW(kin::schema::create(db_, list, true));
    kin::schema::drop(db_, list);
    EXPECT_THROW(kin::schema::drop(db_, list), kin::database_error);
    EXPECT_NO_THROW(kin::schema::drop(db_, list, true));
    EXPECT_FALSE(db_.in_transaction());
}

TEST_F(schema_database, an_index_whose_name_another_table_has_is_not_left_out) {
    model a = models::table("a", {models::column("b_c")});
    model ab = models::table("a_b", {models::column("c"), models::column("d")});
    a.indexes = {{.columns = {1}}, {.name = "by_d", .columns = {1}}};
    ab.indexes = {{.columns = {1}}, {.name = "by_d", .columns = {2}}};
    const std::vector<const model*> first{&a};
    const std::vector<const model*> second{&ab};
    const std::vector<const model*> both{&a, &ab};
    kin::schema::create(db_, first, true);
    EXPECT_EQ(indexes(), 2);
    kin::schema::create(db_, second, true);
    EXPECT_EQ(indexes(), 4) << "made by two programs, one after the other";
    for (const auto* list : {&first, &second, &both}) kin::schema::create(db_, *list, true);
    EXPECT_EQ(indexes(), 4) << "and once only";
}

TEST_F(schema_database, everything_is_created_or_nothing) {
    KIN_NEEDS(changes_in_transactions);
    const model good = models::table("good");
    model bad = models::table("bad");
    bad.checks = {{"broken", "("}};
    const std::vector<const model*> list{&good, &bad};
    EXPECT_THROW(kin::schema::create(db_, list), kin::database_error);
    EXPECT_EQ(tables(), 0);
    EXPECT_FALSE(db_.in_transaction());
}

TEST_F(schema_database, an_open_transaction_stays_open) {
    KIN_NEEDS(changes_in_transactions);
    const model user = models::table("users");
    const std::vector<const model*> list{&user};
    db_.begin();
    kin::schema::create(db_, list);
    EXPECT_TRUE(db_.in_transaction());
    db_.rollback();
    EXPECT_EQ(tables(), 0);
}

// Each way in which rows can hold each other when their tables go.
class schema_cycle : public schema_database, public testing::WithParamInterface<referential_action> {};

TEST_P(schema_cycle, tables_that_refer_to_each_other_come_and_go_with_their_rows) {
    model a = models::table("a");
    model b = models::table("b");
    const bool empties = GetParam() == referential_action::set_null || GetParam() == referential_action::set_default;
    models::refer(a, b, true, GetParam());
    models::refer(b, a, empties, GetParam());
    models::refer(a, a, true, GetParam());
    model c = models::table("c");
    models::refer(c, b, empties, GetParam());
    const std::vector<const model*> list{&c, &b, &a};
    kin::schema::create(db_, list);
    db_.execute("INSERT INTO a (b_id, a_id) VALUES (NULL, NULL)");
    db_.execute("INSERT INTO b (a_id) VALUES (1)");
    db_.execute("UPDATE a SET b_id = 1, a_id = 1");
    db_.execute("INSERT INTO c (b_id) VALUES (1)");
    EXPECT_THROW(db_.execute("INSERT INTO a (b_id) VALUES (9)"), kin::foreign_key_violation);
    ASSERT_EQ(tables(), 3);

    kin::schema::drop(db_, list);
    EXPECT_EQ(tables(), 0);
    EXPECT_FALSE(db_.in_transaction());
}

INSTANTIATE_TEST_SUITE_P(actions, schema_cycle,
                         testing::Values(referential_action::no_action, referential_action::restrict,
                                         referential_action::cascade, referential_action::set_null,
                                         referential_action::set_default),
                         [](const auto& info) { return std::to_string(static_cast<int>(info.param)); });

TEST_F(schema_database, rows_elsewhere_keep_their_table) {
    model user = models::table("users");
    model post = models::table("posts");
    models::refer(post, user);
    const std::vector<const model*> list{&user, &post};
    kin::schema::create(db_, list);
    db_.execute(engine_says("INSERT INTO users DEFAULT VALUES", "INSERT INTO users DEFAULT VALUES",
                            "INSERT INTO users () VALUES ()"));
    db_.execute("INSERT INTO posts (users_id) VALUES (1)");
    const std::vector<const model*> only{&user};
    try {
        kin::schema::drop(db_, only);
        ADD_FAILURE() << "the table is gone";
    } catch (const kin::database_error& e) {  // PostgreSQL does not ask whether there are rows
        EXPECT_EQ(e.code(), engine_says("SQLITE_CONSTRAINT_FOREIGNKEY", "2BP01", "23000")) << e.what();
    }
    EXPECT_EQ(tables(), 2);
    EXPECT_FALSE(db_.in_transaction());
}

}  // namespace
