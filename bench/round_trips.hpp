// How often this process has waited for an answer.
#pragma once

#include <cstdint>

namespace bench {

/// Waits for a socket to become readable that followed upon something sent: one for each turn of a conversation,
/// however many reads a long answer takes. Of all sockets together, and of libraries too; 0 where it cannot be seen.
[[nodiscard]] std::uint64_t round_trips() noexcept;

}  // namespace bench
