// Only relations are loaded with a query.
// expect: error: .*kin: this member is a column, not a relation
#include "support/blog.hpp"

void load(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().with(&blog::User::posts).all();
#else
    (void)s.query<blog::User>().with(&blog::User::name).all();
#endif
}
