// A query counts along its own model's relations.
// expect: error: .*kin: this relation belongs to another model than the objects
#include "support/blog.hpp"

void find(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().with_count(&blog::User::posts).all();
#else
    (void)s.query<blog::Post>().with_count(&blog::User::posts).all();
#endif
}
