// What a plan has to know of objects that are to be read again: a staged parent may be called something else by now,
// and one that is removed frees other unique values than it says.
#include "planning/flush_preparation.hpp"

#include <algorithm>
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

void flush_preparation::read_values_of_removed(const site& where) {
    if (!memory_.phase.expired) return;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr || s->removed.empty() || (s->pending.empty() && s->touched.empty())) continue;
        const mapping::model& m = *s->objects->what;
        if (std::ranges::none_of(m.indexes, [](const mapping::index& each) { return each.unique; })) continue;
        loading_.columns.read_removed(s->removed, where);
    }
}

}  // namespace kin::detail
