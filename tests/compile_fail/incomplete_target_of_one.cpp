// Whoever follows a relation has to know its model.
// expect: error: .*kin: the relation's model is only declared here: include its definition first
#include <kin/kin.hpp>

struct User;
struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    kin::belongs_to<User> author{};
};
#ifdef KIN_COMPILES
struct User {
    kin::key<User> id{};
};
#endif

bool written(const Post& post) { return static_cast<bool>(post.author); }
