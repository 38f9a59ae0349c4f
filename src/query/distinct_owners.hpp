// Queries whose joins may show an object in several rows: what counts or limits them speaks of objects all the same.
#pragma once

#include <kin/sql/statement.hpp>

#include "query/query_plan.hpp"

namespace kin::detail {

/// Whether the plan's limit would count rows where objects are meant.
[[nodiscard]] bool limits_rows(const query_plan&) noexcept;
/// The plan's select with its limit taken as one of objects, found by a subquery. `rows`: those of its joins are read,
/// too (contains_eager); else joins that only restrict may go.
[[nodiscard]] sql::select of_whole_objects(const query_plan&, bool rows);
/// SELECT of a row, if the plan finds any object.
[[nodiscard]] sql::select any_found(const query_plan&);
/// SELECT of how many objects the plan finds.
[[nodiscard]] sql::select counting(const query_plan&);

}  // namespace kin::detail
