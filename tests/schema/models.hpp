// Descriptors built by hand: what mapping would learn from structs.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/value/traits.hpp>

namespace models {

using kin::mapping::model;
using kin::mapping::referential_action;

inline kin::mapping::column column(std::string name, bool nullable = false) {
    const kin::field io =
        nullable ? kin::describe_field<std::optional<std::int64_t>>(0, "") : kin::describe_field<std::int64_t>(0, "");
    return {.name = std::move(name), .io = io};
}

inline kin::mapping::column text(std::string name, std::uint16_t length = 0) {
    return {.name = std::move(name), .io = kin::describe_field<std::string>(0, ""), .length = length};
}

inline kin::mapping::column generated_id() {
    kin::mapping::column id = column("id");
    id.primary_key = true;
    id.generated = true;
    return id;
}

/// A table with a generated `id` and more columns.
inline model table(std::string name, std::vector<kin::mapping::column> more = {}) {
    model m;
    m.name = name;
    m.table = std::move(name);
    m.columns = {generated_id()};
    for (kin::mapping::column& c : more) m.columns.push_back(std::move(c));
    m.primary_key = {0};
    return m;
}

/// Adds a column `<target>_id` that refers to the target.
inline void refer(model& from, const model& to, bool nullable = false,
                  referential_action on_delete = referential_action::no_action) {
    const auto position = static_cast<std::uint16_t>(from.columns.size());
    from.columns.push_back(column(to.table + "_id", nullable));
    from.foreign_keys.push_back(
        {.columns = {position}, .target = &to, .target_columns = to.primary_key, .on_delete = on_delete});
}

}  // namespace models
