// Dotted names, `author.posts.title`: how long they may be.
#include "mapping/dotted.hpp"

#include <algorithm>

namespace kin::mapping {

std::string shown(std::string_view name) {
    constexpr std::size_t room = 80;
    if (name.size() <= room) return std::string{name};
    std::size_t end = room;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;  // no half of a character
    return std::string{name.substr(0, end)} + "…";
}

void require_short(std::string_view dotted, const site& where) {
    if (dotted.size() > longest_path) {
        throw unknown_name{"a name of " + std::to_string(dotted.size()) + " bytes, '" + shown(dotted) +
                               "': the longest has " + std::to_string(longest_path),
                           {.where = where}};
    }
    const auto steps = static_cast<std::size_t>(std::count(dotted.begin(), dotted.end(), '.')) + 1;
    if (steps <= most_steps) return;
    throw unknown_name{"a path of " + std::to_string(steps) + " steps, '" + shown(dotted) + "': the longest has " +
                           std::to_string(most_steps),
                       {.where = where}};
}

}  // namespace kin::mapping
