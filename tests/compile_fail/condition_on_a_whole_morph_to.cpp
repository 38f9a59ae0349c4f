// A condition is about one model: a morph_to's are named.
// expect: error: .*kin: a morph_to leads to several models: name them, any<Post, Video>
#include <kin/morph.hpp>
using namespace kin::expr;

struct Post {
    kin::key<Post> id{};
    std::string title{};
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post> notable{};
};

void find(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<Note>().where(any<Post>(&Note::notable, col(&Post::title) == "x")).all();
#else
    (void)s.query<Note>().where(any(&Note::notable, col(&Post::title) == "x")).all();
#endif
}
