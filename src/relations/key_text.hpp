// Keys of objects as text: to tell objects apart, and for messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

/// Adds a value as text that two rows share only if they share the value; false for NULL, which equals no other.
[[nodiscard]] bool append_key(std::string& to, const value_view&);
/// These columns' values as text that two rows share only if they share the values; empty where one is NULL.
[[nodiscard]] std::string key_text(const mapping::model&, const void* object, const std::vector<std::uint16_t>&);
/// `Post 17`, `User (new)`: for messages.
[[nodiscard]] std::string name_of(const graph::node&);

}  // namespace kin::detail
