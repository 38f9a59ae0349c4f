// PostgreSQL's SQLSTATEs as Kin's errors.
#pragma once

#include <libpq-fe.h>
#include <memory>

#include "../failure.hpp"

namespace kin::engine::postgresql {

struct clear_result {
    void operator()(PGresult* r) const noexcept { PQclear(r); }
};
/// What the server answered.
using result = std::unique_ptr<PGresult, clear_result>;

/// Whether a prepared statement is out of date: its tables have changed, or the server has lost it.
[[nodiscard]] bool is_outdated(const PGresult*);
/// Throws the error that the result tells; `lost` where the connection did not survive it.
[[noreturn]] void raise(const PGresult*, bool lost, failure what);
/// Throws connection_lost with libpq's message.
[[noreturn]] void raise_lost(std::string_view message, failure what);
/// Throws for a connection that could not be made: connection_failed, or what the server's answer means.
[[noreturn]] void raise_refused(PGconn*, failure what);

/// libpq's messages end in a line break, and may have several lines: one line.
[[nodiscard]] std::string one_line(const char* message);

}  // namespace kin::engine::postgresql
