// A pivot links keys of its two models.
// expect: error: .*kin: this is the key of another model
#include "support/labelled_notes.hpp"

void link(Note& note) {
#ifdef KIN_COMPILES
    note.labels.attach(kin::key<Label>{1});
#else
    note.labels.attach(kin::key<Note>{1});
#endif
}
