// A CASE has one type, whichever branch it takes.
// expect: error: .*kin: all branches of a case must have one type
#include <tuple>

#include "support/blog.hpp"

void find(kin::session& s) {
    using namespace kin::expr;
    const kin::condition read = col(&blog::Post::views) > 3;
#ifdef KIN_COMPILES
    (void)s.query<blog::Post>().select(when(read, "read").otherwise("new")).all();
#else
    (void)s.query<blog::Post>().select(when(read, "read").otherwise(0)).all();
#endif
}
