// Objects that are read again when they are looked at.
#include "lifecycle/object_lifecycle.hpp"

#include <kin/graph/aggregate_table.hpp>

#include "lifecycle/cascades.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void object_lifecycle::expire(node& n, const site& where) {
    objects_.require_mine(n, where);
    const std::vector<node*> reached = reached_by(n, cascades::refresh_expire);
    for (const node* each : reached) settled_.verify(*each, where);
    for (node* each : reached) keys_.expire_one(*each);
}

void object_lifecycle::expire_all(const site& where) {
    settled_.verify_all(where);
    objects_.arena().aggregates().outdate();
    // First what is staged, while every object still says where it stands.
    for (const auto& state : objects_.states()) {
        if (state == nullptr) continue;
        for (std::size_t i = 0; i < state->touched.size(); ++i) {
            node& n = *state->touched[i];
            if (n.state() == life::persistent && n.snapshot() != nullptr) keys_.follow_row(n, keys_.parents_shown(n));
        }
    }
    phase_.expired = true;
    for (const auto& state : objects_.states()) {
        if (state == nullptr) continue;
        model_state& s = *state;
        for (graph::slab* b = s.objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                node* n = b->at(i);
                if (n->state() != life::persistent) continue;
                tracking_.forget_row(*n);
                unloading_.unload(*n);
            }
        }
        // What is removed is not expired: should it stay after all, so do its changes.
        tracking_.review(s, [](const node&) { return false; });
    }
}

}  // namespace kin::detail
