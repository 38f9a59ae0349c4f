// The relations that are declared outside of their models.
#pragma once

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// Adds the relations of the model that are declared by now; mapping_error where a name is taken.
void add_outside(model&);

}  // namespace kin::mapping
