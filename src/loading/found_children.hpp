// What a load has found, before its owners get it.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/graph/node.hpp>

namespace kin::detail {

/// Children in the order in which they came, each with its parent. Those of one parent mostly come side by side, so a
/// parent stands once for each run of its children.
class found_children {
  public:
    struct run {
        graph::node* parent;
        std::uint32_t end;  ///< the place behind its last child
        bool sided;         ///< all of them show the parent already
    };

    void reserve(std::size_t children) { nodes.reserve(children); }
    /// `sided`: the child's own relation shows the parent already.
    void add(graph::node* parent, graph::node* child, bool sided = false) {
        nodes.push_back(child);
        const auto end = static_cast<std::uint32_t>(nodes.size());
        if (!runs.empty() && runs.back().parent == parent && runs.back().sided == sided) {
            runs.back().end = end;
        } else {
            runs.push_back({parent, end, sided});
        }
    }

    std::vector<graph::node*> nodes{};
    std::vector<run> runs{};
};

}  // namespace kin::detail
