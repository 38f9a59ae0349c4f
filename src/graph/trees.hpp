// Members of a tree in the order of its levels.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include <kin/graph/tree_list.hpp>
#include <kin/mapping/model.hpp>

namespace kin::graph {

/// Who was met on the ways down from some owners, or up: found once, whichever of the owners is asked for.
struct tree_members {
    tree_members(const mapping::relation&, std::span<node* const>);

    static constexpr std::uint32_t none = 0xFFFFFFFF;

    // Of ancestors: each once, where it stands, and where its parent does.
    std::vector<node*> all{};
    std::unordered_map<const node*, std::uint32_t> places{};
    std::vector<std::uint32_t> up{};
    // Of descendants: by parent.
    std::unordered_map<const node*, std::vector<node*>> below{};
};

/// By the keys that they hold in memory: siblings stay in the order in which they are given, and who is no member of
/// the owner's tree is left out.
[[nodiscard]] tree_list arrange(node& owner, const mapping::relation&, const tree_members&);
/// Puts the members of its branches into `all`.
void list_all(tree_list&, node& owner);

}  // namespace kin::graph
