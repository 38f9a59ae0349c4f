// Keys that the database takes for one in two spellings: with a form they are one in memory, too; without one that is
// an error, and nothing is left out.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/tree.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/stored_as.hpp>

#include "support/place.hpp"

namespace {

using namespace kin::expr;

using kin::test::engine_says;

bool postgresql() { return kin::test::engine_name() == "postgresql"; }

/// Countries by codes of this type, with cities, clubs behind a pivot, and the country above.
template <class Code>
struct world {
    struct city;
    struct club;
    struct player;
    struct country {
        kin::key<country, Code> code{};
        std::optional<kin::key<country, Code>> above_code{};
        kin::belongs_to<country> above{};
        kin::has_many<city> cities{};
        kin::many_to_many<club, kin::pivot<"match_member", "country_code", "club_id">> clubs{};
        kin::has_many_through<player, city> players{};
        kin::descendants<country> below{};
        static constexpr auto table = kin::table("match_country");
    };
    struct city {
        kin::key<city> id{};
        std::optional<kin::key<country, Code>> country_code{};
        std::string name{};
        kin::belongs_to<country> in{};
        kin::has_many<player> players{};
        static constexpr auto table = kin::table("match_city");
    };
    struct club {
        kin::key<club> id{};
        kin::many_to_many<country, kin::pivot<"match_member", "club_id", "country_code">> members{};
        static constexpr auto table = kin::table("match_club");
    };
    struct player {
        kin::key<player> id{};
        kin::key<city> city_id{};
        kin::belongs_to<city> home{};
        static constexpr auto table = kin::table("match_player");
    };
};
using plain = world<std::string>;
using folded = world<kin::stored_as<std::string, kin::form::case_insensitive>>;
using unpadded = world<kin::stored_as<std::string, kin::form::unpadded>>;

/// Malta, one city, one club, one player and one country below it, all of which spell it otherwise.
void make(kin::database& db, const std::string& key, const std::string& reference, const std::string& spelled,
          const std::string& to = " REFERENCES match_country(code)") {
    const std::string whole = postgresql() ? "bigint" : "INTEGER";
    db.script(
        "CREATE TABLE match_country(code " + key + " PRIMARY KEY, above_code " + reference + to +
        "); CREATE TABLE match_city(id " + whole + " PRIMARY KEY, country_code " + reference + to +
        ", name text NOT NULL DEFAULT ''); CREATE TABLE match_club(id " + whole +
        " PRIMARY KEY); CREATE TABLE match_member(country_code " + reference + " NOT NULL" + to + ", club_id " + whole +
        " NOT NULL REFERENCES match_club(id), PRIMARY KEY (country_code, club_id)); CREATE TABLE match_player(id " +
        whole + " PRIMARY KEY, city_id " + whole +
        " NOT NULL REFERENCES match_city(id));"
        "INSERT INTO match_country VALUES ('MT', NULL), ('IT', NULL), ('GZ', " +
        spelled +
        ");"
        "INSERT INTO match_city(id, country_code) VALUES (1, " +
        spelled +
        ");"
        "INSERT INTO match_club VALUES (1); INSERT INTO match_member VALUES (" +
        spelled +
        ", 1);"
        "INSERT INTO match_player VALUES (1, 1)");
}
void make_folded(kin::database& db) {
    if (postgresql())
        db.script("CREATE COLLATION match_nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    const std::string type{
        engine_says("TEXT COLLATE NOCASE", "text COLLATE match_nocase", "varchar(5) COLLATE utf8mb4_general_ci")};
    make(db, type, type, "'mt'");
}
void make_padded(kin::database& db) {
    if (postgresql()) return make(db, "char(5)", "char(2)", "'MT'");
    const std::string type =
        kin::test::engine_name() == "mariadb" ? "varchar(5) COLLATE utf8mb4_bin" : "TEXT COLLATE RTRIM";
    make(db, type, type, "'MT  '");
}

template <class Call>
std::string refused(Call call) {
    try {
        call();
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
    return "nothing";
}

std::string text_of(const std::string& key) { return key; }
template <class Form>
std::string text_of(const kin::stored_as<std::string, Form>& key) {
    return *key;
}

/// Every way to read and write along such a key.
template <class World>
void use(kin::database& db, const char* code) {
    using country = typename World::country;
    using city = typename World::city;
    using club = typename World::club;
    using id = decltype(country::code);
    const id malta{std::string{code}};
    kin::session s{db};
    const auto all = s.query<country>()
                         .with(&country::cities)
                         .with(&country::clubs)
                         .with(&country::players)
                         .with(&country::below)
                         .with_count(&country::cities)
                         .order_by(desc(&country::code))
                         .all();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(text_of(all[0].code.value), "MT");
    EXPECT_EQ(all[0].cities.size(), 1u);
    EXPECT_EQ(all[0].cities.count(), 1);
    EXPECT_EQ(all[0].clubs.size(), 1u);
    EXPECT_EQ(all[0].players.size(), 1u);
    EXPECT_EQ(all[0].below.size(), 1u);
    EXPECT_EQ(&*all[2].above, &all[0]);
    EXPECT_EQ(&*s.get<country>(malta), &all[0]);
    s.clear();
    const auto one = s.query<city>().one();
    ASSERT_TRUE(one->in);
    EXPECT_EQ(text_of(one->in->code.value), "MT");
    EXPECT_EQ(std::as_const(*one->in).cities.size(), 1u);
    s.clear();
    EXPECT_EQ(s.query<club>().one()->members.size(), 1u);
    s.clear();

    // What is not changed stays as it is spelled, and both sides agree.
    const std::string spelled = text_of(s.query<city>().one()->country_code->value);
    auto again = s.query<country>().where(col(&country::code) == malta).one();
    auto town = s.query<city>().one();
    town->name = "Mdina";
    again->cities.push_back(city{.id = {2}, .country_code = malta});
    again->clubs.push_back(club{.id = {2}});
    s.commit();
    EXPECT_EQ(text_of(town->country_code->value), spelled);
    EXPECT_EQ(again->cities.size(), 2u);
    s.clear();
    EXPECT_EQ(s.get<country>(malta)->cities.size(), 2u);
    s.remove(s.query<country>().where(col(&country::code) == id{std::string{"GZ"}}).one());
    s.flush();
    s.remove(s.get<country>(malta));
    s.commit();
    EXPECT_EQ(s.query<city>().where(col(&city::country_code).is_null()).count(), 2);
    EXPECT_EQ(s.query<country>().count(), 1);
}

TEST(unmatched_keys, keys_that_ignore_case_are_one_in_memory_too) {
    const kin::test::place place;
    kin::database db{place.url()};
    make_folded(db);
    use<folded>(db, "Mt");
}

TEST(unmatched_keys, keys_that_ignore_padding_are_one_in_memory_too) {
    const kin::test::place place;
    kin::database db{place.url()};
    make_padded(db);
    use<unpadded>(db, "MT");
}

/// Without a form, every load that would leave out a row says so.
void refuse_all(kin::database& db, const std::string& holds, const std::string& code, const std::string& form) {
    using country = plain::country;
    kin::session s{db};
    const auto says = [&](const std::string& text, const std::string& column) {
        const std::string begin =
            column + " holds " + holds + " and country.code " + code + ", which the database takes for one key";
        EXPECT_NE(text.find(begin), std::string::npos) << text << "\n" << begin;
        EXPECT_NE(text.find("kin::form::" + form + ">"), std::string::npos) << text;
    };
    const auto load = [&](auto relation) {
        s.clear();
        return refused([&] { (void)s.query<country>().with(relation).all(); });
    };
    says(load(&country::cities), "city.country_code");
    says(load(&country::clubs), "match_member.country_code");
    says(load(&country::players), "city.country_code");
    says(load(&country::below), "country.above_code");
    s.clear();
    const auto malta = s.query<country>().where(any(&country::cities)).one();
    says(refused([&] { (void)malta->cities.size(); }), "city.country_code");
    says(refused([&] { (void)malta->clubs.size(); }), "match_member.country_code");
    says(refused([&] { (void)malta->cities.size(); }), "city.country_code");  // and again
    s.clear();
    const auto city = s.query<plain::city>().one();
    says(refused([&] { (void)city->in->code; }), "city.country_code");
    s.clear();
    EXPECT_EQ(*s.query<plain::city>().with(joined(&plain::city::in)).one()->in->code.value.begin(), 'M');
}

TEST(unmatched_keys, without_a_form_a_load_says_what_to_declare) {
    const kin::test::place place;
    kin::database db{place.url()};
    make_folded(db);
    refuse_all(db, "'mt'", "'MT'", "case_insensitive");
}

TEST(unmatched_keys, without_a_form_padding_is_told_as_well) {
    const kin::test::place place;
    kin::database db{place.url()};
    make_padded(db);
    if (!postgresql()) return refuse_all(db, "'MT  '", "'MT'", "unpadded");
    use<plain>(db, "MT");  // char(n) comes without its padding
}

TEST(postgresql_unmatched_keys, a_padded_key_and_one_of_varying_length_are_one) {
    if (!postgresql()) GTEST_SKIP() << "about char(n)";
    const kin::test::place place;
    kin::database db{place.url()};
    make(db, "char(5)", "varchar(5)", "'MT'", "");  // no constraint is made between the two
    use<plain>(db, "MT");
}

TEST(unmatched_keys, a_key_that_names_nobody_is_no_mistake) {
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TABLE match_country(code varchar(5) PRIMARY KEY, above_code varchar(5)); CREATE TABLE match_city(id "
        "bigint PRIMARY KEY, country_code varchar(5), name TEXT NOT NULL DEFAULT ''); INSERT INTO match_country VALUES "
        "('MT', NULL);"
        "INSERT INTO match_city(id, country_code) VALUES (1, 'mt'), (2, 'MT')");
    kin::session s{db};
    EXPECT_EQ(s.query<plain::country>().with(&plain::country::cities).one()->cities.size(), 1u);
    s.clear();
    const auto cities = s.query<plain::city>().order_by(&plain::city::id).with(&plain::city::in).all();
    EXPECT_FALSE(cities[0].in);
    EXPECT_TRUE(cities[1].in);
}

// -- numbers

struct Part;
struct Machine {
    kin::decimal code{};
    kin::has_many<Part> parts{};
    static constexpr auto table = kin::table("match_machine").primary_key("code");
};
struct Part {
    kin::key<Part> id{};
    kin::decimal machine_code{};
    kin::belongs_to<Machine> machine{};
    static constexpr auto table = kin::table("match_part").foreign_key<Machine>("machine_code");
};

TEST(unmatched_keys, decimals_are_one_key_by_their_value) {
    const kin::test::place place;
    kin::database db{place.url()};
    const std::string number{engine_says("NUMERIC", "numeric", "decimal(10,5)")};
    db.script("CREATE TABLE match_machine(code " + number + " PRIMARY KEY); CREATE TABLE match_part(id " +
              (postgresql() ? "bigint" : "INTEGER") + " PRIMARY KEY, machine_code " + number +
              " NOT NULL REFERENCES match_machine(code)); INSERT INTO match_machine VALUES (1.50), (2); "
              "INSERT INTO match_part VALUES (1, 1.5), (2, 2.0), (3, 2.00)");
    kin::session s{db};
    const auto machines = s.query<Machine>().order_by(&Machine::code).with(&Machine::parts).all();
    ASSERT_EQ(machines.size(), 2u);
    EXPECT_EQ(machines[0].parts.size(), 1u);
    EXPECT_EQ(machines[1].parts.size(), 2u);
    s.clear();
    for (const Part& part : s.query<Part>().all().view()) EXPECT_EQ(part.machine->code, part.machine_code);
}

}  // namespace
