// SQL expressions in one spelling: checks, defaults, conditions of indexes, generated columns.
#pragma once

#include <string>
#include <string_view>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::schema::comparing {

/// The same text for expressions that differ in white space, case, quotes of names and parentheses, in casts that
/// PostgreSQL adds to literals and to texts, and in what it writes for IN, BETWEEN and LIKE. What it cannot read (a
/// subquery, say) is compared word by word. `of`: the table whose columns it names; null: none, or nobody knows.
[[nodiscard]] std::string canonical_expression(std::string_view sql, const sql::dialect&,
                                               const sql::table_definition* of = nullptr);

/// The words of a statement without white space, comments and quotes: of triggers and views.
[[nodiscard]] std::string canonical_words(std::string_view sql, const sql::dialect&);

}  // namespace kin::schema::comparing
