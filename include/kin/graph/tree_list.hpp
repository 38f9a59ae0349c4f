// What stands below an object, or above it, in the order of its levels.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/graph/ref.hpp>
#include <kin/graph/slots.hpp>

namespace kin::graph {

/// A member of a tree, in a list that goes level by level and has the children of each side by side.
struct branch {
    node* at = nullptr;
    std::uint32_t depth = 0;  ///< 0: the first level
    std::uint32_t first = 0;
    std::uint32_t count = 0;  ///< of its children, from `first` on
};

/// What stands below one object (or above it).
struct tree_list {
    row_list all{};  ///< level by level; keeps the arena alive
    std::vector<branch> branches{};
    std::uint32_t roots = 0;  ///< how many of them are the first level
    std::vector<node*> cycles{};
    bool limit_reached = false;
};

/// The members of a descendants or ancestors slot that is loaded, by the keys that they hold in memory; usage_error for
/// the slot of an object that is in no session.
[[nodiscard]] tree_list tree_of(const to_many& slot, const site&);

}  // namespace kin::graph
