// The order of models: parents before children.
#pragma once

#include <deque>

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// Sets the rank of each model, and which refer to themselves, directly or around a cycle.
void rank_all(std::deque<model>&);

}  // namespace kin::mapping
