// A condition on what a morph_to leads to is about one of its models.
// expect: error: .*kin: a morph_to leads to several models: say whose condition it is, where<Post>
#include <kin/morph.hpp>
using namespace kin::expr;

struct Post {
    kin::key<Post> id{};
    std::string title{};
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post> on{};
};

void find(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<Note>().with(selectin(&Note::on).where<Post>(col(&Post::title).like("a%"))).all();
#else
    (void)s.query<Note>().with(selectin(&Note::on).where(col(&Post::title).like("a%"))).all();
#endif
}
