// Where two keys reach the same model, the relation has to say which one it means.
// expect: error: .*kin: two foreign keys reach the same model: name one with kin::via<"column">
#include <kin/kin.hpp>

#ifdef KIN_COMPILES
using author_key = kin::via<"author_id">;
#endif

struct User {
    kin::key<User> id{};
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> author_id{};
    std::optional<kin::key<User>> editor_id{};
#ifdef KIN_COMPILES
    kin::belongs_to<User, author_key> author{};
#else
    kin::belongs_to<User> author{};
#endif
};

void create(kin::database& db) { db.create<kin::models<User, Post>>(); }
