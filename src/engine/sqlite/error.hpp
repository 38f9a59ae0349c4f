// SQLite's result codes as Kin's errors.
#pragma once

#include <sqlite3.h>
#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin::engine::sqlite {

/// What was being done when SQLite refused.
struct failure {
    std::string_view doing;  ///< "cannot run the statement"
    std::string_view sql{};
    std::string parameters{};
    site where{};
};

/// Throws the error for an extended result code, with the connection's own message.
[[noreturn]] void raise(sqlite3* db, int code, failure what);

}  // namespace kin::engine::sqlite
