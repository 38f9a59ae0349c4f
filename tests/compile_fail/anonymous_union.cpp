// Nobody can tell which member of a union it holds, with a name or without.
// expect: error: .*kin: a bit field, a volatile member or an anonymous union is no column
// lines: 90
#include <kin/kin.hpp>

struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    int number{};
#else
    union {
        int number;
        float share;
    };
#endif
};

void read(kin::session& s) { (void)s.query<Post>(); }
