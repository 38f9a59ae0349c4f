// Counts round trips by standing in front of the C library's send and poll, as heap.cpp stands in front of malloc: both
// sides are seen alike, whoever calls them, and the library under test knows nothing of it.
#include "round_trips.hpp"

#include <sys/socket.h>

#include <poll.h>

namespace {

std::uint64_t trips = 0;
bool has_sent = false;

}  // namespace

#ifdef __linux__

// glibc says that poll only writes into its argument.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

extern "C" {

ssize_t send(int socket, const void* data, std::size_t size, int flags) {
    has_sent = true;
    return ::sendto(socket, data, size, flags, nullptr, 0);
}

int poll(pollfd* sockets, nfds_t count, int milliseconds) {
    // Who also waits to write still has something to say.
    if (has_sent && milliseconds != 0 && count == 1 && (sockets->events & (POLLIN | POLLOUT)) == POLLIN) {
        has_sent = false;
        ++trips;
    }
    const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    return ::ppoll(sockets, count, milliseconds < 0 ? nullptr : &time, nullptr);
}

}  // extern "C"

#endif

namespace bench {

std::uint64_t round_trips() noexcept { return trips; }

}  // namespace bench
