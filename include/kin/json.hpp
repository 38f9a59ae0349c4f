// JSON: objects with the relations that somebody asked for; columns, read with errors that say where. Needs no library.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/mapping/registration.hpp>

namespace kin {

/// Which members: names of columns and relations, dotted to go on (`author.name`, 10 steps at most). A relation's name
/// alone is all of it. unknown_name where a path leads nowhere, or to a hidden column. What `only` names is written
/// wherever it comes, so a request should choose among lists of the program's, not say it itself.
struct json_paths {
    std::vector<std::string> only{};    ///< nothing: all columns, and the relations that were loaded when asked for
    std::vector<std::string> except{};  ///< not these
    int indent = 0;                     ///< spaces for each level; 0: all in one line
};

namespace detail {

/// A list, or `one` object.
void write_json(std::string& to, const mapping::model&, const graph::node* const*, std::size_t count, const json_paths&,
                bool one, const site&);
void write_json(std::string& to, const mapping::model&, const void* object, const json_paths&, const site&);
/// Reads one object, or (`list`) calls `next` for the place of each.
void read_json(std::string_view text, const mapping::model&, void* object, const json_paths&, const site&);
void read_json_list(std::string_view text, const mapping::model&, void* to, void* (*next)(void* to), const json_paths&,
                    const site&);

}  // namespace detail

/// The object's columns under the names of the members, `{"id":1,"name":"Ada"}`, and of its relations those that the
/// query which returned it, `session.load` or the model's declaration loads with it, `"posts":[{"id":…}]`: what happens
/// to be in memory beside it changes nothing. Relations that `only` names are there in any case: what is not loaded is
/// loaded, as by a touch; else nothing is. Columns that were not read are left out, and those that are hidden
/// (`kin::hidden`). Does not go back along the relation by which it came. An object that is being written is referred
/// to below itself, by its key: `{"id":1}`. A relation that comes again below itself (who follows whom, the children of
/// children) is written of each object once, where that stands nearest to the root; so a tree is nested as deep as it
/// is, and a crowd in which all know each other costs what its links cost. Text that is no UTF-8 has U+FFFD for what is
/// none, a `kin::json` that is no JSON is a text.
template <class T>
[[nodiscard]] std::string to_json(const ref<T>& object, const json_paths& paths = {},
                                  const site& where = site::current()) {
    std::string text;
    const graph::node* n = object.kin_node();
    if (n == nullptr) return "null";
    detail::write_json(text, mapping::model_of<std::remove_const_t<T>>(), &n, 1, paths, true, where);
    return text;
}
/// A list of objects.
template <class T>
[[nodiscard]] std::string to_json(const rows<T>& objects, const json_paths& paths = {},
                                  const site& where = site::current()) {
    std::string text;
    detail::write_json(text, mapping::model_of<T>(), objects.kin_list().begin(), objects.size(), paths, false, where);
    return text;
}
/// A plain object: its columns alone, as they stand.
template <class T>
requires(
    std::is_class_v<T> && !requires(const T& o) { o.kin_node(); } && !requires(const T& o) { o.kin_list(); } &&
    !requires { typename T::kin_relation; }) [[nodiscard]] std::string
    to_json(const T& object, const json_paths& paths = {}, const site& where = site::current()) {
    std::string text;
    detail::write_json(text, mapping::model_of<T>(), &object, paths, where);
    return text;
}

/// A T with the columns of the document; what it does not name keeps the value of a fresh T. conversion_error where
/// the text is no JSON (with line and column) or a value does not fit (`address.zip: a number is expected, and there is
/// a text: "abc"`), unknown_name for names that are no columns or that `paths` does not let in.
template <class T>
[[nodiscard]] T from_json(std::string_view text, const json_paths& paths = {}, const site& where = site::current()) {
    T made{};
    detail::read_json(text, mapping::model_of<T>(), &made, paths, where);
    return made;
}
/// The same of a list.
template <class T>
[[nodiscard]] std::vector<T> list_from_json(std::string_view text, const json_paths& paths = {},
                                            const site& where = site::current()) {
    std::vector<T> made;
    detail::read_json_list(
        text, mapping::model_of<T>(), &made,
        [](void* to) -> void* { return &static_cast<std::vector<T>*>(to)->emplace_back(); }, paths, where);
    return made;
}
/// Brings the columns of the document into an object, all of them or (where one does not fit) none.
template <class T>
void assign_json(T& object, std::string_view text, const json_paths& paths = {}, const site& where = site::current()) {
    detail::read_json(text, mapping::model_of<T>(), &object, paths, where);
}

}  // namespace kin
