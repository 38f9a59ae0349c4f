// Which statements change tables, and so commit what is open: a question that steps ask as well.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace kin::engine::mariadb {

/// By the first words of a statement, in capitals; empty where there are fewer.
[[nodiscard]] inline bool changes_tables(std::string_view verb, std::string_view second, std::string_view fourth) {
    if (verb == "CREATE" || verb == "DROP") return (second == "OR" ? fourth : second) != "TEMPORARY";
    constexpr std::array<std::string_view, 12> verbs{"ALTER",   "TRUNCATE", "RENAME", "GRANT",   "REVOKE",    "LOCK",
                                                     "ANALYZE", "OPTIMIZE", "REPAIR", "INSTALL", "UNINSTALL", "FLUSH"};
    return std::ranges::find(verbs, verb) != verbs.end();
}

}  // namespace kin::engine::mariadb
