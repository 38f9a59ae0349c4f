// Statements that a transaction sends again and again.
#pragma once

#include <kin/engine/statement_log.hpp>

namespace kin::engine {

/// A listener that counts, and reports at the end of each transaction.
[[nodiscard]] statement_listener watching_repetitions(repetition_listener report, std::size_t threshold);

}  // namespace kin::engine
