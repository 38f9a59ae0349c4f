// What sanitizers want to know where a thread goes from one stack to another.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define KIN_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KIN_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define KIN_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KIN_THREAD_SANITIZER 1
#endif
#endif
#if defined(KIN_ADDRESS_SANITIZER) || defined(KIN_THREAD_SANITIZER)
#define KIN_SWITCHES_ARE_TOLD 1
#endif
#ifdef KIN_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef KIN_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace kin::asio::detail {

/// The stack of one coroutine, and the one that it came from. Inlined: the thread sanitizer counts the calls of each
/// stack, and a function that changes it would begin on one and end on the other.
class stack_marks {
  public:
    /// `bottom` is the lowest address.
    void describe(const void* bottom, std::size_t size) noexcept {
        bottom_ = bottom;
        size_ = size;
#ifdef KIN_THREAD_SANITIZER
        own_ = __tsan_create_fiber(0);
#endif
    }
    void forget() noexcept {
#ifdef KIN_THREAD_SANITIZER
        if (own_ != nullptr) __tsan_destroy_fiber(own_);
        own_ = nullptr;
#endif
    }

    /// Around the switch from a thread to the coroutine, and back. (For the thread sanitizer here alone: the frames in
    /// which a coroutine ends belong to its own stack.)
    [[gnu::always_inline]] void before_resume() noexcept {
#ifdef KIN_ADDRESS_SANITIZER
        __sanitizer_start_switch_fiber(&outer_fake_, bottom_, size_);
#endif
#ifdef KIN_THREAD_SANITIZER
        outer_ = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(own_, 0);
#endif
    }
    [[gnu::always_inline]] void after_resume() noexcept {
#ifdef KIN_ADDRESS_SANITIZER
        __sanitizer_finish_switch_fiber(outer_fake_, nullptr, nullptr);
#endif
#ifdef KIN_THREAD_SANITIZER
        __tsan_switch_to_fiber(outer_, 0);
#endif
    }
    /// First thing in the coroutine, and each time that it goes on.
    [[gnu::always_inline]] void entered() noexcept {
#ifdef KIN_ADDRESS_SANITIZER
        __sanitizer_finish_switch_fiber(own_fake_, &outer_bottom_, &outer_size_);
#endif
    }
    /// Before it is left. (Also for the last time: the address sanitizer would take away the frames in which the
    /// coroutine's end is still to be told. It keeps them for good.)
    [[gnu::always_inline]] void before_suspend() noexcept {
#ifdef KIN_ADDRESS_SANITIZER
        __sanitizer_start_switch_fiber(&own_fake_, outer_bottom_, outer_size_);
#endif
    }

  private:
    [[maybe_unused]] const void* bottom_ = nullptr;
    [[maybe_unused]] std::size_t size_ = 0;
    [[maybe_unused]] void* own_fake_ = nullptr;
    [[maybe_unused]] void* outer_fake_ = nullptr;
    [[maybe_unused]] const void* outer_bottom_ = nullptr;
    [[maybe_unused]] std::size_t outer_size_ = 0;
    [[maybe_unused]] void* own_ = nullptr;
    [[maybe_unused]] void* outer_ = nullptr;
};

}  // namespace kin::asio::detail
