// The side with the key names this model in a morph_to.
// expect: error: .*kin: no morph_to of the other model has this one in its set
#include <kin/morph.hpp>

struct Note;
struct Post {
    kin::key<Post> id{};
};
struct Photo {
    kin::key<Photo> id{};
    kin::morph_many<Note> notes{};
};
struct Note {
    kin::key<Note> id{};
#ifdef KIN_COMPILES
    kin::morph_to<Post, Photo> notable{};
#else
    kin::morph_to<Post> notable{};
#endif
};

void load(kin::session& s) { (void)s.query<Photo>().with(&Photo::notes).all(); }
