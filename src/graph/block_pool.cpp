// Aligned blocks, recycled between arenas.
#include "graph/block_pool.hpp"

#include <sys/mman.h>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <new>
#include <vector>

#include <kin/graph/arena.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define KIN_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KIN_POISONS 1
#endif
#endif
#ifdef KIN_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace kin::graph {
namespace {

// So many blocks that nobody has stay as they are: 32 MiB. What is in others, the system may have; the next to take one
// gets fresh pages.
constexpr std::size_t warm_blocks = 512;

// Blocks are carved from chunks of 1 MiB: one alignment loss for sixteen of them.
constexpr std::size_t chunk_size = 16 * block_size;

struct pool_of_blocks {
    std::mutex lock;
    std::vector<void*> free;
    std::vector<void*> chunks;
};

// Which 64 KiB of the address space are blocks; chunks are never given back to the system, so bits are only ever set.
constexpr unsigned block_bits = 16;
constexpr unsigned leaf_bits = 16;
static_assert(block_size == std::size_t{1} << block_bits);
struct leaf {
    std::atomic<bool> is_block[std::size_t{1} << leaf_bits];
};
std::atomic<leaf*> known_blocks[std::size_t{1} << (48 - block_bits - leaf_bits)];

std::atomic<leaf*>* leaf_around(const void* at) noexcept {
    const auto top = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(at)) >> (block_bits + leaf_bits);
    return top < std::size(known_blocks) ? &known_blocks[top] : nullptr;
}
std::size_t place_in_leaf(const void* at) noexcept {
    return (reinterpret_cast<std::uintptr_t>(at) >> block_bits) & ((std::size_t{1} << leaf_bits) - 1);
}

// Both under the pool's lock; first the one that may fail.
void make_leaf(const void* block) {
    std::atomic<leaf*>* at = leaf_around(block);
    if (at != nullptr && at->load(std::memory_order_relaxed) == nullptr)
        at->store(new leaf{}, std::memory_order_release);
}
void remember_block(const void* block) noexcept {
    std::atomic<leaf*>* at = leaf_around(block);
    if (at == nullptr) return;
    at->load(std::memory_order_relaxed)->is_block[place_in_leaf(block)].store(true, std::memory_order_release);
}

// Never destroyed: handles in static objects may outlive every other static.
pool_of_blocks& blocks() {
    static auto* p = new pool_of_blocks;
    return *p;
}

}  // namespace

void* take_block() {
    pool_of_blocks& p = blocks();
    void* block = nullptr;
    {
        const std::scoped_lock guard{p.lock};
        if (p.free.empty()) {
            p.chunks.reserve(p.chunks.size() + 1);
            p.free.reserve((p.chunks.size() + 1) * (chunk_size / block_size));
            auto* chunk = static_cast<std::byte*>(std::aligned_alloc(block_size, chunk_size));
            if (chunk == nullptr) throw std::bad_alloc{};
            try {
                make_leaf(chunk);
                make_leaf(chunk + chunk_size - 1);
            } catch (...) {
                std::free(chunk);
                throw;
            }
            p.chunks.push_back(chunk);
            for (std::size_t at = 0; at < chunk_size; at += block_size) remember_block(chunk + at);
            for (std::size_t at = chunk_size; at > 0; at -= block_size) p.free.push_back(chunk + at - block_size);
        }
        block = p.free.back();
        p.free.pop_back();
    }
#ifdef KIN_POISONS
    __asan_unpoison_memory_region(block, block_size);
#endif
    return block;
}

bool in_a_block(const void* address) noexcept {
    const std::atomic<leaf*>* at = leaf_around(address);
    const leaf* l = at == nullptr ? nullptr : at->load(std::memory_order_acquire);
    return l != nullptr && l->is_block[place_in_leaf(address)].load(std::memory_order_acquire);
}

void give_block(void* block) noexcept {
#ifdef KIN_POISONS
    __asan_poison_memory_region(block, block_size);
#endif
    pool_of_blocks& p = blocks();
    bool cold = false;
    {
        const std::scoped_lock guard{p.lock};
        cold = p.free.size() >= warm_blocks;
        if (!cold) p.free.push_back(block);  // room was reserved with the chunk
    }
    if (!cold) return;
#ifdef MADV_DONTNEED
    madvise(block, block_size, MADV_DONTNEED);
#endif
    const std::scoped_lock guard{p.lock};
    p.free.push_back(block);
}

}  // namespace kin::graph
