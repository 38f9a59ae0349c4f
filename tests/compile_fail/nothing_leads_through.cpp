// A through relation needs keys on its way.
// expect: error: .*kin: nothing leads through the model between: it needs a kin::key<…> of the owner
#include "support/blog.hpp"

struct City;
struct Street;
struct Country {
    kin::key<Country> id{};
    kin::has_many_through<Street, City> streets{};
};
struct City {
    kin::key<City> id{};
    kin::key<Country> country_id{};
};
struct Street {
    kin::key<Street> id{};
#ifdef KIN_COMPILES
    kin::key<City> city_id{};
#else
    int city_id{};
#endif
};

void ask(kin::session& s) { (void)s.query<Country>().with(&Country::streets).all(); }
