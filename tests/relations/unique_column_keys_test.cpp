// Keys to a unique column that is no primary key: who a child refers to is known by what the rows say, whatever was
// read, renamed, removed or rolled back.
#include "support/fixture.hpp"

namespace unique_column_keys {

struct City;
struct Country {
    kin::key<Country> id{};
    std::string code{};
    kin::has_many<City, kin::via<"country_code">> cities{};
    static constexpr auto table = kin::table("coded_country").unique("code");
};
struct City {
    kin::key<City> id{};
    std::optional<std::string> country_code{};
    kin::belongs_to<Country, kin::via<"country_code">> country{};
    static constexpr auto table = kin::table("coded_city")
                                      .foreign_key<Country>(kin::columns("country_code"), kin::columns("code"),
                                                            kin::on_delete::no_action, kin::on_update::cascade);
};

}  // namespace unique_column_keys

namespace {

using namespace unique_column_keys;

class unique_column_keys_of : public kin::test::with_database<kin::models<Country, City>> {
  protected:
    kin::session s{db};
    kin::ref<Country> one{};
    kin::ref<Country> two{};
    kin::ref<City> in_one{};
    kin::ref<City> in_two{};

    void two_countries() {
        one = s.add(Country{.code = "1"});
        two = s.add(Country{.code = "2"});
        in_one = s.add(City{.country = one});
        in_two = s.add(City{.country = two});
        s.commit();
    }
    std::string cities() { return rows("SELECT country_code FROM coded_city ORDER BY id"); }
};

TEST_F(unique_column_keys_of, a_child_that_was_read_again_leaves_the_collection) {
    two_countries();
    EXPECT_EQ(one->cities.size(), 1u);
    s.refresh(in_one);
    one->cities.clear();
    EXPECT_EQ(one->cities.size(), 0u);
    EXPECT_FALSE(in_one->country);
    s.commit();
    EXPECT_EQ(cities(), "NULL; 2");
}

TEST_F(unique_column_keys_of, a_child_that_nobody_touched_learns_of_the_removal) {
    two_countries();
    s.clear();
    const auto all = s.query<City>().order_by(kin::expr::col(&City::id)).all();
    s.remove(s.query<Country>().where(kin::expr::col(&Country::code) == "1").one());
    s.flush();
    EXPECT_EQ(std::as_const(all[0]).country_code, std::nullopt);
    EXPECT_EQ(std::as_const(all[1]).country_code, "2");
    s.commit();
    EXPECT_EQ(cities(), "NULL; 2");
}

TEST_F(unique_column_keys_of, an_object_that_was_rolled_back_is_nobodys_parent) {
    const auto plain = s.add(Country{.code = "7"});
    s.rollback();
    const auto written = s.add(Country{.code = "7"});
    s.flush();
    const auto city = s.add(City{.country_code = "7"});
    s.commit();
    s.expire_all();
    EXPECT_EQ(written->cities.size(), 1u);
    EXPECT_EQ(city->country.handle(), written);
}

TEST_F(unique_column_keys_of, names_that_change_hands_take_their_children_along) {
    two_countries();
    EXPECT_EQ(one->cities.size(), 1u);
    EXPECT_EQ(two->cities.size(), 1u);
    one->code = "2";
    two->code = "1";
    s.flush();
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(one->cities.size(), 1u);
        EXPECT_EQ(two->cities.size(), 1u);
        EXPECT_EQ(in_one->country.handle(), one);
        EXPECT_EQ(in_two->country.handle(), two);
        EXPECT_EQ(std::as_const(*in_one).country_code, "2");
        EXPECT_EQ(std::as_const(*in_two).country_code, "1");
        s.commit();
        s.expire_all();
    }
    EXPECT_EQ(cities(), "2; 1");
}

