// What a run was told by variables of the environment.
#pragma once

#include <cstdlib>
#include <string>

namespace kin::test {

/// The number in a variable; `otherwise` where it is not set or empty.
inline unsigned number_in(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr && *text != '\0' ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}
/// The text in a variable; `otherwise` where it is not set.
inline std::string text_in(const char* variable, const char* otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? text : otherwise;
}

}  // namespace kin::test
