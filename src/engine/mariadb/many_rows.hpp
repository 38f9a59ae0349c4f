// INSERT of one row as INSERT of many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kin::engine::mariadb {

/// The statement for so many rows; `RETURNING` the column `key` where that is not empty. Empty where the statement does
/// not end with `VALUES (?, …)`.
[[nodiscard]] std::string with_rows(std::string_view sql, std::size_t rows, std::string_view key);

}  // namespace kin::engine::mariadb
