// Relations that a query finds: what a flush has written may have changed them.
#include "unit_of_work/flush_synchronisation.hpp"

#include <algorithm>

#include <kin/graph/arena.hpp>

#include "lifecycle/session_memory.hpp"

namespace kin::detail {

using graph::node;

namespace {

/// Whether one of the models that a load of the relation reads is such a one.
bool reads(const mapping::relation& r, const auto& such) {
    if (such(*r.target) || (r.linked() && such(*r.links->through))) return true;
    if (!r.computed()) return false;
    return such(*r.owner) ||
           std::any_of(r.hops.begin(), r.hops.end(), [&](const mapping::relation* hop) { return reads(*hop, such); });
}

}  // namespace

/// What was found by a query over tables that a flush has written is read again.
void flush_synchronisation::outdate_computed(const flush_plan& plan) noexcept {
    const auto written = [&](const mapping::model& m) {
        return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const flush_step& s) {
            return s.links != nullptr ? s.links->through == &m : s.key != nullptr ? s.key->owner == &m : s.model == &m;
        });
    };
    for (const auto& state : memory_.objects.states()) {
        if (state == nullptr) continue;
        for (const mapping::relation& r : state->objects->what->relations) {
            if (!r.computed() || !r.bound() || !reads(r, written)) continue;
            for (graph::slab* b = state->objects->current; b != nullptr; b = b->next) {
                for (std::uint32_t i = 0; i < b->used; ++i) memory_.unloading.unload(*b->at(i), r);
            }
        }
    }
}

}  // namespace kin::detail
