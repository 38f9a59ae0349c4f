// Nobody can tell which member of a union it holds.
// expect: error: .*kin: a union is no model and no column
#include <kin/kin.hpp>

union number_or_share {
    int number;
    float share;
};
struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    int number{};
#else
    number_or_share number{};
#endif
};

void read(kin::session& s) { (void)s.query<Post>(); }
