// What of a step loses data, as far as its words say.
#pragma once

#include <string>
#include <vector>

#include "migration/plan.hpp"

namespace kin::detail {

/// What lines `-- loses data: …` of the step say, and the statements that drop or delete; each cut to a line.
[[nodiscard]] std::vector<std::string> losses_of(const planned_step&, const sql::dialect&);

}  // namespace kin::detail
