// Whether readers on several threads get as much out of the processors as connections of the C API do.
#pragma once

#include <vector>

#include "harness.hpp"

namespace bench {

/// Each workload on 1, 2, 4 and 8 threads, a session or a connection for each, on a file in WAL or on a server. Prints
/// calls a second of both sides and how often those of one thread. Returns 0; throws std::runtime_error where a
/// checksum is wrong.
int measure_threads(const std::vector<const workload*>&, const plan&);

}  // namespace bench
