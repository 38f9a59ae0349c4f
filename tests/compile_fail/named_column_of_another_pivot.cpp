// What is named for a row of the pivot is a column of it, and a value.
// expect: error: no matching
#include "support/labelled_notes.hpp"

void write(Note& note) {
#ifdef KIN_COMPILES
    note.labels.update_existing_pivot(1, kin::expr::set(&NoteLabel::added_by, "ada"));
#else
    note.labels.update_existing_pivot(1, kin::expr::set(&Label::name, "ada"));
#endif
}
