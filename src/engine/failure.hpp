// What a driver was doing when its database refused.
#pragma once

#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin::engine {

struct failure {
    std::string_view doing;  ///< "cannot run the statement"
    std::string_view sql{};
    std::string parameters{};
    site where{};
};

}  // namespace kin::engine
