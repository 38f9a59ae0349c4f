// Relations that a query finds: what a flush has written may have changed them.
#include "unit_of_work/flush_synchronisation.hpp"

#include <algorithm>

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

void flush_synchronisation::outdate_written(const flush_plan& plan) noexcept {
    outdate_computed([&](const mapping::model& m) {
        return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const flush_step& s) {
            return s.links != nullptr ? s.links->through == &m : s.key != nullptr ? s.key->owner == &m : s.model == &m;
        });
    });
}

void flush_synchronisation::outdate_computed(const std::function<bool(const mapping::model&)>& written) noexcept {
    for (auto& [r, owners] : memory_.contents.found) {
        if (owners.empty() || !reads(*r, written)) continue;
        for (node* n : owners) memory_.unloading.unload(*n, *r);
        owners.clear();
    }
}

}  // namespace kin::detail
