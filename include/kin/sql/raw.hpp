// SQL that was written by hand: what in it is quoted, and where its parameters are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kin::sql {

struct dialect;

/// Where the string, quoted name or comment that begins at `at` ends; `at` itself where none does.
[[nodiscard]] std::size_t end_of_quoted(std::string_view sql, std::size_t at) noexcept;

/// Each `?` as the dialect writes its parameters. Text without any, or with `$1` of its own, stays as it is; `??` is a
/// question mark of the database's (PostgreSQL has operators of it).
[[nodiscard]] std::string with_placeholders(std::string_view sql, const dialect&);

}  // namespace kin::sql
