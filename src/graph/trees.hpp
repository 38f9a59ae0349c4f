// Members of a tree in the order of its levels.
#pragma once

#include <span>

#include <kin/graph/tree_list.hpp>
#include <kin/mapping/model.hpp>

namespace kin::graph {

/// By the keys that they hold in memory: siblings stay in the order in which they are given, and who is no member of
/// the owner's tree is left out.
[[nodiscard]] tree_list arrange(node& owner, const mapping::relation&, std::span<node* const> members);
/// Puts the members of its branches into `all`.
void list_all(tree_list&, node& owner);

}  // namespace kin::graph
