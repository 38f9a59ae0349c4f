// Statements made from others.
#pragma once

#include <string_view>

#include <kin/sql/statement.hpp>

namespace kin::sql {

/// The same where columns of the table `identity` that name no alias are those of its use under `alias`.
[[nodiscard]] expr at_alias(const expr&, const void* identity, std::string_view alias);

}  // namespace kin::sql
