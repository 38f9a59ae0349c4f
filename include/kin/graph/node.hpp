// The header before every object: which group it came in, its state, and its snapshot. 16 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/mapping/model.hpp>

namespace kin::graph {

class arena;
struct group;
struct pool;

/// What an object is to its session.
enum class life : std::uint8_t {
    persistent,  ///< has a row
    pending,     ///< will be inserted by the next flush
    removed,     ///< will be deleted by the next flush
    detached,    ///< belongs to no session any more (or not yet): a plain value with a handle
};

struct node {
    group* in = nullptr;
    std::uintptr_t word = 0;

    // The word: a 16-byte aligned pointer to the snapshot, and four bits below it.
    static constexpr std::uintptr_t writable = 1;  ///< may be changed without asking: has a snapshot, or no row
    static constexpr std::uintptr_t life_mask = 6;
    static constexpr unsigned life_shift = 1;
    static constexpr std::uintptr_t expired = 8;  ///< its columns are read again at the next access
    static constexpr std::uintptr_t bits = 15;

    [[nodiscard]] void* object() noexcept { return this + 1; }
    [[nodiscard]] const void* object() const noexcept { return this + 1; }
    [[nodiscard]] static node* of(const void* object) noexcept {
        return static_cast<node*>(const_cast<void*>(object)) - 1;
    }

    [[nodiscard]] life state() const noexcept { return static_cast<life>((word & life_mask) >> life_shift); }
    void state(life s) noexcept {
        word = (word & ~life_mask) | (static_cast<std::uintptr_t>(s) << life_shift);
        if (s != life::persistent) word |= writable;
    }
    [[nodiscard]] const std::byte* snapshot() const noexcept {
        return reinterpret_cast<const std::byte*>(word & ~bits);
    }
    void snapshot(const std::byte* packed) noexcept { word = (word & bits) | reinterpret_cast<std::uintptr_t>(packed); }
};

/// Objects that came together: the rows of one query or one load. What "siblings" means for batch loading.
struct group {
    arena* home = nullptr;  ///< null for the values that a transient object owns
    const mapping::model* what = nullptr;
    const mapping::type_operations* type = nullptr;
    node* const* rows = nullptr;
    std::uint32_t count = 0;
    bool whole_table = false;  ///< the rows of a query without any restriction
    site where{};              ///< the call that loaded them
};

}  // namespace kin::graph
