// Types and collations of columns in one spelling, so that equal ones are equal texts.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::schema::comparing {

/// Of SQLite its affinity, unless `strict`; of the others their own name for it: `character varying(120)`, `bigint`.
[[nodiscard]] std::string canonical_type(std::string_view type, const sql::dialect&, bool strict = false);

/// Whether a table keeps its columns' types (SQLite's STRICT), and whether its rows lie in its key (WITHOUT ROWID).
[[nodiscard]] bool is_strict(const sql::table_definition&, const sql::dialect&);
[[nodiscard]] bool is_without_rowid(const sql::table_definition&, const sql::dialect&);

/// What SQLite calls the number of a row, where no column has the name.
inline constexpr std::array<std::string_view, 3> rowid_names{"rowid", "_rowid_", "oid"};

/// Whether every value of one type is a value of the other one, which the server also knows without reading the rows.
[[nodiscard]] bool widens(std::string_view from, std::string_view to, const sql::dialect&);
/// Whether all values of one type have a place in the other, though rows may have to be written again.
[[nodiscard]] bool keeps_values(std::string_view from, std::string_view to, const sql::dialect&);

}  // namespace kin::schema::comparing
