// Checks the proxies of a model.
#pragma once

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// After the relations are bound: mapping_error where a proxy names what there is not. Models that are not known yet
/// are looked at when they come.
void bind_proxies(model&);

}  // namespace kin::mapping
