// SQL expressions in one spelling: checks, defaults, conditions of indexes, generated columns.
#pragma once

#include <string>
#include <string_view>

#include <kin/sql/dialect.hpp>

namespace kin::schema::comparing {

/// The same text for expressions that differ in white space, case, quotes of names and parentheses, in casts of
/// literals, and in what PostgreSQL writes for IN, BETWEEN and LIKE. What it cannot read (a subquery, say) is compared
/// word by word.
[[nodiscard]] std::string canonical_expression(std::string_view sql, const sql::dialect&);

/// The words of a statement without white space, comments and quotes: of triggers and views.
[[nodiscard]] std::string canonical_words(std::string_view sql, const sql::dialect&);

}  // namespace kin::schema::comparing
