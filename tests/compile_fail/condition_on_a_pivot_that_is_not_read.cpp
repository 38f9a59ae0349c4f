// A plain query reads no pivot: neither a condition on one nor an order by one.
// expect: error: .*kin: this query does not read the condition's model: join it first, or ask the relation
#include "support/labelled_notes.hpp"

void ask(kin::session& s, const Note& note) {
    using kin::expr::col;
#ifdef KIN_COMPILES
    (void)note.labels.where(col(&NoteLabel::added_by) == "ada").all();
    (void)s.query<Label>().where(col(&Label::name) == "red").order_by(&Label::name).all();
    auto joined = s.query<Label>();
    joined.join<NoteLabel>(col(&NoteLabel::label_id) == col(&Label::id));
    (void)joined.where(col(&NoteLabel::added_by) == "ada").order_by(&NoteLabel::added_by).all();
#else
    (void)note;
    (void)s.query<Label>().where(col(&NoteLabel::added_by) == "ada").all();
#endif
}
