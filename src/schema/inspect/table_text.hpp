// What only the text of a CREATE TABLE or CREATE INDEX says on SQLite, where the catalogue has no columns for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/definition.hpp>

namespace kin::schema {

struct column_text {
    std::string name{};
    std::string default_sql{};  ///< with the parentheses of an expression
    std::string generated_sql{};
    bool stored = false;
    std::string collation{};
    bool autoincrement = false;
    std::string options{};  ///< what none of this says: NOT NULL ON CONFLICT …
};
struct table_text {
    std::vector<column_text> columns{};
    sql::unique_definition primary_key{};
    std::vector<sql::unique_definition> uniques{};
    std::vector<sql::foreign_key_definition> foreign_keys{};
    std::vector<sql::check_definition> checks{};
    std::vector<sql::check_definition> others{};  ///< table constraints that SQLite does not know today
    std::string options{};                        ///< WITHOUT ROWID, STRICT
};
struct index_text {
    std::vector<std::string> parts{};  ///< without COLLATE, ASC and DESC
    std::string where{};
};

/// Takes any text: what is no CREATE TABLE gives an empty answer.
[[nodiscard]] table_text parse_create_table(std::string_view sql);
[[nodiscard]] index_text parse_create_index(std::string_view sql);

}  // namespace kin::schema
