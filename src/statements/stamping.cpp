// The clock of stamps.
#include "statements/stamping.hpp"

#include <chrono>

namespace kin::detail {

std::int64_t now_in_microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace kin::detail