TEST_F(unique_column_keys_of, a_parent_with_a_new_name_shows_the_children_of_its_row) {
    two_countries();
    s.autoflush(false);
    one->code = "9";
    s.expire(in_one);
    EXPECT_EQ(in_one->country.handle(), one);
    s.expire(two);
    two->code = "8";
    two->cities.clear();
    EXPECT_FALSE(in_two->country);
    s.commit();
    EXPECT_EQ(cities(), "9; NULL");
}

TEST_F(unique_column_keys_of, who_comes_under_a_name_that_is_given_up_comes_before_and_is_taken_along) {
    two_countries();
    const auto by_relation = s.add(City{.country = one});
    const auto by_name = s.add(City{.country_code = "1"});
    in_two->country_code = "1";
    one->code = "3";
    s.flush();
    for (const auto& each : {in_one, in_two, by_relation, by_name}) EXPECT_EQ(each->country_code, "3");
    EXPECT_EQ(by_name->country.handle(), one);
    EXPECT_EQ(one->cities.size(), 4u);
    s.commit();
    EXPECT_EQ(cities(), "3; 3; 3; 3");
}

TEST_F(unique_column_keys_of, who_comes_under_the_name_of_one_that_is_removed_has_no_parent_though_that_was_renamed) {
    two_countries();
    in_one->country = two;
    s.commit();
    const auto fresh = s.add(City{.country_code = "1"});
    in_two->country_code = "1";
    one->code = "3";
    s.remove(one);
    s.flush();
    EXPECT_EQ(fresh->country_code, std::nullopt);
    EXPECT_EQ(in_two->country_code, std::nullopt);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(cities(), "2; NULL; NULL");
}

TEST_F(unique_column_keys_of, one_that_comes_back_refers_to_its_parent_under_the_new_name) {
    two_countries();
    s.remove(in_one);
    one->code = "9";
    s.flush();
    s.add(in_one);
    s.commit();
    EXPECT_EQ(cities(), "9; 2");
    EXPECT_EQ(in_one->country.handle(), one);
}

TEST_F(unique_column_keys_of, a_child_moves_to_the_one_that_takes_the_name_of_its_parent) {
    two_countries();
    in_two->country = one;
    const auto fresh = s.add(City{.country = one});
    two->code = "6";
    one->code = "2";
    s.commit();
    EXPECT_EQ(cities(), "2; 2; 2");
    EXPECT_EQ(in_two->country.handle(), one);
    EXPECT_EQ(fresh->country.handle(), one);
    EXPECT_EQ(one->cities.size(), 3u);
    EXPECT_EQ(two->cities.size(), 0u);
}

TEST_F(unique_column_keys_of, a_name_by_hand_that_changes_hands_leads_to_who_has_it_in_the_end) {
    two_countries();
    const auto three = s.add(Country{.code = "1"});
    in_one->country = three;
    in_two->country_code = "1";
    one->code = "9";
    s.commit();
    EXPECT_EQ(cities(), "1; 1");
    EXPECT_EQ(in_two->country.handle(), three);
    EXPECT_EQ(three->cities.size(), 2u);
    EXPECT_EQ(one->cities.size(), 0u);

    // The same where a row takes it.
    in_one->country_code = "9";
    three->code = "9";
    one->code = "5";
    s.commit();
    EXPECT_EQ(cities(), "9; 9");
    EXPECT_EQ(in_one->country.handle(), three);
    EXPECT_EQ(three->cities.size(), 2u);
}

TEST_F(unique_column_keys_of, a_key_by_hand_that_expires_shows_the_child_with_the_parent_of_its_row) {
    two_countries();
    s.clear();
    s.autoflush(false);
    in_one = s.get_one<City>(1);
    one = s.get_one<Country>(1);
    two = s.get_one<Country>(2);
    in_one->country_code = "2";
    EXPECT_EQ(one->cities.size(), 0u);
    s.expire(in_one);
    EXPECT_EQ(one->cities.size(), 1u);
    EXPECT_EQ(two->cities.size(), 1u);
    EXPECT_EQ(in_one->country.handle(), one);
    EXPECT_FALSE(s.dirty());
}

