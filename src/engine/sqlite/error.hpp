// SQLite's result codes as Kin's errors.
#pragma once

#include <sqlite3.h>

#include "../failure.hpp"

namespace kin::engine::sqlite {

/// Throws the error for an extended result code, with the connection's own message.
[[noreturn]] void raise(sqlite3* db, int code, failure what);

}  // namespace kin::engine::sqlite
