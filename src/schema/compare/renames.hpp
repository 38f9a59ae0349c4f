// Renames that were said, and a catalogue as it is after them.
#pragma once

#include <vector>

#include <kin/schema/compare.hpp>

namespace kin::schema::comparing {

/// The catalogue as a database has it that knows no schemas: a table's is part of its name.
[[nodiscard]] catalogue without_schemas(catalogue, const sql::dialect&);
[[nodiscard]] compare_options without_schemas(compare_options, const sql::dialect&);

/// The renames that are still to be made: the old name is there, the new one is not (or makes room itself).
[[nodiscard]] compare_options pending_renames(const catalogue& from, const catalogue& to, const compare_options&,
                                              const sql::dialect&, const site&);
/// The renames among differences, to be said again.
[[nodiscard]] compare_options renames_in(std::span<const difference>);

/// `from` with new names, also where keys, indexes, checks, generated columns and triggers say them.
[[nodiscard]] catalogue with_renames(catalogue from, const compare_options& pending, const sql::dialect&);

}  // namespace kin::schema::comparing
