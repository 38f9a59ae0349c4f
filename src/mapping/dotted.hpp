// Dotted names, `author.posts.title`: how long they may be. They may come from outside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin::mapping {

/// Each step of a path is a level of its statement, for the database, too: SQLite's parser ends not far behind.
inline constexpr std::size_t most_steps = 10;
inline constexpr std::size_t longest_path = 2000;

/// unknown_name for more than that.
void require_short(std::string_view dotted, const site&);
/// A name for a message: its beginning, where it is long.
[[nodiscard]] std::string shown(std::string_view name);

}  // namespace kin::mapping
