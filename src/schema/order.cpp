// Sorts tables by their foreign keys; a cycle is entered at the table that is listed first.
#include "order.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "compare/tokens.hpp"

namespace kin::schema {

namespace {

using tables = std::vector<const sql::table_definition*>;

std::string full_name(std::string_view schema, std::string_view name) {
    return std::string{schema}.append(1, '\0').append(name);
}

// Targets that are still to be created. Usually there are few left to walk when this matters.
class waiting_room {
  public:
    explicit waiting_room(std::span<const sql::table_definition> all) {
        std::unordered_map<std::string, const sql::table_definition*> by_name;
        for (const sql::table_definition& t : all) by_name.emplace(full_name(t.schema, t.name), &t);
        for (const sql::table_definition& t : all) {
            auto& targets = targets_[&t];
            for (const sql::foreign_key_definition& key : t.foreign_keys) {
                const auto found = by_name.find(full_name(key.schema, key.table));
                if (found != by_name.end() && found->second != &t) targets.push_back(found->second);
            }
            waiting_.insert(&t);
        }
    }

    [[nodiscard]] bool ready(const sql::table_definition& t) const {
        return std::ranges::none_of(targets_.at(&t), [&](const auto* target) { return waiting_.contains(target); });
    }

    // Whether the table waits for itself, around others.
    [[nodiscard]] bool in_cycle(const sql::table_definition& t) const {
        std::unordered_set<const sql::table_definition*> seen;
        tables open{&t};
        while (!open.empty()) {
            const sql::table_definition& at = *open.back();
            open.pop_back();
            for (const sql::table_definition* target : targets_.at(&at)) {
                if (!waiting_.contains(target)) continue;
                if (target == &t) return true;
                if (seen.insert(target).second) open.push_back(target);
            }
        }
        return false;
    }

    void leave(const sql::table_definition& t) { waiting_.erase(&t); }

  private:
    std::unordered_map<const sql::table_definition*, tables> targets_{};
    std::unordered_set<const sql::table_definition*> waiting_{};
};

}  // namespace

creation_order order(std::span<const sql::table_definition> listed) {
    tables left;
    left.reserve(listed.size());
    for (const sql::table_definition& t : listed) left.push_back(&t);
    creation_order result;
    result.tables.reserve(left.size());
    waiting_room room{listed};
    while (!left.empty()) {
        auto next = std::ranges::find_if(left, [&](const auto* t) { return room.ready(*t); });
        if (next == left.end()) {
            result.cyclic = true;
            next = std::ranges::find_if(left, [&](const auto* t) { return room.in_cycle(*t); });
        }
        room.leave(**next);
        result.tables.push_back(*next);
        left.erase(next);
    }
    return result;
}

namespace {

/// Also in the body of a function, which is a text.
bool says(std::string_view sql, const std::string& name, const sql::dialect& d) {
    return std::ranges::any_of(comparing::tokens_of(sql, d), [&](const comparing::token& t) {
        if (t.is_name()) return t.text == comparing::folded(name, d);
        if (t.kind != comparing::token_kind::text || t.text.size() < 2) return false;
        const std::size_t quote = t.text.starts_with('$') ? t.text.find('$', 1) + 1 : 1;
        if (t.text.size() < 2 * quote) return false;
        return comparing::mentions(std::string_view{t.text}.substr(quote, t.text.size() - 2 * quote), name, d);
    });
}

bool is_routine(const sql::other_definition& o) {
    return o.what == "FUNCTION" || o.what == "PROCEDURE" || o.what == "AGGREGATE";
}

/// Whether the table cannot be made without it.
bool needs(const sql::table_definition& t, const std::string& name, const sql::dialect& d) {
    const auto in = [&](const std::string& sql) { return !sql.empty() && comparing::mentions(sql, name, d); };
    const auto in_part = [&](const sql::index_part& p) { return in(p.expression); };
    return std::ranges::any_of(t.columns, [&](const auto& c) { return in(c.default_sql) || in(c.generated_sql); }) ||
           std::ranges::any_of(t.checks, [&](const auto& c) { return in(c.sql); }) ||
           std::ranges::any_of(t.other_constraints, [&](const auto& c) { return in(c.sql); }) ||
           std::ranges::any_of(t.indexes,
                               [&](const auto& i) { return in(i.where) || std::ranges::any_of(i.parts, in_part); }) ||
           std::ranges::any_of(t.kept, in);
}

}  // namespace

other_place place_of(const sql::other_definition& o, const catalogue& all, const sql::dialect& d) {
    if (!is_routine(o)) return other_place::before_tables;
    if (std::ranges::any_of(all.tables, [&](const auto& t) { return needs(t, o.name, d); }))
        return other_place::before_tables;
    const auto said = [&](const auto& relation) { return says(o.sql, relation.name, d); };
    other_place place = other_place::before_tables;
    if (std::ranges::any_of(all.tables, said)) place = other_place::behind_tables;
    if (std::ranges::any_of(all.views, said)) place = other_place::behind_views;
    // And behind those that it calls.
    for (const sql::other_definition& called : all.others) {
        if (called.name == o.name || !is_routine(called) || !says(o.sql, called.name, d)) continue;
        if (std::ranges::any_of(all.tables, [&](const auto& t) { return says(called.sql, t.name, d); }))
            place = std::max(place, other_place::behind_tables);
        if (std::ranges::any_of(all.views, [&](const auto& v) { return says(called.sql, v.name, d); }))
            place = std::max(place, other_place::behind_views);
    }
    return place;
}

}  // namespace kin::schema
