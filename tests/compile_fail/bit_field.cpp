// A bit field has no address.
// expect: error: .*kin: a bit field, a volatile member or an anonymous union is no column
#include <kin/kin.hpp>

struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    int flags{};
#else
    int flags : 3 = 0;
#endif
};

void read(kin::session& s) { (void)s.query<Post>(); }
