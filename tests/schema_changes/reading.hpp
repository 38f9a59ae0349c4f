// What a database says of itself and of its rows, asked for by plain SQL: nothing of Kin's schema code takes part.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>

namespace kin::test {

/// A line for each thing that the database knows of its tables, sorted; names of constraints and the order of columns
/// are left out.
[[nodiscard]] std::vector<std::string> description(engine::connection&);

/// The rows of a query, each cell as text.
using cells = std::vector<std::vector<std::optional<std::string>>>;
[[nodiscard]] cells read(engine::connection&, const std::string& sql);

/// Beside the columns, where SQLite numbers the rows.
inline constexpr std::string_view row_number = "(rowid)";

/// Of each table, by mark, the values by column.
using contents = std::map<std::string, std::map<std::string, std::map<std::string, std::optional<std::string>>>>;
[[nodiscard]] contents read_all(engine::connection&);

}  // namespace kin::test
