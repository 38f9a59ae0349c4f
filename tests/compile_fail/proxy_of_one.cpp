// A proxy starts at a collection, not at a single object.
// expect: error: .*kin: a proxy starts at a collection: has_many, many_to_many or another proxy
// lines: 45
#include "support/blog.hpp"

struct Note {
    kin::key<Note> id{};
    kin::key<blog::Post> post_id{};
    kin::belongs_to<blog::Post> post{};
    kin::many_to_many<blog::Post> posts{};
#ifdef KIN_COMPILES
    kin::proxy<std::string, &Note::posts, "title"> titles{};
#else
    kin::proxy<std::string, &Note::post, "title"> titles{};
#endif
};

auto model() { return kin::models<Note>::list(); }
