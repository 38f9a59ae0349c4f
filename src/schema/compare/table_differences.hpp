// The differences of one table.
#pragma once

#include <vector>

#include "matching.hpp"

namespace kin::schema::comparing {

/// `exact`: also comments and triggers that only one side has.
void list_differences(const table_match&, const sql::dialect&, bool exact, std::vector<difference>& out);

}  // namespace kin::schema::comparing
