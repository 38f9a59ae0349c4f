// A blog's objects as text, fields and relations, without touching or loading anything: for comparing what was with
// what is.
#pragma once

#include <string>

#include "support/models.hpp"

namespace sample {

inline std::string name_in_picture(const User& u) { return u.email; }
inline std::string name_in_picture(const Post& p) { return p.title; }
inline std::string name_in_picture(const Comment& c) { return c.text; }
inline std::string name_in_picture(const Profile& p) { return p.text; }

template <class Many>
requires requires(const Many& m) { m.size(); }
std::string side(const Many& many) {
    if (!many.loaded()) return " ?";
    std::string out = " [";
    for (const auto& each : many) out += name_in_picture(each) + ",";
    return out + "]";
}
template <class One>
requires(!requires(const One& o) { o.size(); }) std::string side(const One& one) {
    if (!one.loaded()) return " ?";
    const auto* target = one.get();
    return target == nullptr ? " -" : " " + name_in_picture(*target);
}

inline std::string picture(const User* u) {
    return "User " + std::to_string(u->id.value) + " " + u->name + " " + u->email + " " + u->bio.value_or("-") + " " +
           std::to_string(u->age) + " " + std::to_string(u->created_at.microseconds) + side(u->posts) +
           side(u->edited) + side(u->profile) + "\n";
}
inline std::string picture(const Profile* p) {
    return "Profile " + std::to_string(p->id.value) + " " +
           (p->user_id ? std::to_string(p->user_id->value) : std::string{"-"}) + " " + p->text + side(p->user) + "\n";
}
inline std::string picture(const Post* p) {
    return "Post " + std::to_string(p->id.value) + " " + std::to_string(p->user_id.value) + " " +
           (p->editor_id ? std::to_string(p->editor_id->value) : std::string{"-"}) + " " + p->title + " " +
           std::to_string(p->views) + side(p->author) + side(p->editor) + side(p->comments) + "\n";
}
inline std::string picture(const Comment* c) {
    return "Comment " + std::to_string(c->id.value) + " " + std::to_string(c->post_id.value) + " " + c->text +
           side(c->post) + "\n";
}
template <class... Handles>
std::string picture_of(const Handles&... handles) {
    return (picture(handles.get()) + ...);
}

}  // namespace sample
