// Which values a database's type can hold.
#pragma once

#include <string_view>

#include <kin/sql/dialect.hpp>
#include <kin/value/kind.hpp>

namespace kin::schema {

/// Whether values of this kind can be written to a column of the type, read from it, and compared with it. A type that
/// is not known is taken for one that can.
[[nodiscard]] bool type_fits(std::string_view type, kind, const sql::dialect&);

}  // namespace kin::schema
