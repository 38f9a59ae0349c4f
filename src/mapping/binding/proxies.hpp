// Checks the proxies of a model.
#pragma once

#include <string>

#include <kin/mapping/model.hpp>

namespace kin::mapping {

/// After the relations are bound; returns what is wrong with a proxy, or nothing. Models that are not known yet are
/// looked at when they come.
[[nodiscard]] std::string bind_proxies(model&);

}  // namespace kin::mapping
