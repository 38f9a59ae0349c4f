// Only what a database can add up is summed.
// expect: error: .*kin: sum needs a number
#include "support/blog.hpp"

auto total() {
#ifdef KIN_COMPILES
    return kin::expr::sum(kin::expr::col(&blog::Post::views));
#else
    return kin::expr::sum(kin::expr::col(&blog::Post::title));
#endif
}
