// Hooks: kept without their types, called while a session works.
#include "memory/hook_caller.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

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

// -- the session's --------------------------------------------------------------------------------------------------

bool hook_caller::hooks_flushes() const noexcept {
    return (database_->hooks != nullptr && database_->hooks->of_flushes()) || (own != nullptr && own->of_flushes());
}

bool hook_caller::hooked(event e, const mapping::model* m) const noexcept {
    return (database_->hooks != nullptr && database_->hooks->has(e, m)) || (own != nullptr && own->has(e, m));
}

void hook_caller::call_hooks(event e, const mapping::model* m, void* object) {
    if (database_->hooks != nullptr) database_->hooks->call(e, m, object);
    if (own != nullptr) own->call(e, m, object);
}

void hook_caller::announce(node& n) {
    const flag_set_to only_looking{phase_.strict, true};
    call_hooks(event::after_load, n.in->what, n.object());
}

}  // namespace kin::detail
