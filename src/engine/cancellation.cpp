// What becomes of work that is no longer wanted.
#include <utility>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/connection.hpp>

namespace kin::engine {

namespace {

thread_local constinit cancellation* current_cancellation = nullptr;

}  // namespace

cancellation::~cancellation() {
    while (!connections_.empty()) connections_.back()->heed(nullptr);
}

// Never inlined, as flow.cpp says.
[[gnu::noinline]] cancellation* cancellation::current() noexcept { return current_cancellation; }

[[gnu::noinline]] cancellation* cancellation::exchange(cancellation* next) noexcept {
    return std::exchange(current_cancellation, next);
}

void cancellation::refuse(const site& where) {
    throw statement_canceled{"nothing more is begun: the call was cancelled", {.where = where}};
}

}  // namespace kin::engine
