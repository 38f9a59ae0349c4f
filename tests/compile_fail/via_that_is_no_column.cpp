// A misspelt column is not the same as no key at all.
// expect: error: .*kin: kin::via<.*> names no column of the model that has the key
#include <kin/kin.hpp>

struct Post;
struct User {
    kin::key<User> id{};
#ifdef KIN_COMPILES
    kin::has_many<Post, kin::via<"author_id">> posts{};
#else
    kin::has_many<Post, kin::via<"autor_id">> posts{};
#endif
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> author_id{};
};

void create(kin::database& db) { db.create<kin::models<User, Post>>(); }
