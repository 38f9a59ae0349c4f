// Aligned blocks, recycled between arenas.
#include "graph/block_pool.hpp"

#include <cstdlib>
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

// Blocks are carved from chunks of 1 MiB: one alignment loss for sixteen of them.
constexpr std::size_t chunk_size = 16 * block_size;

struct pool_of_blocks {
    std::mutex lock;
    std::vector<void*> free;
    std::vector<void*> chunks;
};

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
            p.chunks.push_back(chunk);
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

void give_block(void* block) noexcept {
#ifdef KIN_POISONS
    __asan_poison_memory_region(block, block_size);
#endif
    pool_of_blocks& p = blocks();
    const std::scoped_lock guard{p.lock};
    p.free.push_back(block);  // room was reserved with the chunk
}

}  // namespace kin::graph
