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

/// A model of the program hides columns: what a database says of values is left out of messages from here on.
void note_hidden_columns() noexcept;
[[nodiscard]] bool has_hidden_columns() noexcept;

}  // namespace kin::engine
