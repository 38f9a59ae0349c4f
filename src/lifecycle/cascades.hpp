// Which objects a relation with a cascade leads to.
//
// Where cascades are computed: save_update in object_lifecycle::adopt and ::readd, when an object enters the session;
// remove in flush_preparation::cascade_removals (planning/removal_cascade.cpp) for relations that hold the key or are
// linked, and in plan_builder::dependents (planning/flush_plan.hpp) for rows that refer to the removed one;
// delete_orphan in object_lifecycle::remove_orphan; merge in object_merging::merge; the others here.
#pragma once

#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/options.hpp>

namespace kin::detail {

/// The object and all that relations with this cascade lead to, as far as they are loaded. For cascades that memory
/// alone decides: refresh_expire and expunge.
[[nodiscard]] std::vector<graph::node*> reached_by(graph::node&, cascades);

}  // namespace kin::detail
