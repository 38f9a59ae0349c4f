// The members of a base class cannot be told from the model's own.
// expect: error: .*kin: a model has no base class: what several share is a struct of its own and a member of each
#include <kin/kin.hpp>

struct Stamps {
    kin::created_at created_at{};
};

#ifdef KIN_COMPILES
struct Post {
    kin::key<Post> id{};
    Stamps stamps{};
};
#else
struct Post : Stamps {
    kin::key<Post> id{};
};
#endif

void add(kin::session& s) { s.add(Post{}); }
