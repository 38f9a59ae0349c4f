// Tables, indexes and foreign keys as data: statements that define a schema.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kin/value/kind.hpp>

namespace kin::sql {

struct column_definition {
    std::string name{};
    kind type = kind::int64;
    std::uint16_t length = 0;
    bool nullable = false;
    bool generated_key = false;  ///< single integer primary key made by the database
    std::string default_sql{};
    std::string generated_sql{};  ///< GENERATED ALWAYS AS (this) STORED
    bool part_of_key = false;     ///< one of several: no rowid
    bool identity = false;        ///< GENERATED ALWAYS AS IDENTITY
};
struct foreign_key_definition {
    std::vector<std::string> columns{};
    std::string schema{};
    std::string table{};
    std::vector<std::string> target_columns{};
    std::string on_delete{};  ///< "CASCADE", "SET NULL", …; empty for none
    std::string on_update{};
    bool deferred = false;  ///< checked at commit
};
struct check_definition {
    std::string name{};
    std::string sql{};
};
struct unique_definition {
    std::string name{};  ///< empty: the database names it
    std::vector<std::string> columns{};
};
struct create_schema {
    std::string schema{};
    bool if_not_exists = false;
};
struct create_table {
    std::string schema{};
    std::string table{};
    bool if_not_exists = false;
    std::vector<column_definition> columns{};
    std::vector<std::string> primary_key{};
    std::vector<unique_definition> uniques{};
    std::vector<foreign_key_definition> foreign_keys{};
    std::vector<check_definition> checks{};
};
struct create_index {
    std::string name{};
    std::string schema{};
    std::string table{};
    std::vector<std::string> columns{};
    bool unique = false;
    bool if_not_exists = false;
};
struct add_foreign_key {
    std::string name{};
    std::string schema{};
    std::string table{};
    bool if_not_exists = false;  ///< needs the name
    foreign_key_definition key{};
};
struct drop_table {
    std::string schema{};
    std::string table{};
    bool if_exists = false;
    bool cascade = false;  ///< also the foreign keys that refer to it, where the database can
};

}  // namespace kin::sql
