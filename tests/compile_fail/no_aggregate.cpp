// A model is a plain struct: a constructor makes it something else.
// expect: error: .*kin: a model must be an aggregate: no constructors, no private members, no virtual functions
#include <kin/kin.hpp>

struct User {
#ifndef KIN_COMPILES
    explicit User(std::string n) : name{std::move(n)} {}
#endif
    kin::key<User> id{};
    std::string name{};
};

void find(kin::session& s) { (void)s.query<User>().all(); }
