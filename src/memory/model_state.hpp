// What a session keeps for each model that it has met.
#pragma once

#include <cstddef>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>

namespace kin::detail {

struct model_sql;

/// The unit of work's lists of one model. A node stands in a list once (graph::node::listed says so of `touched`, also
/// where the node is expired or detached by now); see object_tracking.
struct model_state {
    graph::pool* objects = nullptr;
    const model_sql* sql = nullptr;         ///< its statements, once one was sent
    std::vector<graph::node*> pending{};    ///< new: an INSERT each
    std::vector<graph::node*> touched{};    ///< accessed since the last flush: compared, an UPDATE where they differ
    std::vector<graph::node*> removed{};    ///< a DELETE each
    std::size_t compared = 0;               ///< of `touched`, those that the flush that runs compares
    bool any_settled = false;               ///< objects of the model may have left `touched` (settled_objects)
    bool left_unseen = false;               ///< since the last flush a relation was read without one of `removed`
    bool indexed = false;                   ///< its objects are found by columns (column_index)
    std::vector<graph::node*> rewritten{};  ///< since then: who may say something else by now; stands there often, too
    std::uint32_t edition = 0;              ///< of that list; where it is another, all may
    bool stale_lists = false;               ///< `pending` or `removed` holds nodes that are neither any more

    /// Whether a flush has to look at anything of it.
    [[nodiscard]] bool idle() const noexcept { return pending.empty() && touched.empty() && removed.empty(); }
};

}  // namespace kin::detail
