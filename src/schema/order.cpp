// Sorts tables by their foreign keys; a cycle is entered at the table that is listed first.
#include "order.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

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

}  // namespace kin::schema
