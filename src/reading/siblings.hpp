// Who is served along with an object that is touched: the others of its group that want the same.
#pragma once

#include <vector>

#include <kin/graph/node.hpp>

#include "statements/key_conditions.hpp"

namespace kin::detail {

/// The touched one and those after it, then from the start, up to the limit of a batch: who walks a result asks in
/// order. `all` says whether the limit left nobody out.
template <class Wants>
std::vector<graph::node*> siblings(graph::node& owner, bool& all, Wants wants) {
    const graph::group& g = *owner.in;
    std::vector<graph::node*> found;
    std::uint32_t at = 0;
    while (at < g.count && g.rows[at] != &owner) ++at;
    if (at == g.count || owner.state() == graph::life::detached) found.push_back(&owner);
    all = true;
    for (std::uint32_t i = 0; i < g.count; ++i) {
        graph::node* n = g.rows[(at + i) % g.count];
        if (n->in->rows != g.rows || n->state() == graph::life::detached || !wants(*n)) continue;
        if (found.size() == batch_limit) {
            all = false;
            break;
        }
        found.push_back(n);
    }
    return found;
}

}  // namespace kin::detail
