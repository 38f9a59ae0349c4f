// A morph_to leads to the models that it names, and asks for no others.
// expect: error: .*kin: this model is not in the morph_to's set
#include <kin/morph.hpp>

struct Post {
    kin::key<Post> id{};
};
struct Photo {
    kin::key<Photo> id{};
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post> notable{};
};

bool of_a_photo(const Note& note) {
#ifdef KIN_COMPILES
    return note.notable.holds<Post>();
#else
    return note.notable.holds<Photo>();
#endif
}
