// The drivers that are linked into the program, by the scheme of their URLs.
#pragma once

#include <memory>
#include <string_view>

#include <kin/engine/driver.hpp>
#include <kin/engine/url.hpp>

namespace kin::engine {

/// Opens one connection.
using driver_factory = std::unique_ptr<driver> (*)(const url&, const site&);

/// How a driver waits for its database: inside of the calls of a library, which block their thread, or in `wait_for`
/// (wait.hpp) alone.
enum class waiting : unsigned char { in_calls, for_sockets };

/// Called by a driver's static object at start-up; a scheme that is there already is replaced. The dialect is that of
/// its connections, for what is asked before there is one; null: nobody knows it.
void register_driver(std::string_view scheme, driver_factory, waiting = waiting::in_calls,
                     const sql::dialect* = nullptr);

/// Opens a connection with the driver of the URL's scheme; unknown_name lists the schemes that there are.
[[nodiscard]] std::unique_ptr<driver> open_driver(const url&, const site& = site::current());

/// How the driver of the URL's scheme waits; unknown_name as above.
[[nodiscard]] waiting waiting_of(const url&, const site& = site::current());

/// The dialect of the driver of the URL's scheme, or null; unknown_name as above.
[[nodiscard]] const sql::dialect* dialect_of(const url&, const site& = site::current());

}  // namespace kin::engine
