// As with assignment: a child is moved in, or named by its handle.
// expect: error: .*deleted
#include "support/blog.hpp"

void write(blog::User& user, blog::Post& post, const kin::ref<blog::Post>& handle) {
#ifdef KIN_COMPILES
    user.posts.push_back(handle);
    user.posts.push_back(std::move(post));
#else
    user.posts.push_back(post);
#endif
}
