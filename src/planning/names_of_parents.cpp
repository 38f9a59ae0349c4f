// Keys beside the primary key: a staged parent that is to be read again may be called something else by now.
#include "planning/flush_preparation.hpp"

#include <vector>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

void flush_preparation::read_names_of_parents(const site& where) {
    if (!memory_.phase.expired) return;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr || s->idle()) continue;
        for (const mapping::foreign_key& k : s->objects->what->foreign_keys) {
            if (k.to_primary_key || k.target == nullptr) continue;
            std::vector<node*> parents;
            for (const auto* list : {&s->pending, &s->touched}) {
                for (node* child : *list) {
                    node* parent = nullptr;
                    if (child->state() != life::pending && child->state() != life::persistent) continue;
                    if (!memory_.parents.staged_parent(*child, k, parent) || parent == nullptr) continue;
                    if (parent->state() == life::persistent && (parent->word & node::expired) != 0)
                        parents.push_back(parent);
                }
            }
            loading_.columns.read_expired(parents, where);
            for (const node* parent : parents) {
                if ((parent->word & node::expired) != 0) throw_gone(*k.target, where);
            }
        }
    }
}

}  // namespace kin::detail
