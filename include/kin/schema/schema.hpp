// Creates and drops the tables of models, referenced tables first.
#pragma once

#include <string>
#include <vector>

#include <kin/schema/catalogue.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// The statements that create the models' tables and indexes, in an order in which they run. Foreign keys that close
/// a cycle of tables are added behind it where the database cannot refer to a table that is not there yet.
[[nodiscard]] std::vector<std::string> create_statements(model_list, const sql::dialect&, bool if_not_exists = false,
                                                         const site& = site::current());

/// The statements that drop the models' tables: referring tables first, cycles at once. To be run
/// in one transaction.
[[nodiscard]] std::vector<std::string> drop_statements(model_list, const sql::dialect&, bool if_exists = false,
                                                       const site& = site::current());

/// Creates everything or nothing; takes part in a transaction that is already open.
void create(engine::connection&, model_list, bool if_not_exists = false, const site& = site::current());

/// Drops everything or nothing, rows included; takes part in a transaction that is already open.
void drop(engine::connection&, model_list, bool if_exists = false, const site& = site::current());

}  // namespace kin::schema
