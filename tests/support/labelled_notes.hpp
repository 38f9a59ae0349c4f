// Notes with labels, and who put each label there.
#pragma once

#include <string>

#include <kin/kin.hpp>

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
