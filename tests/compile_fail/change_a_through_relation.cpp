// A through relation has no mutators.
// expect: error: .*kin: this relation is viewonly: change what it is a view of
#include "support/blog.hpp"

struct City;
struct Street;
struct Country {
    kin::key<Country> id{};
    kin::has_many<City> cities{};
    kin::has_many_through<Street, City> streets{};
};
struct City {
    kin::key<City> id{};
    kin::key<Country> country_id{};
};
struct Street {
    kin::key<Street> id{};
    kin::key<City> city_id{};
};

void change(Country& c) {
#ifdef KIN_COMPILES
    c.cities.push_back(City{});
#else
    c.streets.push_back(Street{});
#endif
}
