// Which members of which objects JSON speaks of: dotted paths, verified against the models.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/json.hpp>
#include <kin/mapping/model.hpp>

#include "mapping/dotted.hpp"

namespace kin::detail {

/// Dotted paths as a tree.
struct path_tree {
    std::vector<std::pair<std::string, path_tree>> below{};
    bool whole = false;  ///< a path ends here

    void add(std::string_view path) {
        if (path.empty()) {
            whole = true;
            return;
        }
        const std::size_t dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        auto at = std::find_if(below.begin(), below.end(), [&](const auto& p) { return p.first == name; });
        if (at == below.end()) at = below.insert(below.end(), {std::string{name}, {}});
        at->second.add(dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1));
    }
    [[nodiscard]] const path_tree* find(std::string_view name) const {
        for (const auto& [known, tree] : below) {
            if (known == name) return &tree;
        }
        return nullptr;
    }
};

/// A member's name, or the first part of that of an embedded one.
inline bool is_member(const mapping::model& m, std::string_view prefix, std::string_view name) {
    const std::string whole = std::string{prefix} + std::string{name};
    return std::any_of(m.columns.begin(), m.columns.end(), [&](const mapping::column& c) {
        return c.member == whole || c.member.starts_with(whole + ".");
    });
}

inline std::string names_of(const mapping::model& m) {
    std::string names;
    for (const mapping::column& c : m.columns) names += (names.empty() ? "" : ", ") + c.member;
    std::string_view last;
    for (const mapping::relation& r : m.relations) {
        if (r.name != last) names += ", " + r.name;
        last = r.name;
    }
    return names;
}

inline void verify(const mapping::model& m, const path_tree& paths, const std::string& prefix, const site& where) {
    for (const auto& [name, below] : paths.below) {
        const mapping::relation* r = prefix.empty() ? m.find_relation(name) : nullptr;
        if (r != nullptr) {
            if (r->target != nullptr && r->morph == mapping::morph_side::none) verify(*r->target, below, {}, where);
            continue;
        }
        if (!is_member(m, prefix, name)) {
            throw unknown_name{
                m.name + " has no member '" + mapping::shown(prefix + name) + "'; it has: " + names_of(m),
                {.where = where}};
        }
        verify(m, below, prefix + name + ".", where);
    }
}

/// What is written, or may be read, of one object.
struct selection {
    const path_tree* only = nullptr;  ///< null: all
    const path_tree* except = nullptr;

    [[nodiscard]] bool has(std::string_view name) const {
        if (except != nullptr) {
            const path_tree* not_this = except->find(name);
            if (not_this != nullptr && not_this->whole) return false;
        }
        return only == nullptr || only->find(name) != nullptr;
    }
    /// Whether it is there because it was asked for.
    [[nodiscard]] bool names(std::string_view name) const { return only != nullptr && only->find(name) != nullptr; }
    [[nodiscard]] selection below(std::string_view name) const {
        selection next;
        if (only != nullptr) {
            const path_tree* here = only->find(name);
            next.only = here == nullptr || here->below.empty() ? nullptr : here;
        }
        if (except != nullptr) next.except = except->find(name);
        return next;
    }
};

struct parsed_paths {
    path_tree only{};
    path_tree except{};
    selection all{};

    parsed_paths(const mapping::model& m, const json_paths& paths, const site& where) {
        read(m, paths.only, only, where);
        read(m, paths.except, except, where);
        if (!paths.only.empty()) all.only = &only;
        if (!paths.except.empty()) all.except = &except;
    }
    parsed_paths(const parsed_paths&) = delete;
    parsed_paths& operator=(const parsed_paths&) = delete;

  private:
    /// One by one: what is known is no wider than the models are, however many names there are.
    static void read(const mapping::model& m, const std::vector<std::string>& paths, path_tree& to, const site& where) {
        for (const std::string& path : paths) {
            mapping::require_short(path, where);
            path_tree one;
            one.add(path);
            verify(m, one, {}, where);
            to.add(path);
        }
    }
};

}  // namespace kin::detail
