// A session belongs to one thread at a time, and says so where two are in it.
#include "session/core.hpp"

namespace kin::detail {

namespace {
std::uintptr_t this_thread() noexcept {
    // The address of a thread-local object is the cheapest name of a thread that is alive.
    static thread_local char here;
    return reinterpret_cast<std::uintptr_t>(&here);
}
}  // namespace

session_guard::session_guard(const session_core& core, const site& where)
    : core_{const_cast<session_core&>(core)}, outermost_{false} {
    const std::uintptr_t me = this_thread();
    std::uintptr_t inside = core_.thread_.load(std::memory_order_relaxed);
    if (inside == me) return;  // only this thread could have written it
    inside = 0;
    if (!core_.thread_.compare_exchange_strong(inside, me, std::memory_order_acquire, std::memory_order_relaxed)) {
        throw usage_error{"a session is used by two threads at once: give each thread a session of its own",
                          {.where = where}};
    }
    outermost_ = true;
    if (!core_.work.flushing.is_unfinished()) [[likely]]
        return;
    try {
        core_.work.flushing.finish_undoing();
    } catch (...) {
        core_.thread_.store(0, std::memory_order_release);
        throw;
    }
}

session_guard::~session_guard() {
    if (outermost_) core_.thread_.store(0, std::memory_order_release);
}

void session_guard::require_outermost(const char* what, const site& where) const {
    if (outermost_) return;
    throw usage_error{std::string{"a hook, a codec or a listener cannot "} + what +
                          " its session: the call that it is in goes on with its objects",
                      {.where = where}};
}

}  // namespace kin::detail
