// The hooks that a session calls: those of its database first, then its own.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/memory/hooks.hpp>
#include <kin/value/counted.hpp>

#include "memory/hook_table.hpp"
#include "memory/session_phase.hpp"

namespace kin::detail {

/// Knows which hooks there are, and calls them; when they are due is decided by the callers (row_hydrator for
/// after_load, flush_hooks for a flush). What a hook throws passes through unchanged.
class hook_caller {
  public:
    hook_caller(session_phase& phase, counted<database_life> database)
        : phase_{phase}, database_{std::move(database)} {}
    ~hook_caller() { drop_hooks(own); }
    hook_caller(const hook_caller&) = delete;
    hook_caller& operator=(const hook_caller&) = delete;

    /// The session's own hooks; null as long as it has none. Owned.
    hook_table* own = nullptr;

    /// Whether the session or its database has any hook at all.
    [[nodiscard]] bool any() const noexcept { return own != nullptr || database_->hooks != nullptr; }
    /// Whether any are called around a flush.
    [[nodiscard]] bool hooks_flushes() const noexcept;
    /// Whether a hook waits for this event of this model (null: of the session).
    [[nodiscard]] bool hooked(event, const mapping::model*) const noexcept;
    /// Calls the hooks of an event, those of the database first.
    void call_hooks(event, const mapping::model*, void* object);
    /// after_load. Its siblings are not there yet: what such a hook touches is not loaded.
    void announce(graph::node&);

  private:
    session_phase& phase_;
    counted<database_life> database_;
};

}  // namespace kin::detail
