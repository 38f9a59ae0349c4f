// Sakila as it is shipped for PostgreSQL: sequences that no column owns, an enum, a domain, char(n), lists of text, a
// type that is not read, triggers. Needs ../shared (or KIN_SHARED), gzip and psql; skipped where they are not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include <kin/kin.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/list.hpp>

#include "support/whole_database.hpp"

namespace {

using namespace kin::expr;

using text = std::optional<std::string>;

struct Film;
struct Address;
struct City;
struct Actor {
    kin::key<Actor, std::int32_t> actor_id{};
    std::string first_name{};
    std::string last_name{};
    kin::moment last_update{};
    kin::many_to_many<Film, kin::pivot<"film_actor", "actor_id", "film_id">> films{};
    static constexpr auto table = kin::table("actor").primary_key("actor_id").database_default("last_update");
};
struct Category {
    kin::key<Category, std::int32_t> category_id{};
    std::string name{};
    kin::moment last_update{};
    kin::many_to_many<Film, kin::pivot<"film_category", "category_id", "film_id">> films{};
    static constexpr auto table = kin::table("category").primary_key("category_id").database_default("last_update");
};
struct Language {
    kin::key<Language, std::int32_t> language_id{};
    std::string name{};  // char(20)
    kin::moment last_update{};
    kin::has_many<Film, kin::via<"language_id">> films{};
    static constexpr auto table = kin::table("language").primary_key("language_id").database_default("last_update");
};
struct Film {
    kin::key<Film, std::int32_t> film_id{};
    std::string title{};
    text description{};
    std::optional<int> release_year{};  // a domain
    kin::key<Language, std::int32_t> language_id{};
    std::optional<kin::key<Language, std::int32_t>> original_language_id{};
    std::int16_t rental_duration{};
    kin::decimal rental_rate{};
    std::optional<std::int16_t> length{};
    kin::decimal replacement_cost{};
    text rating{};  // an enum
    kin::moment last_update{};
    std::optional<std::vector<std::string>> special_features{};
    kin::belongs_to<Language, kin::via<"language_id">> language{};
    kin::many_to_many<Actor, kin::pivot<"film_actor", "film_id", "actor_id">> actors{};
    kin::many_to_many<Category, kin::pivot<"film_category", "film_id", "category_id">> categories{};
    static constexpr auto table = kin::table("film").primary_key("film_id").database_default("last_update");
};
struct Country {
    kin::key<Country, std::int32_t> country_id{};
    std::string country{};
    kin::moment last_update{};
    kin::has_many<City> cities{};
    kin::has_many_through<Address, City> addresses{};
    static constexpr auto table = kin::table("country").primary_key("country_id").database_default("last_update");
};
struct City {
    kin::key<City, std::int32_t> city_id{};
    std::string city{};
    kin::key<Country, std::int32_t> country_id{};
    kin::moment last_update{};
    kin::belongs_to<Country> in{};
    kin::has_many<Address> addresses{};
    static constexpr auto table = kin::table("city").primary_key("city_id").database_default("last_update");
};
struct Address {
    kin::key<Address, std::int32_t> address_id{};
    std::string address{};
    text address2{};
    std::string district{};
    kin::key<City, std::int32_t> city_id{};
    text postal_code{};
    std::string phone{};
    kin::moment last_update{};
    kin::belongs_to<City> city{};
    static constexpr auto table = kin::table("address").primary_key("address_id").database_default("last_update");
};

class postgresql_sakila : public kin::test::whole_database {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "postgresql") GTEST_SKIP() << "a dump of PostgreSQL's";
        database_ = std::make_unique<kin::test::scratch_database>();
        for (const char* part : {"schema", "data"}) {
            const std::string from = kin::test::shared_file("data/databases/sakila-" + std::string{part} + ".sql.gz");
            if (from.empty()) GTEST_SKIP() << "needs ../shared";
            const std::string load = "gzip -dc '" + from + "' | psql -q '" + database_->url() + "' > /dev/null 2>&1";
            if (std::system(load.c_str()) != 0) GTEST_SKIP() << "needs gzip and psql";
        }
        open(database_->url());
    }
    void TearDown() override {
        db_.reset();
        database_.reset();
    }

    std::unique_ptr<kin::test::scratch_database> database_{};
};

TEST_F(postgresql_sakila, every_cell_is_what_plain_sql_reads) {
    kin::session s{*db_};
    EXPECT_EQ(kin::test::compare_rows<Actor>(s), 200u);
    EXPECT_EQ(kin::test::compare_rows<Category>(s), 16u);
    EXPECT_EQ(kin::test::compare_rows<Language>(s), 6u);
    EXPECT_EQ(kin::test::compare_rows<Film>(s), 1000u);
    EXPECT_EQ(kin::test::compare_rows<Country>(s), 109u);
    EXPECT_EQ(kin::test::compare_rows<City>(s), 600u);
    EXPECT_EQ(kin::test::compare_rows<Address>(s), 603u);
}

TEST_F(postgresql_sakila, relations_lead_where_plain_sql_leads_and_changes_leave_the_rest) {
    kin::session s{*db_};
    std::int64_t actors = 0, categories = 0, addresses = 0;
    const auto films = s.query<Film>().with(&Film::actors).with(&Film::categories).with(&Film::language).all();
    for (const Film& f : films.view()) {
        actors += static_cast<std::int64_t>(f.actors.size());
        categories += static_cast<std::int64_t>(f.categories.size());
        EXPECT_EQ(f.language->name, "English");
    }
    for (const Country& c : s.query<Country>().with(&Country::addresses).all().view())
        addresses += static_cast<std::int64_t>(c.addresses.size());
    EXPECT_EQ(actors, number(s, "SELECT count(*) FROM film_actor"));
    EXPECT_EQ(categories, number(s, "SELECT count(*) FROM film_category"));
    EXPECT_EQ(addresses, number(s, "SELECT count(*) FROM address"));
    EXPECT_EQ(s.query<Language>().where(col(&Language::name) == "English").count(), 1);

    const auto before = everything();
    const auto played = static_cast<std::size_t>(number(s, "SELECT count(*) FROM film_actor WHERE actor_id = 1"));
    auto film = s.get<Film>(1);
    film->rental_rate = kin::decimal{"1.50"};
    film->rating = "NC-17";
    auto fresh = s.add(Actor{.first_name = "ADA", .last_name = "LOVELACE"});
    film->actors.push_back(fresh);
    s.remove(s.get<Actor>(1));
    s.commit();
    EXPECT_EQ(fresh->actor_id.value, 201);
    EXPECT_NE(fresh->last_update.microseconds, 0) << "the database's own";
    EXPECT_EQ(changed_since(before),
              (kin::test::changes_of_tables{{"actor", {1, 1}}, {"film", {1, 1}}, {"film_actor", {played, 1}}}));
    EXPECT_EQ(number(s, "SELECT count(*) FROM film WHERE rental_rate = 1.5 AND rating = 'NC-17' AND film_id = 1"), 1);
    EXPECT_EQ(number(s, "SELECT count(*) FROM actor"), 200);
}

}  // namespace
