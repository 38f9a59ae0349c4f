// Allocations of this program, and calls of its own functions, that can be made to fail.
#pragma once

#include <cstddef>
#include <stdexcept>

namespace kin::test {

/// What a function of the test's own throws.
struct refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A countdown to a failure: from `arm` on, the n-th step (from 0) fails, or that one and all after it.
class trap {
  public:
    void arm(long n, bool and_all_after) noexcept {
        left_ = n;
        on_ = true;
        stays_ = and_all_after;
        fired_ = false;
    }
    /// Whether a step has failed since.
    bool disarm() noexcept {
        on_ = false;
        return fired_;
    }
    /// Counts one step; whether it is to fail.
    bool step() noexcept {
        if (!on_ || left_-- > 0) return false;
        on_ = stays_;
        left_ = 0;
        return fired_ = true;
    }

  private:
    long left_ = 0;
    bool on_ = false;
    bool stays_ = false;
    bool fired_ = false;
};

/// Every operator new of this program.
extern trap allocations;
/// Allocations that nobody has given back.
[[nodiscard]] long live_allocations() noexcept;

/// Calls of what the tests' models and hooks are made of.
extern trap calls;
inline void may_refuse() {
    if (calls.step()) throw refusal{"refused"};
}

}  // namespace kin::test
