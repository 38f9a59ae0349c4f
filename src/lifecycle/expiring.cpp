// Objects that are read again when they are looked at.
#include "lifecycle/object_lifecycle.hpp"

#include <utility>

#include <kin/graph/aggregate_table.hpp>

#include "lifecycle/cascades.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void object_lifecycle::expire(node& n, const site& where) {
    objects_.require_mine(n, where);
    for (node* each : reached_by(n, cascades::refresh_expire)) keys_.expire_one(*each);
}

void object_lifecycle::expire_all() {
    objects_.arena().aggregates().outdate();
    // First what is staged, while every object still says where it stands.
    for (const auto& state : objects_.states()) {
        if (state == nullptr) continue;
        for (node* n : std::exchange(state->touched, {})) {
            if (n->state() == life::persistent && n->snapshot() != nullptr)
                keys_.follow_row(*n, keys_.parents_shown(*n));
            // What is removed is not expired: should it stay after all, so do its changes.
            if (n->state() == life::removed) state->touched.push_back(n);
        }
    }
    phase_.expired = true;
    for (const auto& state : objects_.states()) {
        if (state == nullptr) continue;
        model_state& s = *state;
        std::erase_if(s.touched, [](const node* n) { return n->state() != life::removed; });
        for (graph::slab* b = s.objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                node* n = b->at(i);
                if (n->state() != life::persistent) continue;
                n->word = node::expired;
                unloading_.unload(*n);
            }
        }
    }
}

}  // namespace kin::detail
