// An object that somebody else keeps is not copied in silence: it is moved, or named by its handle.
// expect: error: .*(deleted|kin: )
#include "support/blog.hpp"

void sign(blog::Post& post, blog::User& user, const kin::ref<blog::User>& handle) {
#ifdef KIN_COMPILES
    post.author = handle;
    post.author = std::move(user);
    post.author = nullptr;
#else
    post.author = user;
#endif
}
