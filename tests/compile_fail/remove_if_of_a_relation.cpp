// It would move the contents of the objects that stay over those that go: erase them.
// expect: error: .*deleted
// lines: 30
#include <algorithm>

#include "support/blog.hpp"

void remove_drafts(blog::User& user) {
    const auto draft = [](const blog::Post& p) { return p.title.empty(); };
#ifdef KIN_COMPILES
    for (auto at = user.posts.begin(); at != user.posts.end();) {
        draft(*at) ? void(at = user.posts.erase(at)) : void(++at);
    }
    (void)std::find_if(user.posts.begin(), user.posts.end(), draft);
#else
    (void)std::remove_if(user.posts.begin(), user.posts.end(), draft);
#endif
}
