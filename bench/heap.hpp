// How much the heap grows while something runs.
#pragma once

#include <cstddef>

namespace bench {

/// From here on every allocation of the process is counted; with what was allocated before as zero.
void start_counting_heap() noexcept;

/// The highest growth since then, in bytes; 0 where the allocator cannot be watched.
std::size_t stop_counting_heap() noexcept;

}  // namespace bench
