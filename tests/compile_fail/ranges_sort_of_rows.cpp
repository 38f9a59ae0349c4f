// The iterators over mutable objects are no forward iterators to std::ranges.
// expect: error: no match for call to .*__sort_fn|error: no matching function for call to object
// lines: 60
#include <algorithm>

#include "support/blog.hpp"

void sorted(kin::rows<blog::User>& users) {
#ifdef KIN_COMPILES
    (void)std::ranges::count(users, "Ada", &blog::User::name);
#else
    std::ranges::sort(users, {}, &blog::User::name);
#endif
}
