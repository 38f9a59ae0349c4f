// The columns of a relation's pivot are those of its association object.
// expect: error: .*kin: this is no column of the relation's pivot
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

void ask(const Note& note) {
#ifdef KIN_COMPILES
    (void)note.labels.where_pivot(&NoteLabel::added_by, "ada").all();
#else
    (void)note.labels.where_pivot(&Label::name, "ada").all();
#endif
}
