// A row is read into the members.
// expect: error: .*kin: a model has no const members and no references
#include <kin/kin.hpp>

struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    int views{};
#else
    const int views = 0;
#endif
};

void read(kin::session& s) { (void)s.query<Post>(); }
