// Where two members of the other model lead here, one is named.
// expect: error: .*kin: two morph_to of the other model lead here: name one with kin::via<"member">
#include <kin/morph.hpp>

struct Note;
struct Post {
    kin::key<Post> id{};
#ifdef KIN_COMPILES
    kin::morph_many<Note, kin::via<"notable">> notes{};
#else
    kin::morph_many<Note> notes{};
#endif
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post> notable{};
    kin::morph_to<Post, kin::nullable> answers{};
};

void load(kin::session& s) { (void)s.query<Post>().with(&Post::notes).all(); }
