// A URL as libpq's parameters and our own options.
#pragma once

#include <string>
#include <vector>

#include <kin/engine/url.hpp>

#include "statement.hpp"

namespace kin::engine::postgresql {

struct settings {
    preparing how = preparing::by_name;
    std::string begin{"BEGIN"};
    std::vector<std::string> names{};  ///< libpq's, with their values
    std::vector<std::string> values{};
};

/// Whatever libpq knows is passed on; unknown_name for what neither of us knows.
[[nodiscard]] settings read_settings(const url&, const site& where);

}  // namespace kin::engine::postgresql
