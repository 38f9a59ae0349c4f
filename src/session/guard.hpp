// Who is in a session, and whether it and its database are still there.
#pragma once

#include <atomic>

#include <kin/value/error.hpp>

namespace kin::detail {

class session_core;
class hook_table;

/// What outlives a session for those that still lead to it.
struct session_life {
    session_core* core;
};
/// The same of a database; the hooks of all its sessions are in it.
struct database_life {
    std::atomic<bool> here{true};
    hook_table* hooks = nullptr;
};

/// Held through every call into a session: names the call site, and refuses a second thread.
struct session_guard {
    session_guard(const session_core&, const site&);
    ~session_guard();
    session_guard(const session_guard&) = delete;
    session_guard& operator=(const session_guard&) = delete;

    /// usage_error where the call comes from a hook of another call, whose objects it would take away.
    void require_outermost(const char* what, const site&) const;

  private:
    session_core& core_;
    bool outermost_;
};

}  // namespace kin::detail
