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

/// A model of the program hides a column of this name: what a database says of its values is left out of messages.
void note_hidden_column(std::string_view name);
[[nodiscard]] bool is_hidden_column(std::string_view name);

}  // namespace kin::engine
