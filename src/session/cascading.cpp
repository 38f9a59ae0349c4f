// What happens to the other end of a relation because of its owner.
#include <unordered_set>

#include "session/core.hpp"
#include "session/flush_choice.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

std::vector<node*> session_core::reached_by(node& root, cascades by) {
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

void session_core::remove_orphan(node& n) {
    if (n.state() == life::removed) return;
    remove(n, site::current());
    if (n.state() == life::removed) orphans_.insert(&n);
}

/// Targets that a removal takes along in the other direction than the keys: of belongs_to and many_to_many. Those
/// over a key of the target are rows that the flush plan deletes set by set; these are loaded, a statement a level.
void session_core::remove_along(const held_back& held, const site& where) {
    std::unordered_set<const node*> done;
    for (bool more = true; more;) {
        more = false;
        for (std::size_t at = 0; at < states_.size(); ++at) {
            if (states_[at] == nullptr) continue;
            for (const mapping::relation& r : states_[at]->objects->what->relations) {
                if (!(r.holds_key() || r.linked()) || !r.options.removes() || r.options.passive_deletes) continue;
                std::vector<node*> owners;
                for (node* n : states_[at]->removed) {
                    if (n->state() == life::removed && !done.contains(n) && !held.holds(n)) owners.push_back(n);
                }
                if (owners.empty()) continue;
                more = true;
                bring(owners, r, where);
                std::vector<node*> targets;
                for (node* n : owners) {
                    each_loaded(*n, r, [&](node& target) { targets.push_back(&target); });
                }
                for (node* target : targets) {
                    if (target->state() != life::detached) remove(*target, where);
                }
            }
            for (node* n : states_[at]->removed) done.insert(n);
        }
    }
}

}  // namespace kin::detail
