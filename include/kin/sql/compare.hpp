// Conditions from outside: an operator as text, verified before it is used.
#pragma once

#include <string_view>

#include <kin/sql/statement.hpp>
#include <kin/value/error.hpp>

namespace kin::sql {

/// `column <operator> value` for `=`, `==`, `!=`, `<>`, `<`, `<=`, `>`, `>=`, `like`, `not like` (written in any
/// case; what they find minds case, as `expression::like` does);
/// unknown_name with that list for anything else.
[[nodiscard]] expr compare(expr column, std::string_view operator_text, value, const site& = site::current());

/// The operator alone, as `compare` reads it.
[[nodiscard]] op comparison_operator(std::string_view operator_text, const site& = site::current());

}  // namespace kin::sql
