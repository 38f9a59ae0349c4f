// A post's id is not taken where a user's is wanted.
// expect: error: .*kin: this is the key of another model
#include "support/blog.hpp"

kin::ref<blog::User> author(kin::session& s, const blog::Post& post) {
#ifdef KIN_COMPILES
    return s.get<blog::User>(post.user_id);
#else
    return s.get<blog::User>(post.id);
#endif
}
