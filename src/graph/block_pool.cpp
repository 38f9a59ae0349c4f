// Aligned blocks, recycled between arenas.
#include "graph/block_pool.hpp"

#include <sys/mman.h>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>

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

// Blocks are carved from chunks: one alignment loss for sixteen of them. A program that has taken the first eight gets
// larger ones, each a huge page where the system has them: a page fault for thirty-two blocks instead of sixteen for
// each, and their translations stay cached. (For smaller programs 2 MiB at once would be a waste.)
constexpr std::size_t small_chunk = std::size_t{1} << 20;
constexpr std::size_t large_chunk = 2 * small_chunk;
constexpr std::size_t small_chunks = 8;

// So much that nobody has stays as it is: 32 MiB. Of what is beyond that, whole chunks go to the system; who takes such
// a chunk again gets fresh pages.
constexpr std::size_t warm_bytes = std::size_t{32} << 20;

struct chunk {
    std::byte* at = nullptr;
    std::uint32_t all = 0;   ///< a bit for each of its blocks
    std::uint32_t free = 0;  ///< those that nobody has
    chunk* previous = nullptr;
    chunk* next = nullptr;

    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::popcount(all)) * block_size;
    }
};

class list_of_chunks {
  public:
    [[nodiscard]] chunk* front() const noexcept { return front_; }
    void push(chunk* c) noexcept {
        c->previous = nullptr;
        c->next = front_;
        if (front_ != nullptr) front_->previous = c;
        front_ = c;
    }
    void remove(chunk* c) noexcept {
        (c->previous != nullptr ? c->previous->next : front_) = c->next;
        if (c->next != nullptr) c->next->previous = c->previous;
    }

  private:
    chunk* front_ = nullptr;
};

// A chunk of which all blocks are taken is in none of the lists.
struct pool_of_blocks {
    std::mutex lock;
    list_of_chunks open;  ///< some of their blocks are taken
    list_of_chunks idle;  ///< none is
    list_of_chunks cold;  ///< none is, and their pages are the system's
    std::size_t idle_bytes = 0;
    std::size_t chunks = 0;
};

// Whose each MiB of the address space is. Chunks are never given back as a whole, so entries only come.
constexpr unsigned entry_bits = 20;
constexpr unsigned leaf_bits = 12;
static_assert(small_chunk == std::size_t{1} << entry_bits);
struct leaf {
    std::atomic<chunk*> owner[std::size_t{1} << leaf_bits];
};
std::atomic<leaf*> known_chunks[std::size_t{1} << (48 - entry_bits - leaf_bits)];

std::atomic<leaf*>* leaf_around(const void* at) noexcept {
    const auto top = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(at)) >> (entry_bits + leaf_bits);
    return top < std::size(known_chunks) ? &known_chunks[top] : nullptr;
}
std::size_t place_in_leaf(const void* at) noexcept {
    return (reinterpret_cast<std::uintptr_t>(at) >> entry_bits) & ((std::size_t{1} << leaf_bits) - 1);
}
chunk* chunk_around(const void* address) noexcept {
    const std::atomic<leaf*>* at = leaf_around(address);
    const leaf* l = at == nullptr ? nullptr : at->load(std::memory_order_acquire);
    return l == nullptr ? nullptr : l->owner[place_in_leaf(address)].load(std::memory_order_acquire);
}

// Never destroyed: handles in static objects may outlive every other static.
pool_of_blocks& blocks() {
    static auto* p = new pool_of_blocks;
    return *p;
}

// Under the pool's lock.
chunk* new_chunk(pool_of_blocks& p) {
    const bool large = p.chunks >= small_chunks;
    const std::size_t size = large ? large_chunk : small_chunk;
    auto made = std::make_unique<chunk>();
    std::unique_ptr<std::byte, void (*)(void*)> place{static_cast<std::byte*>(std::aligned_alloc(size, size)),
                                                      &std::free};
    if (place == nullptr) throw std::bad_alloc{};
    for (std::size_t at = 0; at < size; at += small_chunk) {
        std::atomic<leaf*>* const l = leaf_around(place.get() + at);
        if (l == nullptr) throw std::bad_alloc{};  // no address of a program on any system that is known
        if (l->load(std::memory_order_relaxed) == nullptr) l->store(new leaf{}, std::memory_order_release);
    }
#ifdef MADV_HUGEPAGE
    if (large) madvise(place.get(), size, MADV_HUGEPAGE);
#endif
    made->at = place.release();
    made->all = made->free = ~std::uint32_t{0} >> (32 - size / block_size);
    for (std::size_t at = 0; at < size; at += small_chunk) {
        leaf_around(made->at + at)
            ->load(std::memory_order_relaxed)
            ->owner[place_in_leaf(made->at + at)]
            .store(made.get(), std::memory_order_release);
    }
    ++p.chunks;
    return made.release();
}

}  // namespace

void* take_block() {
    pool_of_blocks& p = blocks();
    void* block = nullptr;
    {
        const std::scoped_lock guard{p.lock};
        chunk* from = p.open.front();
        if (from == nullptr) {
            if ((from = p.idle.front()) != nullptr) {
                p.idle.remove(from);
                p.idle_bytes -= from->size();
            } else if ((from = p.cold.front()) != nullptr) {
                p.cold.remove(from);
            } else {
                from = new_chunk(p);
            }
            p.open.push(from);
        }
        block = from->at + static_cast<std::size_t>(std::countr_zero(from->free)) * block_size;
        from->free &= from->free - 1;
        if (from->free == 0) p.open.remove(from);
    }
#ifdef KIN_POISONS
    __asan_unpoison_memory_region(block, block_size);
#endif
    return block;
}

bool in_a_block(const void* address) noexcept { return chunk_around(address) != nullptr; }

void give_block(void* block) noexcept {
#ifdef KIN_POISONS
    __asan_poison_memory_region(block, block_size);
#endif
    pool_of_blocks& p = blocks();
    chunk* const home = chunk_around(block);
    {
        const std::scoped_lock guard{p.lock};
        const auto number = static_cast<std::size_t>(static_cast<std::byte*>(block) - home->at) / block_size;
        if (home->free == 0) p.open.push(home);
        home->free |= std::uint32_t{1} << number;
        if (home->free != home->all) return;
        p.open.remove(home);
        if (p.idle_bytes + home->size() <= warm_bytes) {
            p.idle_bytes += home->size();
            p.idle.push(home);
            return;
        }
    }
#ifdef MADV_DONTNEED
    madvise(home->at, home->size(), MADV_DONTNEED);
#endif
    const std::scoped_lock guard{p.lock};
    p.cold.push(home);
}

}  // namespace kin::graph
