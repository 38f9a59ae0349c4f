// The first step of a path belongs to the model of the query.
// expect: error: .*kin: this path is broken: each member must belong to the model that the relation before it leads to
#include "support/blog.hpp"

void load(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::Post>().with(&blog::Post::comments).all();
#else
    (void)s.query<blog::User>().with(&blog::Post::comments).all();
#endif
}
