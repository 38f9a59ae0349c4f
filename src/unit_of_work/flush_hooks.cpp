// Calls of hooks around a flush.
#include "unit_of_work/flush_hooks.hpp"

#include <algorithm>

#include "planning/flush_plan.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

bool hook_calls::call(event e, node& n) {
    const mapping::model& m = *n.in->what;
    if (!memory_.hooks.hooked(e, &m) || !done_.emplace(e, &n).second) return false;
    memory_.hooks.call_hooks(e, &m, n.object());
    return true;
}

void hook_calls::before(flush_plan& plan) {
    if (!any_) return;
    memory_.log.remember_values();
    const flag_set_to during{memory_.phase.hooking, true};
    for (int round = 0;; ++round) {
        bool called = false;
        for (const flush_step& s : plan.steps) {
            for (node* n : s.nodes) {
                if (s.does == flush_step::what::insert) called = call(event::before_insert, *n) || called;
                if (s.does == flush_step::what::remove) called = call(event::before_remove, *n) || called;
                if (s.does == flush_step::what::update && n->state() == life::persistent) {
                    called = call(event::before_update, *n) || called;
                }
            }
        }
        if (!called) return;
        if (round == 1000) throw flush_error{"hooks go on making work for other hooks", {.where = where_}};
        held_back held = std::move(plan.held);
        do {
            plan_builder{memory_, reaches_, where_}.hold_back(held);
        } while (preparation_.detach_from_removed(held, where_));
        plan = plan_builder{memory_, reaches_, where_}.build(std::move(held));
    }
}

void hook_calls::after(const flush_plan& plan) {
    if (!any_) return;
    const flag_set_to during{memory_.phase.hooking, true};
    const graph::history_mark mark = memory_.log.now();
    std::set<const node*> updated;  // a row may be written in two steps
    for (const flush_step& s : plan.steps) {
        for (node* n : s.nodes) {
            const mapping::model* m = n->in->what;
            if (s.does == flush_step::what::insert) memory_.hooks.call_hooks(event::after_insert, m, n->object());
            if (s.does == flush_step::what::remove) memory_.hooks.call_hooks(event::after_remove, m, n->object());
            if (s.does != flush_step::what::update || n->state() != life::persistent) continue;
            if (updated.insert(n).second) memory_.hooks.call_hooks(event::after_update, m, n->object());
        }
    }
    if (!memory_.log.changed_since(mark)) return;
    throw usage_error{"a hook changed the session after its flush was sent: do it in a before_… hook",
                      {.where = where_}};
}

}  // namespace kin::detail
