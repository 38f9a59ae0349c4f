// Values of unique columns that are put aside while they change hands.
#pragma once

#include <cstdint>
#include <string>

#include <kin/engine/connection.hpp>

#include "planning/flush_plan.hpp"

namespace kin::detail {

/// Whether a value can be made up for a column: what CHECKs say of it the database is asked, with each candidate.
enum class placeholders : std::uint8_t { free, checked, impossible };
[[nodiscard]] placeholders placeholders_of(const mapping::model&, const std::string& column);

/// Takes the rows' values out of the way until a later step writes what they are to hold: NULL where there may be
/// one (one statement for all rows), otherwise a value that no row holds (one for each; a SELECT for whole numbers, and
/// one for each of other numbers and short texts; one more for each value that a CHECK may refuse).
void vacate(engine::connection&, const flush_plan&, const flush_step&, const site&);

}  // namespace kin::detail
