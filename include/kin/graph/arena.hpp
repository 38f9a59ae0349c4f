// Where the objects of a session live: slabs of one model each, and plain bytes for everything around them. Counted
// by the session and by every handle, so that results stay readable after the session is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <kin/graph/aggregate_table.hpp>
#include <kin/graph/host.hpp>
#include <kin/graph/identity_map.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>

namespace kin::graph {

inline constexpr std::size_t block_size = 64 * 1024;
/// What is larger, and does not fit where the arena is, is an allocation of its own.
inline constexpr std::size_t largest_in_block = block_size / 4;

class arena;
struct pool;

/// A block full of nodes of one model, aligned to its size, so that any address inside an object leads to its node.
struct slab {
    arena* home;
    pool* in;
    slab* next;
    std::uint32_t stride;
    std::uint32_t used;  ///< nodes
    std::uint32_t limit;
    bool left = false;                        ///< all of its objects have, at the last look (departed_slabs)
    static constexpr std::size_t first = 64;  ///< offset of the first node

    [[nodiscard]] node* at(std::uint32_t i) noexcept {
        return reinterpret_cast<node*>(reinterpret_cast<std::byte*>(this) + first + std::size_t{i} * stride);
    }
    /// The slab around an address that is known to be inside an attached object.
    [[nodiscard]] static slab* around(const void* inside) noexcept {
        return reinterpret_cast<slab*>(reinterpret_cast<std::uintptr_t>(inside) & ~(block_size - 1));
    }
};

/// The node whose object contains the address; only for addresses in slabs.
[[nodiscard]] inline node* owner_of(const void* inside) noexcept {
    slab* s = slab::around(inside);
    const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(inside) -
                                                   reinterpret_cast<std::uintptr_t>(s) - slab::first);
    return s->at(offset / s->stride);
}

/// The objects of one model in one arena.
struct pool {
    arena* home = nullptr;
    const mapping::model* what = nullptr;
    std::uint32_t stride = 0;
    slab* current = nullptr;
    group loners{};                      ///< for objects without siblings
    group emptied{};                     ///< of objects that have left and hold nothing any more (departed_slabs)
    std::vector<std::uint32_t> slots{};  ///< offsets of the relations' words
    std::uint32_t outside = 0;           ///< bytes behind the object for relations declared outside
    bool key_first = false;              ///< the key is one 64-bit integer and the first column
    identity_map identities{};
};

class keyed_index;
class large_lists;
class result_groups;
class spare_places;

/// In front of an allocation of its own, so that it is given back at once, among however many.
struct alignas(32) large_place {
    large_place* before;
    large_place* next;
};

class arena : public arena_count {
  public:
    explicit arena(host*);
    arena(const arena&) = delete;
    arena& operator=(const arena&) = delete;

    pool& pool_of(const mapping::model& m) {
        if (m.number < pools_.size() && pools_[m.number] != nullptr) return *pools_[m.number];
        return new_pool(m);
    }
    [[nodiscard]] pool* find_pool(const mapping::model& m) noexcept {
        return m.number < pools_.size() ? pools_[m.number] : nullptr;
    }

    /// The object that the node's columns refer to by the key, if it is here.
    [[nodiscard]] node* find_target(const node&, const mapping::foreign_key&) const;

    /// Room for one more node; the caller constructs the object and then calls `keep`.
    node* reserve(pool& p) {
        slab* s = p.current;
        if (s == nullptr || s->used == s->limit) s = new_slab(p);
        node* n = s->at(s->used);
        if (p.outside != 0) clear_outside(p, n);
        return n;
    }
    /// The object of the node last reserved is constructed: from now on it is destroyed with the arena.
    static void keep(pool& p) noexcept { ++p.current->used; }

    /// Bytes that live as long as the arena, aligned to 16.
    void* bytes(std::size_t size) {
        size = (size + 15) & ~std::size_t{15};
        if (static_cast<std::size_t>(limit_ - cursor_) < size) return more_bytes(size);
        std::byte* at = cursor_;
        cursor_ += size;
        return at;
    }
    /// The same for a snapshot, aligned to 32: the low bits of its address are the node's.
    std::byte* snapshot_bytes(std::size_t size) {
        if (size > largest_in_block) [[unlikely]]
            return static_cast<std::byte*>(large_bytes(size));
        if (spare_ != nullptr) {
            if (std::byte* place = spare_place(size)) return place;
        }
        if ((reinterpret_cast<std::uintptr_t>(cursor_) & 16) != 0) cursor_ += 16;
        return static_cast<std::byte*>(bytes((size + 31) & ~std::size_t{31}));
    }
    /// What snapshot_bytes gave is nobody's any more.
    void give_back(const std::byte* snapshot, std::size_t size) noexcept;
    template <class T>
    T* array(std::size_t n) {
        return static_cast<T*>(bytes(n * sizeof(T)));
    }

    [[nodiscard]] aggregate_table& aggregates() noexcept { return aggregates_; }
    [[nodiscard]] keyed_index& keyed() const noexcept { return *keyed_; }
    [[nodiscard]] large_lists& lists() const noexcept { return *lists_; }

    /// The groups in which objects come.
    [[nodiscard]] result_groups& results() {
        if (results_ == nullptr) [[unlikely]]
            make_results();
        return *results_;
    }
    /// Calls `visit` with every node; returns how many there are.
    template <class Visit>
    std::size_t each_node(Visit visit) noexcept {
        std::size_t count = 0;
        for (const pool* p : used_pools_) {
            for (slab* s = p->current; s != nullptr; s = s->next) {
                count += s->used;
                for (std::uint32_t i = 0; i < s->used; ++i) visit(*s->at(i));
            }
        }
        return count;
    }

    /// How many bytes it has taken from the system, in whole blocks; what is larger than a block counts as one.
    [[nodiscard]] std::size_t size() const noexcept;

    /// Whether an address lies in an object of this arena.
    [[nodiscard]] bool owns(const void* object) const noexcept;

    /// Destroys every object and starts anew, keeping a little storage; only when `sole`.
    void reset() noexcept;

  private:
    friend class arena_count;
    friend class departed_slabs;
    ~arena();
    pool& new_pool(const mapping::model&);
    static void clear_outside(const pool&, node*) noexcept;
    slab* new_slab(pool&);
    void* more_bytes(std::size_t);
    void* large_bytes(std::size_t);
    void free_large() noexcept;
    std::byte* spare_place(std::size_t) noexcept;
    void make_results();
    void destroy_objects() noexcept;

    aggregate_table aggregates_{};
    std::unique_ptr<keyed_index> keyed_;
    std::unique_ptr<large_lists> lists_;
    std::unique_ptr<result_groups> results_{};  ///< once a statement has brought objects
    std::unique_ptr<spare_places> spare_{};     ///< once anything was given back
    std::byte* cursor_ = nullptr;
    std::byte* limit_ = nullptr;
    std::vector<pool*> pools_{};  ///< owned; by mapping::model::number
    std::vector<pool*> used_pools_{};
    std::vector<void*> byte_blocks_{};
    large_place* large_ = nullptr;  ///< all of them
    std::size_t large_count_ = 0;
};

}  // namespace kin::graph
