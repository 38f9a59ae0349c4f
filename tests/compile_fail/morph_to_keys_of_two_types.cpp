// One column holds the keys of all models of a morph_to.
// expect: error: .*kin: the models of a morph_to have keys of one type: say which with kin::id_as<
#include <kin/morph.hpp>

struct Post {
    kin::key<Post> id{};
};
struct Document {
#ifdef KIN_COMPILES
    kin::key<Document> id{};
#else
    kin::key<Document, std::string> id{};
#endif
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post, Document> notable{};
};

void attach(Note& note, const kin::ref<Document>& document) { note.notable = document; }
