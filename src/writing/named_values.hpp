// Columns that a caller names one by one: `set(&Post::published, false)`.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/expr.hpp>

namespace kin::detail {

/// Writes the values into an object of the model; returns the columns. usage_error for one that is not among the
/// `allowed`, conversion_error for a value that its column has no room for.
std::uint64_t assign_named(const mapping::model&, const std::vector<sql::assignment>&, std::uint64_t allowed,
                           void* object, const site&);

}  // namespace kin::detail
