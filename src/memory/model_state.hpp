// What a session keeps for each model that it has met.
#pragma once

#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/node.hpp>

namespace kin::detail {

struct model_sql;

struct model_state {
    graph::pool* objects = nullptr;
    const model_sql* sql = nullptr;  ///< its statements, once one was sent
    std::vector<graph::node*> pending{};
    std::vector<graph::node*> touched{};
    std::vector<graph::node*> removed{};
    bool stale_lists = false;  ///< `pending` or `removed` holds nodes that are neither any more

    /// Whether a flush has to look at anything of it.
    [[nodiscard]] bool idle() const noexcept { return pending.empty() && touched.empty() && removed.empty(); }
};

}  // namespace kin::detail
