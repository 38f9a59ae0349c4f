// Work on a thread with a small stack, as servers have them: what recurses over data ends the process there.
#pragma once

#include <pthread.h>

#include <exception>
#include <functional>
#include <stdexcept>

#include "support/sanitizer.hpp"

namespace kin::test {

/// Rethrows what the action throws. Sanitizers, and compilers that do not optimise, need more room for the same.
inline void on_small_stack(const std::function<void()>& action) {
    constexpr std::size_t size = (keeps_freed_memory ? 4096 : 1024) * std::size_t{1024};
    struct work {
        const std::function<void()>& action;
        std::exception_ptr error{};
    } what{action};
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, size);
    const auto run = [](void* given) -> void* {
        auto* w = static_cast<work*>(given);
        try {
            w->action();
        } catch (...) {
            w->error = std::current_exception();
        }
        return nullptr;
    };
    if (pthread_create(&thread, &attributes, run, &what) != 0) throw std::runtime_error{"no thread"};
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    if (what.error) std::rethrow_exception(what.error);
}

}  // namespace kin::test
