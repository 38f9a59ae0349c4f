// A user's key and a post's key are two types.
// expect: error: .*kin: a column of this type cannot be compared with a value of that type
#include "support/blog.hpp"

void find(kin::session& s, const blog::Post& post) {
    using kin::expr::col;
#ifdef KIN_COMPILES
    (void)s.query<blog::Post>().where(col(&blog::Post::user_id) == post.user_id).all();
#else
    (void)s.query<blog::Post>().where(col(&blog::Post::user_id) == post.id).all();
#endif
}
