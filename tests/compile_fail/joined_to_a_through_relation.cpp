// What is found across others has a statement of its own.
// expect: error: .*kin: a relation across others, one of many or of a tree is not joined: say selectin
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

void ask(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<Country>().with(kin::expr::joined(&Country::cities)).all();
#else
    (void)s.query<Country>().with(kin::expr::joined(&Country::streets)).all();
#endif
}
