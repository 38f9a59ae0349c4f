// A column of numbers is not compared with a text.
// expect: error: .*kin: a column of this type cannot be compared with a value of that type
#include "support/blog.hpp"

void find(kin::session& s) {
    using kin::expr::col;
#ifdef KIN_COMPILES
    (void)s.query<blog::Post>().where(col(&blog::Post::views) == 3).all();
#else
    (void)s.query<blog::Post>().where(col(&blog::Post::views) == "three").all();
#endif
}
