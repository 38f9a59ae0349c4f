// The way of a through relation: from relations and keys of the models on it.
#pragma once

#include <deque>
#include <string>

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// Finds the hops of a relation whose owner and target are known; what no member declares is made in `steps`. Returns
/// what is wrong, or nothing. After all other relations are bound.
[[nodiscard]] std::string bind_through(relation&, std::deque<relation>& steps);

}  // namespace kin::mapping
