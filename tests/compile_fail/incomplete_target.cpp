// Whoever walks over a relation has to know its model.
// expect: error: .*kin: the relation's model is only declared here: include its definition first
#include <kin/kin.hpp>

struct Post;
struct User {
    kin::key<User> id{};
    kin::has_many<Post> posts{};
};
#ifdef KIN_COMPILES
struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
};
#endif

int count(const User& user) {
    int n = 0;
    for ([[maybe_unused]] const Post& post : user.posts) ++n;
    return n;
}