TEST_F(unique_column_keys_of, one_that_came_back_and_is_removed_again_leaves_the_parent_that_its_key_names) {
    two_countries();
    in_one->country_code = "2";
    s.remove(in_one);
    s.flush();
    EXPECT_EQ(two->cities.size(), 1u);
    two->cities.push_back(in_one);
    EXPECT_EQ(two->cities.size(), 2u);
    s.remove(in_one);
    EXPECT_EQ(two->cities.size(), 1u);
    s.commit();
    EXPECT_EQ(cities(), "2");
}

TEST_F(unique_column_keys_of, an_expired_parent_stands_for_no_name) {
    two_countries();
    s.expire_all();
    run("UPDATE coded_city SET country_code = NULL WHERE id = 1;"
        "DELETE FROM coded_country WHERE id = 1;"
        "INSERT INTO coded_country (id, code) VALUES (3, '1');"
        "UPDATE coded_city SET country_code = '1' WHERE id = 2");
    const auto three = s.get_one<Country>(3);
    EXPECT_EQ(three->cities.size(), 1u);
    EXPECT_EQ(in_two->country.handle(), three);
    s.expire(in_two);
    EXPECT_EQ(in_two->country.handle(), three);
    in_one->country_code = "1";
    s.flush();
    EXPECT_EQ(three->cities.size(), 2u);
    EXPECT_EQ(in_one->country.handle(), three);
    s.commit();
    EXPECT_EQ(cities(), "1; 1");
}

TEST_F(unique_column_keys_of, an_expired_parent_is_assigned_under_the_name_that_it_has_by_now) {
    two_countries();
    s.expire_all();
    run("UPDATE coded_country SET code = '9' WHERE id = 1;"
        "UPDATE coded_country SET code = '1' WHERE id = 2");
    EXPECT_EQ(two->cities.size(), 1u);
    EXPECT_EQ(std::as_const(*in_two).country_code, "1");
    in_two->country = one;
    s.commit();
    EXPECT_EQ(cities(), "9; 9");
    EXPECT_EQ(two->cities.size(), 0u);
    EXPECT_EQ(one->cities.size(), 2u);
    s.commit();
    in_two->country = two;
    s.expire(two);
    run("DELETE FROM coded_country WHERE id = 2");
    EXPECT_EQ(kin::test::thrown<kin::not_found>([&] { s.commit(); }).message(), "the row of this Country is gone");
    s.rollback();
    EXPECT_EQ(in_two->country.handle(), one);
}

TEST_F(unique_column_keys_of, a_load_of_a_part_finds_expired_objects_by_what_they_are_called_now) {
    two_countries();
    s.expire_all();
    run("UPDATE coded_country SET code = '9' WHERE id = 1;"
        "UPDATE coded_country SET code = '1' WHERE id = 2;"
        "UPDATE coded_city SET country_code = '1'");
    const auto found = s.query<City>().with(kin::expr::selectin(&City::country).only(&Country::id)).all();
    for (const City& each : found) EXPECT_EQ(each.country.handle(), two);
    s.commit();
    s.expire_all();
    run("UPDATE coded_city SET country_code = '9'");
    const auto owners = s.query<Country>()
                            .with(kin::expr::selectin(&Country::cities).only(&City::id))
                            .order_by(kin::expr::col(&Country::id))
                            .all();
    EXPECT_EQ(owners[0].cities.size(), 2u);
    EXPECT_EQ(owners[1].cities.size(), 0u);
}

TEST_F(unique_column_keys_of, a_parent_that_is_to_be_read_again_is_read_before_its_name_is_written) {
    two_countries();
    s.expire_all();
    run("UPDATE coded_country SET code = 'new' WHERE id = 1");
    auto city = s.add(City{.country = one});
    in_two->country = one;
    s.commit();
    EXPECT_EQ(rows("SELECT country_code FROM coded_city ORDER BY id"), "new; new; new");
    EXPECT_EQ(city->country->code, "new");
}

}  // namespace
