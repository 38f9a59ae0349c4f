// Who goes along with what is removed.
#include "planning/flush_preparation.hpp"

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void flush_preparation::cascade_removals(const held_back& held, const site& where) {
    std::unordered_set<const node*> done;
    for (bool more = true; more;) {
        more = false;
        for (std::size_t at = 0; at < memory_.objects.states().size(); ++at) {
            if (memory_.objects.states()[at] == nullptr) continue;
            for (const mapping::relation& r : memory_.objects.states()[at]->objects->what->relations) {
                if (!(r.holds_key() || r.linked()) || !r.options.removes() || r.options.passive_deletes) continue;
                std::vector<node*> owners;
                for (node* n : memory_.objects.states()[at]->removed) {
                    if (n->state() == life::removed && !done.contains(n) && !held.holds(n)) owners.push_back(n);
                }
                if (owners.empty()) continue;
                more = true;
                loading_.relations.load_missing(owners, r, where);
                std::vector<node*> targets;
                for (node* n : owners) {
                    each_loaded(*n, r, [&](node& target) { targets.push_back(&target); });
                }
                for (node* target : targets) {
                    if (target->state() != life::detached) memory_.lifecycle.remove(*target, where);
                }
            }
            for (node* n : memory_.objects.states()[at]->removed) done.insert(n);
        }
    }
}

}  // namespace kin::detail
