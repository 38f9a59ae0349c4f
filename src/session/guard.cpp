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
    : core_{const_cast<session_core&>(core)}, before_{core_.thread_.load(std::memory_order_relaxed)} {
    const std::uintptr_t me = this_thread();
    if (before_ != 0 && before_ != me) {
        throw usage_error{"a session is used by two threads at once: give each thread a session of its own",
                          {.where = where}};
    }
    core_.thread_.store(me, std::memory_order_relaxed);
}

session_guard::~session_guard() { core_.thread_.store(before_, std::memory_order_relaxed); }

}  // namespace kin::detail
