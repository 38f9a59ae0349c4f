// What is summed up is a column of what the relation leads to.
// expect: error: .*kin: this column belongs to another model than the relation leads to
#include "support/blog.hpp"

void find(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<blog::User>().with_max(&blog::User::posts, &blog::Post::title).all();
#else
    (void)s.query<blog::User>().with_max(&blog::User::posts, &blog::User::name).all();
#endif
}
