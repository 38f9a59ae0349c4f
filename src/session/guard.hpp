// Who is in a session.
#pragma once

#include <kin/value/error.hpp>

namespace kin::detail {

class session_core;

/// What outlives a session for those that still lead to it.
struct session_life {
    session_core* core;
};

/// Held through every call into a session: names the call site, and refuses a second thread. The outermost one first
/// undoes what an error has left.
struct session_guard {
    session_guard(const session_core&, const site&);  // session/core.hpp: inline, as each touch of an object has one
    ~session_guard();
    session_guard(const session_guard&) = delete;
    session_guard& operator=(const session_guard&) = delete;

    /// Of a query, which names no object: what has left the session may go.
    void before_reading() const noexcept;
    /// usage_error where the call comes from a hook of another call, whose objects it would take away.
    void require_outermost(const char* what, const site&) const;

  private:
    [[noreturn]] static void refuse_second_thread(const site&);
    void finish_undoing();

    session_core& core_;
    bool outermost_;
};

}  // namespace kin::detail
