// Which flow of control a thread is in. All that is thread-local here is reached by calls that are never inlined: a
// function that was suspended may go on in another thread, where an address that it has kept is another thread's.
#include <cxxabi.h>
#include <cstddef>
#include <cstring>
#include <utility>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/flow.hpp>
#include <kin/engine/statement_log.hpp>

namespace kin::engine {

namespace {

thread_local constinit flow* current_flow = nullptr;

/// As the C++ ABI describes it (https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html#cxx-data).
struct exceptions_of_thread {
    void* caught;
    unsigned uncaught;
};

}  // namespace

[[gnu::noinline]] flow* flow::current() noexcept { return current_flow; }

[[gnu::noinline]] const void* running() noexcept {
    // The address of a thread-local object is the cheapest name of a thread that is alive.
    return current_flow != nullptr ? static_cast<const void*>(current_flow) : static_cast<const void*>(&current_flow);
}

[[gnu::noinline]] void running_state::swap() noexcept {
    std::swap(flow_, current_flow);
    cancellation_ = cancellation::exchange(cancellation_);
    watch_ = thread_watch::exchange(watch_);
    auto* const place = reinterpret_cast<std::byte*>(abi::__cxa_get_globals());
    exceptions_of_thread there{};
    std::memcpy(&there, place, sizeof there);
    const exceptions_of_thread here{caught_, uncaught_};
    std::memcpy(place, &here, sizeof here);
    caught_ = there.caught;
    uncaught_ = there.uncaught;
}

}  // namespace kin::engine
