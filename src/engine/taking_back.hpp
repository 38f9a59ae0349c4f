// What was changed of a connection's session is taken back before the pool gives it to somebody else.
#pragma once

#include <kin/engine/connection.hpp>

namespace kin::engine {

/// Runs statements that take back what was changed of the session, whether they are still wanted or not. Where they
/// fail, the connection is closed when it comes back to its pool. For destructors.
template <class Action>
void take_back(connection& c, const Action& statements) noexcept {
    const connection::undisturbed whatever_is_wanted{c};
    try {
        statements();
    } catch (...) {
        c.spoil();
    }
}

}  // namespace kin::engine
