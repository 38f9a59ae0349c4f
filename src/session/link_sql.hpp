// The rows of pivots: written from pairs of objects, since no object stands for them.
#pragma once

#include <span>
#include <utility>

#include <kin/engine/connection.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/relation.hpp>

namespace kin::detail {

/// Inserts a row of the pivot for each pair (nothing where it is there already), or deletes them: one statement, run
/// for each pair.
[[nodiscard]] engine::cursor write_pairs(engine::connection&, const mapping::link_pair&,
                                         std::span<const std::pair<graph::node*, graph::node*>>, bool add);

}  // namespace kin::detail
