// As with sorting; the members of a relation stand in the order that they are loaded in.
// expect: error: .*deleted
// lines: 30
#include <algorithm>

#include "support/blog.hpp"

void turned(blog::User& user) {
#ifdef KIN_COMPILES
    for (auto at = user.posts.end(); at != user.posts.begin();) (--at)->title += "!";
#else
    std::reverse(user.posts.begin(), user.posts.end());
#endif
}
