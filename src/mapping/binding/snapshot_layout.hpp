// How snapshots of a model's objects are laid out.
#pragma once

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// Puts together what is copied at once, when all columns are known.
void lay_out_snapshot(model&);

}  // namespace kin::mapping
