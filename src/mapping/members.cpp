// Members with behaviour.
#include <kin/mapping/members.hpp>

#include <chrono>

namespace kin {

moment moment::now() noexcept {
    return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

}  // namespace kin
