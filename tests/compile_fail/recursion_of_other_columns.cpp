// The step of a recursion selects what its beginning does.
// expect: error: .*kin: the step of a recursion must select columns of the same types as its beginning
#include "support/blog.hpp"

void find(kin::session& s) {
    using namespace kin::expr;
    const auto first = s.query<blog::Post>().select(&blog::Post::id);
    (void)first.recursive("t", [&](const auto&) {
#ifdef KIN_COMPILES
        return s.query<blog::Post>().select(&blog::Post::id);
#else
        return s.query<blog::Post>().select(&blog::Post::views);
#endif
    });
}
