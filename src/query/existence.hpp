// Subqueries over what a relation leads to.
#pragma once

#include <string_view>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

/// The targets of the row of the select around it, as FROM and WHERE: columns are the caller's. `owner_alias`: the name
/// under which that select reads the owner.
[[nodiscard]] sql::select targets_of(const mapping::relation&, const sql::expr& condition, std::string_view owner_alias,
                                     const site&);
/// A subquery for their number, or for an aggregate over them.
[[nodiscard]] sql::expr aggregate_of(const mapping::relation&, const sql::expr& aggregate, const sql::expr& condition,
                                     std::string_view owner_alias, const site&);

}  // namespace kin::detail
