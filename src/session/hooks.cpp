// Hooks: kept without their types, called while a session works.
#include "session/hooks.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/session/database.hpp>

#include "session/flush_plan.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

hook_table::~hook_table() {
    for (const entry& e : entries_) e.hook.drop(e.hook.state);
}

void hook_table::add(event e, const mapping::model* m, const erased_hook& hook) {
    entries_.push_back({e, m, hook});
    events_ |= 1u << static_cast<unsigned>(e);
}

bool hook_table::has(event e, const mapping::model* m) const noexcept {
    return (events_ >> static_cast<unsigned>(e) & 1) != 0 &&
           std::any_of(entries_.begin(), entries_.end(), [&](const entry& x) { return x.when == e && x.what == m; });
}

bool hook_table::of_flushes() const noexcept {
    constexpr unsigned first = 1u << static_cast<unsigned>(event::after_load);
    return (events_ & (first - 1)) != 0;
}

void hook_table::call(event e, const mapping::model* m, void* object) const {
    if ((events_ >> static_cast<unsigned>(e) & 1) == 0) return;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const entry x = entries_[i];  // a copy: the hook may add one
        if (x.when == e && x.what == m) x.hook.call(x.hook.state, object);
    }
}

void add_hook(hook_table*& table, event e, const mapping::model* m, const erased_hook& hook) {
    try {
        if (table == nullptr) table = new hook_table;
        table->add(e, m, hook);
    } catch (...) {
        hook.drop(hook.state);
        throw;
    }
}

void drop_hooks(hook_table* table) noexcept { delete table; }

void add_hook(session_core& core, event e, const mapping::model* m, const erased_hook& hook) {
    add_hook(core.hooks, e, m, hook);
}

// -- the session's --------------------------------------------------------------------------------------------------

bool session_core::hooks_flushes() const noexcept {
    return (database_->hooks != nullptr && database_->hooks->of_flushes()) || (hooks != nullptr && hooks->of_flushes());
}

bool session_core::hooked(event e, const mapping::model* m) const noexcept {
    return (database_->hooks != nullptr && database_->hooks->has(e, m)) || (hooks != nullptr && hooks->has(e, m));
}

void session_core::call_hooks(event e, const mapping::model* m, void* object) {
    if (database_->hooks != nullptr) database_->hooks->call(e, m, object);
    if (hooks != nullptr) hooks->call(e, m, object);
}

void session_core::announce(node& n) {
    // Its siblings are not there yet: what it loaded now, it would load alone.
    struct looking {
        bool& flag;
        bool before;
        explicit looking(bool& f) : flag{f}, before{std::exchange(f, true)} {}
        ~looking() { flag = before; }
    } const only{strict};
    call_hooks(event::after_load, n.in->what, n.object());
}

void session_core::require_no_flush(const char* what, const site& where) const {
    if (!flushing_) return;
    throw usage_error{std::string{"a hook of a flush cannot "} + what + " its session", {.where = where}};
}

// -- around a flush -------------------------------------------------------------------------------------------------

bool hook_calls::call(event e, node& n) {
    const mapping::model& m = *n.in->what;
    if (!session_.hooked(e, &m) || !done_.emplace(e, &n).second) return false;
    session_.call_hooks(e, &m, n.object());
    return true;
}

void hook_calls::before(flush_plan& plan) {
    if (!any_) return;
    session_.remember_values();
    const session_core::hooks_running during{session_};
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
            plan_builder{session_, where_}.hold_back(held);
        } while (session_.leave_removed(held, where_));
        plan = plan_builder{session_, where_}.build(std::move(held));
    }
}

void hook_calls::after(const flush_plan& plan) {
    if (!any_) return;
    const session_core::hooks_running during{session_};
    const session_core::history_mark mark = session_.now();
    std::set<const node*> updated;  // a row may be written in two steps
    for (const flush_step& s : plan.steps) {
        for (node* n : s.nodes) {
            const mapping::model* m = n->in->what;
            if (s.does == flush_step::what::insert) session_.call_hooks(event::after_insert, m, n->object());
            if (s.does == flush_step::what::remove) session_.call_hooks(event::after_remove, m, n->object());
            if (s.does != flush_step::what::update || n->state() != life::persistent) continue;
            if (updated.insert(n).second) session_.call_hooks(event::after_update, m, n->object());
        }
    }
    const auto& past = session_.past_;
    const auto changes = [](const turn_of& t) { return t.did() != turn::read; };
    if (past.journal.size() == mark.journal &&
        std::none_of(past.turns.begin() + static_cast<std::ptrdiff_t>(mark.turns), past.turns.end(), changes)) {
        return;
    }
    throw usage_error{"a hook changed the session after its flush was sent: do it in a before_… hook",
                      {.where = where_}};
}

}  // namespace kin::detail
