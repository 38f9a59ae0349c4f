// The drivers that are linked into the program, by the scheme of their URLs.
#pragma once

#include <memory>
#include <string_view>

#include <kin/engine/driver.hpp>
#include <kin/engine/url.hpp>

namespace kin::engine {

/// Opens one connection.
using driver_factory = std::unique_ptr<driver> (*)(const url&, const site&);

/// Called by a driver's static object at start-up; a scheme that is there already is replaced.
void register_driver(std::string_view scheme, driver_factory);

/// Opens a connection with the driver of the URL's scheme; unknown_name lists the schemes that there are.
[[nodiscard]] std::unique_ptr<driver> open_driver(const url&, const site& = site::current());

}  // namespace kin::engine
