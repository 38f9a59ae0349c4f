// Which statements change tables, and so commit what is open: a question that steps ask as well.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace kin::engine::mariadb {

/// By the first words of a statement, in capitals; empty where there are fewer. What procedures do is not known.
[[nodiscard]] inline bool changes_tables(std::string_view verb, std::string_view second, std::string_view fourth) {
    if (verb == "CREATE" || verb == "DROP") return (second == "OR" ? fourth : second) != "TEMPORARY";
    if (verb == "ANALYZE")
        return second == "TABLE" || second == "TABLES" || second == "LOCAL" || second == "NO_WRITE_TO_BINLOG";
    if (verb == "CHECK") return second == "TABLE" || second == "TABLES" || second == "VIEW";
    if (verb == "LOAD") return second == "INDEX";
    if (verb == "SET") return second == "PASSWORD" || second == "DEFAULT";
    constexpr std::array<std::string_view, 14> verbs{"ALTER", "TRUNCATE", "RENAME", "GRANT",   "REVOKE",
                                                     "LOCK",  "OPTIMIZE", "REPAIR", "INSTALL", "UNINSTALL",
                                                     "FLUSH", "CACHE",    "RESET",  "BACKUP"};
    return std::ranges::find(verbs, verb) != verbs.end();
}

}  // namespace kin::engine::mariadb
