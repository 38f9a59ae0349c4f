// The second unit that includes all of Kin: what is defined twice would not link.
#if __has_include(<kin/kin.hpp>)
#include <kin/kin.hpp>
#endif
#include <kin/engine/connection.hpp>
#include <kin/sql/compiler.hpp>

std::string quoted(std::string_view name) { return kin::sql::quote(name, kin::sql::sqlite_dialect()); }
