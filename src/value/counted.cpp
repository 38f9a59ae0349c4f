// The count of shared ownership.
#include <atomic>

#include <kin/value/counted.hpp>

namespace kin::detail {

// To become an owner is no message to other threads; to stop being one is: what was done with the object comes before
// its end.
void counted_owner::retain() noexcept { std::atomic_ref{block_->owners}.fetch_add(1, std::memory_order_relaxed); }

void counted_owner::release() noexcept {
    if (std::atomic_ref{block_->owners}.fetch_sub(1, std::memory_order_acq_rel) == 1) block_->destroy(block_);
}

}  // namespace kin::detail
