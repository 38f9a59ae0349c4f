// A select is a table of columns; an object is none.
// expect: error: .*kin: a table is made of columns, not of objects: select members
#include <tuple>

#include "support/blog.hpp"

void find(kin::session& s) {
    using namespace kin::expr;
#ifdef KIN_COMPILES
    (void)s.query<blog::Post>().select(&blog::Post::id).as("t").columns();
#else
    (void)s.query<blog::Post>().select(entity<blog::Post>()).as("t").columns();
#endif
}
