// Statements by name, compiled for every dialect and compared with a file that is read like documentation.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/sql/statement.hpp>

namespace golden {

using statement =
    std::variant<kin::sql::select, kin::sql::insert, kin::sql::update, kin::sql::remove, kin::sql::create_schema,
                 kin::sql::create_enum, kin::sql::create_table, kin::sql::create_index, kin::sql::add_foreign_key,
                 kin::sql::comment_on, kin::sql::drop_table>;

struct named {
    std::string name;
    statement what;
};

std::vector<named> queries();
std::vector<named> compounds();
std::vector<named> conditions();
std::vector<named> writes();
/// The same in every dialect but for the names of types.
std::vector<named> schemas(const kin::sql::dialect&);

}  // namespace golden
