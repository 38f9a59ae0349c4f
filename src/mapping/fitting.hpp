// Values from outside as values of columns.
#pragma once

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// The value as the column's type has it: `"42"` for a whole number is 42. conversion_error, which names the column,
/// where none of that type is meant: what the database would refuse is found before it is sent, and on every engine.
[[nodiscard]] value fitting(const model&, const column&, value, const site&);

}  // namespace kin::mapping
