// Watches the heap by standing in front of glibc's malloc, so that C and C++ are seen alike. While nothing is counted
// it costs one predictable branch. Sanitizers bring an allocator of their own and are left alone.
#include "heap.hpp"

#include <features.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)
#define BENCH_WATCHES_HEAP
#endif
#else
#define BENCH_WATCHES_HEAP
#endif
#endif

#ifdef BENCH_WATCHES_HEAP

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace {

std::atomic<bool> counting{false};
std::atomic<std::int64_t> now{0};
std::atomic<std::int64_t> peak{0};

void grow(void* block) noexcept {
    if (!block) return;
    const auto size = static_cast<std::int64_t>(::malloc_usable_size(block));
    const std::int64_t total = now.fetch_add(size, std::memory_order_relaxed) + size;
    std::int64_t seen = peak.load(std::memory_order_relaxed);
    while (total > seen && !peak.compare_exchange_weak(seen, total, std::memory_order_relaxed)) {
    }
}

void shrink(void* block) noexcept {
    if (!block) return;
    now.fetch_sub(static_cast<std::int64_t>(::malloc_usable_size(block)), std::memory_order_relaxed);
}

bool is_counting() noexcept { return counting.load(std::memory_order_relaxed); }

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) noexcept {
    void* block = __libc_malloc(size);
    if (is_counting()) [[unlikely]] {
        grow(block);
    }
    return block;
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    void* block = __libc_calloc(count, size);
    if (is_counting()) [[unlikely]] {
        grow(block);
    }
    return block;
}

void* realloc(void* old, std::size_t size) noexcept {
    if (!is_counting()) [[likely]] {
        return __libc_realloc(old, size);
    }
    const std::int64_t before = old ? static_cast<std::int64_t>(::malloc_usable_size(old)) : 0;
    void* block = __libc_realloc(old, size);
    if (block || size == 0) now.fetch_sub(before, std::memory_order_relaxed);
    grow(block);
    return block;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
    void* block = __libc_memalign(alignment, size);
    if (is_counting()) [[unlikely]] {
        grow(block);
    }
    return block;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }

int posix_memalign(void** result, std::size_t alignment, std::size_t size) noexcept {
    void* block = memalign(alignment, size);
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

void free(void* block) noexcept {
    if (is_counting()) [[unlikely]] {
        shrink(block);
    }
    __libc_free(block);
}

}  // extern "C"

namespace bench {

void start_counting_heap() noexcept {
    now = 0;
    peak = 0;
    counting = true;
}

std::size_t stop_counting_heap() noexcept {
    counting = false;
    return static_cast<std::size_t>(peak.load());
}

}  // namespace bench

#else

namespace bench {

void start_counting_heap() noexcept {}
std::size_t stop_counting_heap() noexcept { return 0; }

}  // namespace bench

#endif
