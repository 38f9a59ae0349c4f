// Literals and functions in one spelling, where a database writes them in another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kin::schema::comparing {

/// A literal without a cast that PostgreSQL adds itself, or that says no more than the literal; nothing where the value
/// is another one with it.
[[nodiscard]] std::optional<std::string> without_cast(const std::string& literal, const std::string& to);

/// `5.00` is what MariaDB makes of a 5 that is a decimal's.
[[nodiscard]] std::string without_last_zeros(std::string number);

/// The name that MariaDB gives to a function that has several; others as they are.
[[nodiscard]] std::string mariadb_function(const std::string& name);

}  // namespace kin::schema::comparing
