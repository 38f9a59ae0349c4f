// Rows of selected columns are tuples; kin.hpp does not include <tuple> for those who read none.
// expect: error: .*kin: rows of selected columns are tuples: include <tuple>
#ifdef KIN_COMPILES
#include <tuple>
#endif

#include "support/blog.hpp"

void find(kin::session& s) { (void)s.query<blog::User>().select(&blog::User::id, &blog::User::name).all(); }
