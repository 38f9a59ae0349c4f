// A reference cannot be made to refer to what was read.
// expect: error: .*kin: a model has no const members and no references
#include <kin/kin.hpp>

struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    std::string title{};
#else
    std::string& title;
#endif
};

void read(kin::session& s) { (void)s.query<Post>(); }
