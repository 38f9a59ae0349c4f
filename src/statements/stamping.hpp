// What is filled when a row is written: created_at, updated_at, version, uuids by Kin, defaults by the database.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <kin/graph/fields.hpp>
#include <kin/mapping/model.hpp>
#include <kin/value/uuid.hpp>

namespace kin::detail {

[[nodiscard]] std::int64_t now_in_microseconds();

/// Calls `write(column, value)` for each stamp that is due: of a new row those that were not given, of a changed one
/// updated_at. (A version grows by the UPDATE itself.)
template <class Write>
void stamp(const mapping::model& m, const void* object, bool fresh, std::int64_t now, Write&& write) {
    using mapping::behaviour;
    for (const mapping::column& c : m.columns) {
        const bool once = c.does == behaviour::created_at || c.does == behaviour::version || c.uuid_version != 0;
        const bool due = c.does == behaviour::updated_at || (fresh && once);
        if (!due || (fresh && (c.defaulted || !graph::unset(c.io, object)))) continue;
        value_view v;
        uuid id;
        if (c.uuid_version != 0) {
            id = c.uuid_version == 4 ? uuid::v4() : uuid::v7();
            v.type = kind::uuid;
            v.bytes = {reinterpret_cast<const char*>(id.bytes), sizeof id.bytes};
        } else {
            const bool counts = c.does == behaviour::version;
            v.type = counts ? kind::int64 : kind::timestamp;
            v.integer = counts ? 1 : now;
        }
        write(c, v);
    }
}

/// The columns that an INSERT of this object leaves to the database's default: it holds in them what a fresh one does.
[[nodiscard]] std::uint64_t left_to_default(const mapping::model&, const void* object);

/// Positions of objects that one INSERT takes, by the columns that it leaves out.
template <class ObjectAt>
std::map<std::uint64_t, std::vector<std::size_t>> by_columns_left_out(const mapping::model& m,
                                                                      const std::vector<std::size_t>& which,
                                                                      ObjectAt&& object) {
    std::map<std::uint64_t, std::vector<std::size_t>> out;
    for (const std::size_t i : which) out[m.defaulted == 0 ? 0 : left_to_default(m, object(i))].push_back(i);
    return out;
}

}  // namespace kin::detail
