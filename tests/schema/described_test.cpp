// What a table's description says to the database alone: created, and read back from the database's own catalogue.
#include <gtest/gtest.h>

#include <algorithm>

#include <kin/kin.hpp>
#include <kin/schema/inspect.hpp>

#include "support/fixture.hpp"

namespace described_tables {

struct City {
    kin::key<City> id{};
    std::string name{};
    std::string country{};
    std::string mood{"calm"};
    std::optional<kin::key<City>> capital_id{};
    bool active{true};
    static constexpr auto more = kin::table().comment("where people live").comment("country", "two letters");
    static constexpr auto table =
        kin::table("cities")
            .length("country", 2)
            .type("country", "CHAR(2)")
            .collation("name", "C")
            .enumeration("mood", "city_mood", "calm", "so'so", "loud")
            .deferred("capital_id")
            .index(kin::index_on().expression("lower(country)").where("active").named("ix_active_country"))
            .index(kin::index_on("country").descending("id"))
            .index(kin::index_on("name", "country").unique().named("ux_city"))
            .also(more);
};
/// The same where names are compared by other collations.
struct Town {
    kin::key<Town> id{};
    std::string name{};
    static constexpr auto table = kin::table("towns").collation("name", "NOCASE");
};
struct LoudCity {
    kin::key<LoudCity> id{};
    std::string name{};
    kin::key<City> city_id{};
    kin::belongs_to<City> city{};
    static constexpr auto table =
        kin::table("loud_cities").view("SELECT id, name, id AS city_id FROM cities WHERE mood = 'loud'");
};
/// What nobody creates: it is there, or not.
struct Elsewhere {
    kin::key<Elsewhere> id{};
    static constexpr auto table = kin::table("elsewhere").view();
};
struct LoudPlace {
    kin::key<LoudPlace> id{};
    std::string name{};
    static constexpr auto table = kin::table("loud_places").view("SELECT id, name FROM cities WHERE mood = 'loud'");
};
struct Guest;
struct Room {
    kin::key<Room> id{};
};
struct Stay {
    kin::key<Room> room_id{};
    kin::key<Guest> guest_id{};
    static constexpr auto table =
        kin::table("stays").primary_key("room_id", "guest_id").view("SELECT 1 AS room_id, 1 AS guest_id");
};
struct Guest {
    kin::key<Guest> id{};
    kin::many_to_many<Room, Stay> rooms{};
};
struct Person {
    kin::key<Person> id{};
    std::optional<kin::key<LoudCity>> lives_in_id{};
};

}  // namespace described_tables

namespace {

using namespace described_tables;
using kin::schema::catalogue;

bool on_postgresql() { return kin::test::engine_name() == "postgresql"; }

struct described : kin::test::with_database<> {
    catalogue seen() {
        kin::session s{db};
        return kin::schema::inspect(s.connection());
    }
};

/// Sorted by name, as databases give them in any order.
std::vector<kin::sql::index_definition> indexes_of(const kin::sql::table_definition& t) {
    std::vector<kin::sql::index_definition> all = t.indexes;
    std::ranges::sort(all, {}, &kin::sql::index_definition::name);
    return all;
}

TEST_F(described, postgresql_knows_all_of_it) {
    if (!on_postgresql()) GTEST_SKIP() << "SQLite has no comments, types of names and collations of this kind";
    db.create<kin::models<City, LoudCity, Elsewhere, Person>>();
    const catalogue found = seen();
    const kin::sql::table_definition* cities = found.find_table("", "cities");
    ASSERT_NE(cities, nullptr);
    EXPECT_EQ(cities->comment, "where people live");
    EXPECT_EQ(cities->columns[2].type, "character(2)");
    EXPECT_EQ(cities->columns[2].comment, "two letters");
    EXPECT_EQ(cities->columns[1].collation, "C");
    EXPECT_EQ(cities->columns[3].type, "city_mood");
    ASSERT_EQ(cities->foreign_keys.size(), 1u);
    EXPECT_EQ(cities->foreign_keys[0].deferring, kin::sql::deferring::at_commit);
    const auto indexes = indexes_of(*cities);
    ASSERT_EQ(indexes.size(), 4u);
    EXPECT_EQ(indexes[0].name, "ix_active_country");
    EXPECT_EQ(indexes[0].where, "active");
    EXPECT_NE(indexes[0].parts.at(0).expression.find("lower("), std::string::npos);
    EXPECT_EQ(indexes[2].name, "ix_cities_country_id");
    EXPECT_TRUE(indexes[2].parts.at(1).descending);
    EXPECT_EQ(indexes[3].name, "ux_city");
    EXPECT_TRUE(indexes[3].unique);
    ASSERT_EQ(found.enums.size(), 1u);
    EXPECT_EQ(found.enums[0].labels, (std::vector<std::string>{"calm", "so'so", "loud"}));
    EXPECT_NE(found.find_view("", "loud_cities"), nullptr);
    EXPECT_EQ(found.find_table("", "elsewhere"), nullptr);
}

TEST_F(described, sqlite_knows_what_it_can) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "about SQLite";
    db.create<kin::models<Town, Elsewhere>>();
    const catalogue found = seen();
    ASSERT_NE(found.find_table("", "towns"), nullptr);
    EXPECT_EQ(found.find_table("", "towns")->columns[1].collation, "NOCASE");
    EXPECT_EQ(found.find_table("", "elsewhere"), nullptr);
}

