// A relation is compared with handles of the model that it leads to.
// expect: error: .*kin: the relation leads to another model than the handle
#include "support/blog.hpp"

void find(kin::session& s, const kin::ref<blog::User>& user, const kin::ref<blog::Post>& post) {
    using kin::expr::col;
#ifdef KIN_COMPILES
    (void)post;
    (void)s.query<blog::Post>().where(col(&blog::Post::author) == user).all();
#else
    (void)user;
    (void)s.query<blog::Post>().where(col(&blog::Post::author) == post).all();
#endif
}
