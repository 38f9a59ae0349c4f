// Copies of a database that its server keeps up to date, and how far a read may be behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kin {

/// The replicas of a database, for sessions that only read: `kin::database db{primary, kin::replicas{{first,
/// second}}}`.
struct replicas {
    std::vector<std::string> urls{};  ///< as the primary's: of the same engine, and the same database
    /// One that is further behind than this is left out, until it has caught up.
    std::int64_t lag_milliseconds = 10000;
    /// How long a read that must not be older than a commit (`read_your_writes`) waits for a replica that has it,
    /// before it goes to the primary.
    std::int64_t wait_milliseconds = 500;
    /// A session looks at a replica once more where nobody has for so long: two short statements.
    std::int64_t look_milliseconds = 1000;
};

}  // namespace kin
