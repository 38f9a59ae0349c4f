// Tables of MariaDB's: how they are made, what is read of them, what is not there yet.
#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/schema/check.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <kin/schema/schema.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/json.hpp>

#include "support/fixture.hpp"

namespace mariadb_models {

struct Shop {
    kin::key<Shop> id{};
    std::string name{};
    std::string motto{};
    kin::json more{};
    kin::decimal turnover{};
    kin::has_many<struct Ware> wares{};
    static constexpr auto table = kin::table("shops").unique("name");
};
struct Ware {
    kin::key<Ware> id{};
    kin::key<Shop> shop_id{};
    bool sold = false;
    kin::belongs_to<Shop> shop{};
    static constexpr auto table = kin::table("wares").foreign_key("shop_id", kin::on_delete::cascade);
};

using Shops = kin::models<Shop, Ware>;

}  // namespace mariadb_models

namespace {

using namespace mariadb_models;
using kin::test::contains;
using kin::test::thrown;

class mariadb_schema : public kin::test::with_database<> {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "mariadb") GTEST_SKIP() << "there is no server";
    }
};

TEST_F(mariadb_schema, says_what_it_is_in_its_tables) {
    db.create<Shops>();
    EXPECT_EQ(rows("SELECT table_name, engine, table_collation FROM information_schema.tables WHERE table_schema = "
                   "database() ORDER BY 1"),
              "shops|InnoDB|utf8mb4_nopad_bin; wares|InnoDB|utf8mb4_nopad_bin");
    const kin::schema::catalogue found = kin::schema::inspect(*outside.connect());
    const kin::sql::table_definition* shops = found.find_table("", "shops");
    ASSERT_NE(shops, nullptr);
    std::string columns;
    for (const auto& c : shops->columns) columns += c.name + ' ' + c.type + (c.nullable ? "; " : " NOT NULL; ");
    EXPECT_EQ(columns,
              "id bigint(20) NOT NULL; name varchar(255) NOT NULL; motto longtext NOT NULL; more json NOT NULL; "
              "turnover decimal(65,30) NOT NULL; ");
    EXPECT_EQ(shops->columns[0].identity, kin::sql::identity::by_default);
    EXPECT_EQ(shops->primary_key.columns, std::vector<std::string>{"id"});
    ASSERT_EQ(shops->uniques.size(), 1U);
    EXPECT_EQ(shops->uniques[0].columns, std::vector<std::string>{"name"});
    const kin::sql::table_definition* wares = found.find_table("", "wares");
    ASSERT_NE(wares, nullptr);
    ASSERT_EQ(wares->foreign_keys.size(), 1U);
    EXPECT_EQ(wares->foreign_keys[0].table, "shops");
    EXPECT_EQ(wares->foreign_keys[0].on_delete, "CASCADE");
    EXPECT_EQ(wares->foreign_keys[0].target_columns, std::vector<std::string>{"id"});
}

TEST_F(mariadb_schema, is_checked) {
    const auto nothing = thrown<kin::schema_mismatch>([&] { db.check<Shops>(); });
    EXPECT_TRUE(contains(nothing.message(), "shops")) << nothing.message();
    db.create<Shops>();
    db.check<Shops>();
    run("ALTER TABLE shops MODIFY motto bigint NOT NULL");
    const auto other = thrown<kin::schema_mismatch>([&] { db.check<Shops>(); });
    EXPECT_TRUE(contains(other.message(), "motto")) << other.message();
    db.drop<Shops>();
    EXPECT_EQ(rows("SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"), "0");
}

TEST_F(mariadb_schema, what_is_not_there_yet_says_so) {
    db.create<Shops>();
    kin::session s{db};
    s.add(Shop{.name = "here"});
    s.flush();
    const auto committing = thrown<kin::usage_error>([&] { s.execute("ALTER TABLE shops ADD x int"); });
    EXPECT_TRUE(contains(committing.message(), "would commit")) << committing.message();
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM shops"), "0");
}

}  // namespace
