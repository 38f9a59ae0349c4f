// Nobody can tell which member of a union it holds.
// expect: error: .*kin: a union is no model and no column
#include <kin/kin.hpp>

#ifdef KIN_COMPILES
struct Post {
#else
union Post {
#endif
    kin::key<Post> id{};
    int number;
};

void read(kin::session& s) { (void)s.query<Post>(); }
