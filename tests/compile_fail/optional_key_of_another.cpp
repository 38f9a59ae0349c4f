// A key that may be missing, of another model, names no object.
// expect: error: (no matching|cannot convert|could not convert)
#include <kin/kin.hpp>

struct User {
    kin::key<User> id{};
    std::string name{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
};

#ifdef KIN_COMPILES
void find(kin::session& s, const Post& post) { (void)s.get<User>(*post.user_id); }
#else
void find(kin::session& s, const Post& post) { (void)s.get<Post>(post.user_id); }
#endif
