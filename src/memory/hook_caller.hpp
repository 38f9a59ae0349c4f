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

/// Knows who is called; when is the business of those who call.
class hook_caller {
  public:
    hook_caller(session_phase& phase, counted<database_life> database)
        : phase_{phase}, database_{std::move(database)} {}
    ~hook_caller() { drop_hooks(own); }
    hook_caller(const hook_caller&) = delete;
    hook_caller& operator=(const hook_caller&) = delete;

    hook_table* own = nullptr;

    [[nodiscard]] bool any() const noexcept { return own != nullptr || database_->hooks != nullptr; }
    /// Whether any are called around a flush.
    [[nodiscard]] bool hooks_flushes() const noexcept;
    [[nodiscard]] bool hooked(event, const mapping::model*) const noexcept;
    void call_hooks(event, const mapping::model*, void* object);
    /// after_load. Its siblings are not there yet: what such a hook touches is not loaded.
    void announce(graph::node&);

  private:
    session_phase& phase_;
    counted<database_life> database_;
};

}  // namespace kin::detail
