// A user's key and a post's key are not compared with each other in C++ either.
// expect: error: .*deleted (function .*operator==|operator .==)
// expect: A = blog::Post
#include "support/blog.hpp"

bool same(const blog::Post& post, const blog::User& user) {
#ifdef KIN_COMPILES
    return post.user_id == user.id;
#else
    return post.id == user.id;
#endif
}
