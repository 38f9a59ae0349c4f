// Exchanging two rows of a result would exchange what the objects hold.
// expect: error: .*deleted
// lines: 30
#include <algorithm>

#include "support/blog.hpp"

void exchanged(kin::rows<blog::User>& users) {
#ifdef KIN_COMPILES
    std::swap(users[0].name, users[1].name);
#else
    std::iter_swap(users.begin(), users.begin() + 1);
#endif
}
