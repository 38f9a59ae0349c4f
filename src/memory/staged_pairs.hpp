// Pairs that are staged: what the next flush writes.
#pragma once

#include <cstdint>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::detail {

/// Two objects that a pivot links, in the order of its keys.
struct pair_key {
    const mapping::link_pair* links;
    graph::node* first;
    graph::node* second;
    bool operator==(const pair_key&) const = default;
};
[[nodiscard]] inline pair_key pair_of(const mapping::relation& r, graph::node& owner, graph::node& target) noexcept {
    return r.key == r.links->first ? pair_key{r.links, &owner, &target} : pair_key{r.links, &target, &owner};
}
/// What the next flush does with a pair.
struct staged_pair {
    enum class what : std::uint8_t { none, added, removed };
    what state = what::none;
    graph::node* row = nullptr;  ///< the association object, where there is one in memory
    std::uint32_t order = 0;     ///< pairs are written in the order in which they were staged
    bool replaces = false;       ///< `row` is new, and stands in for one that nobody has in memory and that goes
};

}  // namespace kin::detail
