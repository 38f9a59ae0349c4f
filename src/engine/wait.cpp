// Waiting for sockets.
#include <poll.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>

#include <kin/engine/flow.hpp>
#include <kin/engine/wait.hpp>

namespace kin::engine {

namespace {

readiness wait_with_poll(int socket, readiness wanted, int milliseconds) {
    using namespace std::chrono;
    if (socket < 0) return wanted;  // poll would pass over it
    pollfd one{socket, 0, 0};
    if (has(wanted, readiness::read)) one.events |= POLLIN;
    if (has(wanted, readiness::write)) one.events |= POLLOUT;
    const auto until = steady_clock::now() + std::chrono::milliseconds{std::max(milliseconds, 0)};
    int left = milliseconds;
    for (;;) {
        const int ready = ::poll(&one, 1, left);
        if (ready == 0) return readiness::none;
        if (ready > 0) break;
        if (errno != EINTR) return wanted;  // whoever reads or writes now is told why
        if (milliseconds > 0) {
            left = std::max(static_cast<int>(ceil<std::chrono::milliseconds>(until - steady_clock::now()).count()), 0);
        }
    }
    unsigned came = 0;
    if ((one.revents & POLLIN) != 0) came |= static_cast<unsigned>(readiness::read);
    if ((one.revents & POLLOUT) != 0) came |= static_cast<unsigned>(readiness::write);
    return came != 0 ? static_cast<readiness>(came) : wanted;  // an error: any call will tell it
}

std::atomic<wait_function> current{&wait_with_poll};

}  // namespace

void wait_with(wait_function function) noexcept { current = function != nullptr ? function : &wait_with_poll; }

readiness wait_for(int socket, readiness wanted, int milliseconds) {
    const wait_function by = current.load(std::memory_order_relaxed);
    if (milliseconds == 0) return by(socket, wanted, 0);
    if (flow* const f = flow::current()) return f->wait(socket, wanted, milliseconds);
    return by(socket, wanted, milliseconds);
}

readiness wait_for(kept_socket& socket, readiness wanted, int milliseconds) {
    if (milliseconds != 0) {
        if (flow* const f = flow::current()) return f->wait(socket, wanted, milliseconds);
    }
    return wait_for(socket.number(), wanted, milliseconds);
}

}  // namespace kin::engine
