// The columns of an object without its type: reading, comparing, packing them into a snapshot and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <span>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin::graph {

class arena;

/// The member as a value; `scratch` keeps what a codec made.
[[nodiscard]] value_view view(const field&, const void* object, value& scratch);
/// Writes a value into the member. Throws conversion_error where it does not fit.
void assign(const field&, void* object, const value_view&);
/// Copies `from`'s member into `to`'s, where both are of the same kind of key (or one of them is optional).
void copy_key(const field& to, void* to_object, const field& from, const void* from_object);
/// Whether the member is "not given yet": 0, an empty string, the nil uuid, or an empty optional.
[[nodiscard]] bool unset(const field&, const void* object);
/// Whether two values of columns are the same, to the byte: what a change is told by. NULL is the same as NULL only.
[[nodiscard]] bool same(const value_view&, const value_view&) noexcept;
[[nodiscard]] bool equal(const field&, const void* object, const value_view&);
[[nodiscard]] bool equal(const field& a, const void* a_object, const field& b, const void* b_object);
/// Whether they are one key to the database: as `same`, but decimals by their value, and text as the column that either
/// comes from compares it (`field::compares`).
[[nodiscard]] bool matches(const value_view&, const value_view&);
[[nodiscard]] bool matches(const field&, const void* object, const value_view&);
[[nodiscard]] bool matches(const field& a, const void* a_object, const field& b, const void* b_object);
/// A part of a key that a row has, as objects have it: databases give moments as texts, decimals as numbers, and know
/// nothing of how a column compares. Kept in `made` where it is another value, which hardly any is.
[[nodiscard]] value_view as_in_objects(const field&, const value_view& cell, std::forward_list<value>& made);
/// The bytes of a value that is no number, so that values that match have the same; in `scratch` where they are others.
[[nodiscard]] std::string_view key_bytes(const value_view&, comparison, std::string& scratch);
/// Whether what the object's columns say is said of the key's target: false only for polymorphic keys.
[[nodiscard]] inline bool speaks_of(const mapping::foreign_key& k, const void* object) {
    return !k.tagged || equal(k.owner->fields[k.tag.column], object, k.tag.is.view());
}
/// The same for values that match and come from columns that compare alike.
[[nodiscard]] std::uint64_t hash(const value_view&);
/// The same of a whole number.
[[nodiscard]] inline std::uint64_t hash(std::int64_t number) noexcept {
    const std::uint64_t h = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 32);
}

/// All column values of an object in one run of bytes.
[[nodiscard]] const std::byte* pack(const mapping::model&, const void* object, arena&);
/// A snapshot of the model that nobody needs any more: its place is for others.
void give_back(const mapping::model&, const std::byte* snapshot, arena&) noexcept;
/// Sets in `changed` the columns in which the object differs from the snapshot; returns how many.
std::size_t compare(const mapping::model&, const void* object, const std::byte* snapshot, std::uint64_t& changed);
/// Writes the snapshot's values back into the object.
void unpack(const mapping::model&, void* object, const std::byte* snapshot);
/// One column of a snapshot.
[[nodiscard]] value_view packed(const mapping::model&, const std::byte* snapshot, std::size_t column);

}  // namespace kin::graph
