// A plain query has no pivot whose columns could be asked for.
// expect: error: .*kin: a query has no pivot: ask the relation, post->tags.where_pivot
#include "support/blog.hpp"

struct Label;
struct Note;
struct NoteLabel {
    kin::key<Note> note_id{};
    kin::key<Label> label_id{};
    std::string added_by{};
    static constexpr auto table = kin::table("note_label").primary_key("note_id", "label_id");
};
struct Note {
    kin::key<Note> id{};
    kin::many_to_many<Label, NoteLabel> labels{};
};
struct Label {
    kin::key<Label> id{};
    std::string name{};
};

void ask(kin::session& s, const Note& note) {
#ifdef KIN_COMPILES
    (void)s;
    (void)note.labels.where_pivot(&NoteLabel::added_by, "ada").all();
#else
    (void)note;
    (void)s.query<Label>().where_pivot(&NoteLabel::added_by, "ada").all();
#endif
}
