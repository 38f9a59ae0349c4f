// The one place where drivers wait for a socket, so that an event loop can wait in its stead.
#pragma once

#include <cstdint>
#include <memory>

namespace kin::engine {

/// What is waited for, and what came; `readiness::none` where the time was up.
enum class readiness : std::uint8_t { none = 0, read = 1, write = 2, either = 3 };

constexpr bool has(readiness all, readiness one) noexcept {
    return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

/// A socket that is the same from wait to wait, and a place for what a flow has made to wait for it. It does not own
/// the socket: whoever does closes it once this is gone.
class kept_socket {
  public:
    /// The socket's place in an event loop. Gone before the socket.
    class watch {
      public:
        watch() = default;
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        virtual ~watch() = default;
    };

    explicit kept_socket(int number) noexcept : number_{number} {}
    [[nodiscard]] int number() const noexcept { return number_; }
    std::unique_ptr<watch> watched_by{};

  private:
    int number_;
};

/// Waits until the socket is ready, or `milliseconds` are over (below 0: for ever). An error of the socket is
/// readiness.
using wait_function = readiness (*)(int socket, readiness wanted, int milliseconds);

/// Replaces how all drivers wait; null brings poll() back. For an event loop, before the first connection is opened.
void wait_with(wait_function) noexcept;

/// Waits, as drivers do; in a flow (flow.hpp) as that does.
readiness wait_for(int socket, readiness wanted, int milliseconds = -1);
readiness wait_for(kept_socket&, readiness wanted, int milliseconds = -1);

}  // namespace kin::engine
