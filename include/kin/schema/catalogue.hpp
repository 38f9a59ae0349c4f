// What a database has, or what models want of it, as data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/value/error.hpp>

namespace kin::mapping {
struct model;
}

namespace kin::schema {

using model_list = std::span<const mapping::model* const>;

/// The tables of a database, or of models, and what stands beside them. Plain data: `inspect` reads it from a database,
/// `catalogue_of` makes it of models, `create_statements` writes it, `compare` tells two of them apart.
struct catalogue {
    std::vector<sql::table_definition> tables{};
    std::vector<sql::view_definition> views{};
    std::vector<sql::enum_definition> enums{};
    std::vector<sql::other_definition> others{};

    [[nodiscard]] const sql::table_definition* find_table(std::string_view schema,
                                                          std::string_view name) const noexcept;
    [[nodiscard]] const sql::view_definition* find_view(std::string_view schema, std::string_view name) const noexcept;

    bool operator==(const catalogue&) const = default;
};

/// What the models want: their tables and the pivots that no struct describes between them, referenced ones first and
/// otherwise as listed. Sends nothing. mapping_error where a table cannot be made of what a model says.
[[nodiscard]] catalogue catalogue_of(model_list, const sql::dialect&, const site& = site::current());

/// The statements that create all of it, in an order in which they run. Foreign keys that close a cycle of tables are
/// added behind it where the database cannot refer to a table that is not there yet.
[[nodiscard]] std::vector<std::string> create_statements(const catalogue&, const sql::dialect&,
                                                         bool if_not_exists = false);

}  // namespace kin::schema
