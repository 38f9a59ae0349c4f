// Turns statements as data into the text of one dialect, every value bound and every identifier quoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/sql/statement.hpp>
#include <kin/value/error.hpp>
#include <kin/value/value.hpp>

namespace kin::sql {

struct compiled {
    std::string text{};
    std::vector<value> parameters{};  ///< in the order of the placeholders; none for `placeholder()`
};

/// Throws mapping_error where a column belongs to no source in scope, naming the sources that there are.
[[nodiscard]] compiled compile(const select&, const dialect&, const site& = site::current());
[[nodiscard]] compiled compile(const insert&, const dialect&, const site& = site::current());
[[nodiscard]] compiled compile(const update&, const dialect&, const site& = site::current());
[[nodiscard]] compiled compile(const remove&, const dialect&, const site& = site::current());
[[nodiscard]] std::string compile(const create_schema&, const dialect&);
/// No text where the dialect has no types of names.
[[nodiscard]] std::string compile(const create_enum&, const dialect&);
[[nodiscard]] std::string compile(const create_table&, const dialect&);
[[nodiscard]] std::string compile(const create_index&, const dialect&);
[[nodiscard]] std::string compile(const add_foreign_key&, const dialect&);
[[nodiscard]] std::string compile(const create_view&, const dialect&);
[[nodiscard]] std::string compile(const drop_view&, const dialect&);
/// No text where comments are no statements.
[[nodiscard]] std::string compile(const comment_on&, const dialect&);
[[nodiscard]] std::string compile(const drop_table&, const dialect&);
/// A column of the table as CREATE TABLE and ADD COLUMN have it, with the checks that stand behind it.
[[nodiscard]] std::string column_text(const table_definition&, const column_definition&, const dialect&);
/// `UNIQUE INDEX "name" ("a", "b" DESC)`, as ADD has it (MariaDB). mapping_error where the dialect has no such index.
[[nodiscard]] std::string index_text(const index_definition&, const dialect&);
/// Whether a type of MariaDB's is compared by a collation.
[[nodiscard]] bool takes_collation(std::string_view type);
/// The condition of a CHECK that limits a text where types do not.
[[nodiscard]] std::string length_condition(std::string_view column, std::size_t characters, const dialect&);
/// `'text'`, with quotes in it doubled.
[[nodiscard]] std::string literal(std::string_view text, const dialect&);

/// SELECT of so many keys as its parameter says, which the database will not give to anybody else; a NULL where the
/// column has no sequence, no text where the dialect has none.
[[nodiscard]] std::string key_block(const source&, std::string_view column, const dialect&);
/// SELECT that lets keys to come begin behind the highest one that is there; no text where they do so by themselves.
[[nodiscard]] std::string keys_behind(const source&, std::string_view column, const dialect&);
/// `"schema"."name"`; the name alone where there is no schema, or the dialect has none.
[[nodiscard]] std::string qualified(std::string_view schema, std::string_view name, const dialect&);
/// `"name"`, with quotes in the name doubled.
[[nodiscard]] std::string quote(std::string_view identifier, const dialect&);

}  // namespace kin::sql
