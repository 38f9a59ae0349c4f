// Steps as a script for psql or sqlite3.
#pragma once

#include <string>
#include <vector>

#include "migration/history.hpp"
#include "migration/plan.hpp"

namespace kin::detail {

/// The script also keeps kin_migrations, so that `up` knows what it has run. It ends before a step in C++, and says so.
[[nodiscard]] std::string print_steps(const std::vector<planned_step>&, migration_history&, const sql::dialect&);

}  // namespace kin::detail