TEST_F(described, enough_to_write_rows) {
    if (!on_postgresql()) GTEST_SKIP() << "as above";
    db.create<kin::models<City>>();
    kin::session s{db};
    s.add(City{.name = "Valletta", .country = "MT", .mood = "loud"});
    s.commit();
    s.clear();
    EXPECT_EQ(s.query<City>().one()->mood, "loud");
    s.add(City{.name = "Valletta", .country = "MT"});
    EXPECT_THROW(s.flush(), kin::unique_violation);
    s.rollback();
    s.add(City{.name = "Mdina", .country = "MT", .mood = "silent"});
    EXPECT_THROW(s.flush(), kin::conversion_error);
}

struct views : kin::test::with_database<> {
    views() {
        run("CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT, mood TEXT); "
            "INSERT INTO cities VALUES (1, 'Valletta', 'loud'), (2, 'Mdina', 'calm')");
    }
};

TEST_F(views, are_made_once_and_dropped_with_their_models) {
    db.create<kin::models<LoudPlace>>();
    db.create_missing<kin::models<LoudPlace>>();
    EXPECT_EQ(rows("SELECT name FROM loud_places"), "Valletta");
    db.drop<kin::models<LoudPlace>>();
    EXPECT_EQ(rows("SELECT count(*) FROM cities"), "2");
    EXPECT_THROW(rows("SELECT name FROM loud_places"), kin::database_error);
}

TEST_F(views, are_only_read) {
    db.create<kin::models<LoudPlace>>();
    kin::session s{db};
    auto valletta = s.query<LoudPlace>().one();
    EXPECT_EQ(valletta->name, "Valletta");
    valletta->name = "Humble";
    EXPECT_TRUE(kin::test::contains(kin::test::thrown<kin::flush_error>([&] { s.flush(); }).what(), "is only read"));
    s.rollback();
    EXPECT_EQ(valletta->name, "Valletta");
    s.add(LoudPlace{.id = 3, .name = "Sliema"});
    EXPECT_THROW(s.flush(), kin::flush_error);
    s.rollback();
    s.remove(valletta);
    EXPECT_THROW(s.flush(), kin::flush_error);
    s.rollback();
    EXPECT_EQ(rows("SELECT count(*) FROM cities"), "2");
}

TEST_F(views, between_two_models_are_only_read_either) {
    db.create<kin::models<Room, Guest, Stay>>();
    run("INSERT INTO room (id) VALUES (1), (2); INSERT INTO guest (id) VALUES (1)");
    kin::session s{db};
    auto guest = s.query<Guest>().one();
    ASSERT_EQ(guest->rooms.size(), 1u);
    guest->rooms.push_back(s.get<Room>(2));
    EXPECT_TRUE(kin::test::contains(kin::test::thrown<kin::flush_error>([&] { s.flush(); }).what(), "is only read"));
}

}  // namespace
