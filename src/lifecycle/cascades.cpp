// What happens to the other end of a relation because of its owner.
#include "lifecycle/cascades.hpp"

#include "lifecycle/object_lifecycle.hpp"

#include <unordered_set>

namespace kin::detail {

using graph::life;
using graph::node;

std::vector<node*> reached_by(node& root, cascades by) {
    std::vector<node*> all{&root};
    std::unordered_set<const node*> met{&root};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const mapping::relation& r : all[i]->in->what->relations) {
            if (!r.options.has(by)) continue;
            each_loaded(*all[i], r, [&](node& target) {
                if (target.state() != life::detached && met.insert(&target).second) all.push_back(&target);
            });
        }
    }
    return all;
}

void object_lifecycle::remove_orphan(node& n) {
    if (n.state() == life::removed) return;
    remove(n, site::current());
    if (n.state() == life::removed) objects_.orphans().insert(&n);
}

}  // namespace kin::detail
