// Text from outside (a query string, a JSON document) as the value of a column.
#pragma once

#include <string_view>

#include <kin/value/error.hpp>
#include <kin/value/value.hpp>

namespace kin {

/// The value of this type that the text writes: `42`, `true`, `2026-11-21T09:31:00Z`, a uuid's five groups, …; times
/// are UTC. conversion_error for anything else.
[[nodiscard]] value parse_value(std::string_view text, kind, const site& where = site::current());

}  // namespace kin
