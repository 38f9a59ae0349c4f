// Below a morph_to a path goes on from one of its models.
// expect: error: .*kin: this path is broken: each member must belong to the model that the relation before it leads to
#include <kin/morph.hpp>

struct Author {
    kin::key<Author> id{};
};
struct Post {
    kin::key<Post> id{};
    kin::key<Author> author_id{};
    kin::belongs_to<Author> author{};
};
struct Photo {
    kin::key<Photo> id{};
    kin::key<Author> author_id{};
    kin::belongs_to<Author> author{};
};
struct Note {
    kin::key<Note> id{};
    kin::morph_to<Post> notable{};
};

void load(kin::session& s) {
#ifdef KIN_COMPILES
    (void)s.query<Note>().with(&Note::notable, &Post::author).all();
#else
    (void)s.query<Note>().with(&Note::notable, &Photo::author).all();
#endif
}
