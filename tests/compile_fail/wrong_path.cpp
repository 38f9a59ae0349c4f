// Each step of a path starts where the one before leads to.
// expect: error: .*kin: this path is broken: each member must belong to the model that the relation before it leads to
#include "support/blog.hpp"

void load(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().with(&blog::User::posts, &blog::Post::comments).all();
#else
    (void)s.query<blog::User>().with(&blog::User::posts, &blog::Comment::post).all();
#endif
}
