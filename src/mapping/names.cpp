// Names: what the compiler spells, and what SQL calls it.
#include "mapping/names.hpp"

#include <cctype>

namespace kin::mapping {

std::string snake_case(std::string_view name) {
    std::string out;
    out.reserve(name.size() + 4);
    const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (!upper(name[i])) {
            out += name[i];
            continue;
        }
        // A word starts at a capital after a small letter, and at the last capital of a run before a small letter.
        const bool after_small = i > 0 && !upper(name[i - 1]) && name[i - 1] != '_';
        const bool before_small = i > 0 && upper(name[i - 1]) && i + 1 < name.size() && !upper(name[i + 1]) &&
                                  std::isalpha(static_cast<unsigned char>(name[i + 1])) != 0;
        if (after_small || before_small) out += '_';
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
    return out;
}

std::string pascal_case(std::string_view name, bool small_first) {
    std::string out;
    bool starts = true;
    for (const char c : name) {
        if (c == '_') {
            starts = true;
            continue;
        }
        const bool small = out.empty() && small_first;
        out += starts ? static_cast<char>(small ? std::tolower(static_cast<unsigned char>(c))
                                                : std::toupper(static_cast<unsigned char>(c)))
                      : c;
        starts = false;
    }
    return out;
}

std::string upper_case(std::string_view name) {
    std::string out{name};
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

std::string type_name(std::string_view spelled) {
    const std::size_t start = spelled.find("T = ");
    if (start == std::string_view::npos) return std::string{spelled};
    std::string_view type = spelled.substr(start + 4);
    // The type ends at the bracket, or at a semicolon where g++ lists further aliases.
    int depth = 0;
    std::size_t last_scope = 0;
    std::size_t end = 0;
    for (; end < type.size(); ++end) {
        const char c = type[end];
        if (c == '<' || c == '{' || c == '(') ++depth;
        if (c == '>' || c == '}' || c == ')') --depth;
        if (depth == 0 && (c == ']' || c == ';')) break;
        if (depth == 0 && c == ':') last_scope = end + 1;
    }
    return std::string{type.substr(last_scope, end - last_scope)};
}

}  // namespace kin::mapping
