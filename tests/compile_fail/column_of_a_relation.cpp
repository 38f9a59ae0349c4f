// A relation is no column to compare.
// expect: error: .*kin: this member is a relation, not a column
#include "support/blog.hpp"

void find(kin::session& s) {
    using kin::expr::col;
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().order_by(col(&blog::User::name)).all();
#else
    (void)s.query<blog::User>().order_by(col(&blog::User::posts)).all();
#endif
}
