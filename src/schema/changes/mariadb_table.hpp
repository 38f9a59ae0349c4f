// What is to be done to one table of MariaDB's.
#pragma once

#include <string>
#include <vector>

#include <kin/sql/alteration.hpp>

#include "plan.hpp"

namespace kin::schema::changing {

/// One ALTER TABLE where it can be, which has happened or has not; two where rows get values in between.
struct mariadb_steps {
    std::string schema{};
    std::string table{};
    std::vector<std::string>
        values{};  ///< statements in front: a column that is not computed any more keeps what it has
    std::vector<sql::table_action> first{};
    std::vector<sql::fill_nulls> fills{};
    std::vector<sql::table_action> second{};
};
[[nodiscard]] mariadb_steps mariadb_steps_of(const change_plan&, const comparing::table_match&);

/// Columns that no key may have while they are changed.
[[nodiscard]] std::vector<std::string> columns_under_keys(const change_plan&, const comparing::table_match&);

/// Whether an index begins with these columns, in this order.
[[nodiscard]] bool begins_with(const std::vector<std::string>& index, const std::vector<std::string>& columns,
                               const sql::dialect&);
[[nodiscard]] std::vector<std::string> columns_of(const sql::index_definition&);

}  // namespace kin::schema::changing
