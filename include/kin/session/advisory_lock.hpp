// Locks on names instead of rows, for what has no row: jobs, imports, whatever should be done once at a time.
#pragma once

#include <string_view>

#include <kin/kin.hpp>

namespace kin {

/// Waits until nobody else has a lock of this name, and has it until the session's transaction ends. One SELECT;
/// usage_error where the database has no such locks (SQLite: its one writer has the whole database anyway).
void advisory_lock(session&, std::string_view name, const site& where = site::current());
/// The same without waiting: whether it was to be had.
[[nodiscard]] bool try_advisory_lock(session&, std::string_view name, const site& where = site::current());

}  // namespace kin
