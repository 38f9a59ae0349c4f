// The same, seen from the parent and asked by a query.
// expect: error: .*kin: two foreign keys reach the same model: name one with kin::via<"column">
#include <kin/kin.hpp>

struct Post;
struct User {
    kin::key<User> id{};
#ifdef KIN_COMPILES
    kin::has_many<Post, kin::via<"editor_id">> posts{};
#else
    kin::has_many<Post> posts{};
#endif
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> author_id{};
    std::optional<kin::key<User>> editor_id{};
};

void load(kin::session& s) { (void)s.query<User>().with(&User::posts).all(); }
