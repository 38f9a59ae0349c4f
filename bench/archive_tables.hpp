// The four tables of the archive example as the benchmark makes them for both sides, and what an import has to leave.
#pragma once

#include <cstdint>

namespace bench {

struct context;

/// As `create` of the example's models makes them: NOT NULL unless optional, an index on every foreign key.
extern const char* const archive_tables;
/// One integer that depends on every row.
extern const char* const archive_state_query;

[[nodiscard]] std::uint64_t archive_rows(const context&);
[[nodiscard]] std::int64_t archive_state(const context&);

}  // namespace bench
