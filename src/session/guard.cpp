// A session belongs to one thread at a time, and says so where two are in it.
#include "session/core.hpp"

namespace kin::detail {

void session_guard::refuse_second_thread(const site& where) {
    throw usage_error{
        "a session is used by two threads at once, or by two calls of an event loop: give each a session of its own",
        {.where = where}};
}

void session_guard::finish_undoing() {
    try {
        core_.work.flushing.finish_undoing();
    } catch (...) {
        core_.thread_.store(0, std::memory_order_release);
        throw;
    }
}

void session_guard::require_outermost(const char* what, const site& where) const {
    if (outermost_) return;
    throw usage_error{std::string{"a hook, a codec or a listener cannot "} + what +
                          " its session: the call that it is in goes on with its objects",
                      {.where = where}};
}

}  // namespace kin::detail
