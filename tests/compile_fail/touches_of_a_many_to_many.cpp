// Who is touched stands on the side with the key.
// expect: error: .*kin: kin::touches is an option of belongs_to: give it to that of the association object
#include <kin/kin.hpp>

struct Tag {
    kin::key<Tag> id{};
    kin::updated_at updated_at{};
};
struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    kin::many_to_many<Tag> tags{};
#else
    kin::many_to_many<Tag, kin::touches> tags{};
#endif
};

void make(kin::session& s) { s.add(Post{}); }
