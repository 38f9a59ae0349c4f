// What the rows of tables hold, where their declaration does not say it: SQLite's types are advice, and views and
// tables without a key have no column that is known to tell their rows apart.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <kin/schema/catalogue.hpp>

namespace kin::engine {
class connection;
}

namespace kin::reverse {

struct column_facts {
    std::int64_t integers = 0;
    std::int64_t reals = 0;
    std::int64_t texts = 0;
    std::int64_t blobs = 0;
    std::int64_t beyond_boolean = 0;  ///< integers that are neither 0 nor 1
    std::int64_t dates = 0;           ///< texts like 2024-02-29
    std::int64_t moments = 0;         ///< 2024-02-29 12:00:00
    std::int64_t milliseconds = 0;    ///< 2024-02-29 12:00:00.250
    bool distinct = false;            ///< no two rows have the same, and none has NULL; asked where there is no key
};
struct table_facts {
    bool known = false;
    std::int64_t rows = 0;
    std::vector<column_facts> columns{};
};

/// By schema and name, a dot between. One statement for each table that leaves a question open, which reads all of it.
using all_facts = std::map<std::string, table_facts>;
[[nodiscard]] all_facts read_facts(engine::connection&, const schema::catalogue&);
[[nodiscard]] std::string facts_name(const std::string& schema, const std::string& name);

}  // namespace kin::reverse
