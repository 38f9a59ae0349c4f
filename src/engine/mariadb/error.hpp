// MariaDB's error numbers as Kin's errors.
#pragma once

#include <mysql.h>

#include "../failure.hpp"

namespace kin::engine::mariadb {

/// Throws the error of the connection; `lost` where it did not survive it.
[[noreturn]] void raise(MYSQL*, bool lost, failure what);
/// The same of a statement.
[[noreturn]] void raise(MYSQL_STMT*, bool lost, failure what);
/// Throws connection_failed, for a connection that could not be made.
[[noreturn]] void raise_refused(MYSQL*, failure what);

/// Whether nothing more can be sent after such an error.
[[nodiscard]] bool ends_connection(unsigned number) noexcept;
/// Whether a transaction is open after such an error as it was before.
[[nodiscard]] bool keeps_transaction(unsigned number) noexcept;
/// Whether the statement's result has other columns than when it was prepared.
[[nodiscard]] bool is_outdated(unsigned number) noexcept;
/// Whether this statement cannot be prepared, only sent as text.
[[nodiscard]] bool is_text_only(unsigned number) noexcept;

}  // namespace kin::engine::mariadb
