// The columns of a relation's pivot are those of its association object.
// expect: error: .*kin: this is no column of the relation's pivot
#include "support/labelled_notes.hpp"

void ask(const Note& note) {
#ifdef KIN_COMPILES
    (void)note.labels.where_pivot(&NoteLabel::added_by, "ada").all();
#else
    (void)note.labels.where_pivot(&Label::name, "ada").all();
#endif
}
