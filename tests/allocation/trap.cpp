#include "trap.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace kin::test {

trap allocations;
trap calls;

namespace {
std::atomic<long> live{0};

void* allocate(std::size_t size, std::size_t align) {
    if (allocations.step()) throw std::bad_alloc{};
    void* place =
        align == 0 ? std::malloc(size == 0 ? 1 : size) : std::aligned_alloc(align, (size + align - 1) & ~(align - 1));
    if (place == nullptr) throw std::bad_alloc{};
    ++live;
    return place;
}
void release(void* place) noexcept {
    if (place != nullptr) --live;
    std::free(place);
}
}  // namespace

long live_allocations() noexcept { return live; }

}  // namespace kin::test

// The others (arrays) call these. Those that do not throw are here too: an address sanitizer has its own, which do not
// call the ones above, and takes a release by the ones below for a mistake.
void* operator new(std::size_t size) { return kin::test::allocate(size, 0); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return kin::test::allocate(size, 0);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void* operator new(std::size_t size, std::align_val_t align) {
    return kin::test::allocate(size, static_cast<std::size_t>(align));
}
void operator delete(void* place) noexcept { kin::test::release(place); }
void operator delete(void* place, std::size_t) noexcept { kin::test::release(place); }
void operator delete(void* place, const std::nothrow_t&) noexcept { kin::test::release(place); }
void operator delete(void* place, std::align_val_t) noexcept { kin::test::release(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { kin::test::release(place); }
