// Members that fill themselves: created_at, updated_at, version.
#pragma once

#include <cstdint>

#include <kin/graph/fields.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

[[nodiscard]] std::int64_t now_in_microseconds();

/// Calls `write(column, value)` for each stamp that is due: of a new row those that were not given, of a changed one
/// updated_at. (A version grows by the UPDATE itself.)
template <class Write>
void stamp(const mapping::model& m, const void* object, bool fresh, std::int64_t now, Write&& write) {
    for (const mapping::column& c : m.columns) {
        using mapping::behaviour;
        const bool due = c.does == behaviour::updated_at ||
                         (fresh && (c.does == behaviour::created_at || c.does == behaviour::version));
        if (!due || (fresh && !graph::unset(c.io, object))) continue;
        value_view v;
        const bool counts = c.does == mapping::behaviour::version;
        v.type = counts ? kind::int64 : kind::timestamp;
        v.integer = counts ? 1 : now;
        write(c, v);
    }
}

}  // namespace kin::detail
