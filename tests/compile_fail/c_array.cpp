// A C array is many members to a compiler, and one column to nobody.
// expect: error: .*kin: a C array cannot be a column: use std::array with a codec, or a relation
#include <kin/kin.hpp>

struct Post {
    kin::key<Post> id{};
    std::string title{};
#ifdef KIN_COMPILES
    std::string words{};
#else
    int words[4]{};
#endif
};

void add(kin::session& s) { s.add(Post{}); }
