// A plain query has no pivot whose columns could be asked for.
// expect: error: .*kin: a query has no pivot: ask the relation, post->tags.where_pivot
#include "support/labelled_notes.hpp"

void ask(kin::session& s, const Note& note) {
#ifdef KIN_COMPILES
    (void)s;
    (void)note.labels.where_pivot(&NoteLabel::added_by, "ada").all();
#else
    (void)note;
    (void)s.query<Label>().where_pivot(&NoteLabel::added_by, "ada").all();
#endif
}
