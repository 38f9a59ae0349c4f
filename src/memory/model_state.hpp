// What a session keeps for each model that it has met.
#pragma once

#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>

namespace kin::detail {

struct model_sql;

/// The unit of work's lists of one model. A node stands in a list once; see object_tracking.
struct model_state {
    graph::pool* objects = nullptr;
    const model_sql* sql = nullptr;       ///< its statements, once one was sent
    std::vector<graph::node*> pending{};  ///< new: an INSERT each
    std::vector<graph::node*> touched{};  ///< with a snapshot: compared, an UPDATE where they differ
    std::vector<graph::node*> removed{};  ///< a DELETE each
    bool left_unseen = false;             ///< since the last flush a relation was read without one of `removed`
    bool stale_lists = false;             ///< `pending` or `removed` holds nodes that are neither any more

    /// Whether a flush has to look at anything of it.
    [[nodiscard]] bool idle() const noexcept { return pending.empty() && touched.empty() && removed.empty(); }
};

}  // namespace kin::detail
