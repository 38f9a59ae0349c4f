// A pivot links keys of its two models.
// expect: error: .*kin: this is the key of another model
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

void link(Note& note) {
#ifdef KIN_COMPILES
    note.labels.attach(kin::key<Label>{1});
#else
    note.labels.attach(kin::key<Note>{1});
#endif
}
