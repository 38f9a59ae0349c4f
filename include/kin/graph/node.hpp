// The header before every object: which group it came in, its state, and its snapshot. 16 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/mapping/types.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {
struct load_level;
}

namespace kin::graph {

class host;
struct group;

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

    // The word: a pointer to the snapshot, aligned to 32 bytes (arena::snapshot_bytes), and five bits below it.
    /// May be changed without asking: is `listed` and lacks no column, or has no row. Until then whoever changes it is
    /// told of (object_tracking::track), which an index of columns makes use of.
    static constexpr std::uintptr_t writable = 1;
    static constexpr std::uintptr_t life_mask = 6;
    static constexpr unsigned life_shift = 1;
    static constexpr std::uintptr_t expired = 8;  ///< its columns are read again at the next access
    static constexpr std::uintptr_t listed = 16;  ///< stands in the list of what the next flush compares, once
    static constexpr std::uintptr_t bits = 31;

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

/// What handles see of an arena: its count, and whether its session is still there. The rest is graph/arena.hpp.
class arena_count {
  public:
    // The compiler's atomics: <atomic> alone would cost every including unit a third of its compile time.
    void retain() noexcept { __atomic_fetch_add(&references_, 1, __ATOMIC_RELAXED); }
    void release() noexcept {
        if (__atomic_fetch_sub(&references_, 1, __ATOMIC_ACQ_REL) == 1) destroy();
    }
    /// Whether nobody but the caller holds it.
    [[nodiscard]] bool sole() const noexcept { return __atomic_load_n(&references_, __ATOMIC_ACQUIRE) == 1; }
    /// The session, or null once it is gone.
    [[nodiscard]] host* session() const noexcept { return host_; }
    void close() noexcept { host_ = nullptr; }

  protected:
    explicit arena_count(host* h) noexcept : host_{h} {}
    ~arena_count() = default;

  private:
    void destroy() noexcept;

    std::uint32_t references_ = 1;
    host* host_;
};

/// Objects that came together: the rows of one query or one load. What "siblings" means for batch loading: groups that
/// share their rows are one.
struct group {
    arena_count* home = nullptr;  ///< null for the values that a transient object owns
    const mapping::model* what = nullptr;
    const mapping::type_operations* type = nullptr;
    node* const* rows = nullptr;
    std::uint32_t count = 0;
    bool whole_table = false;                  ///< the rows of a query without any restriction
    site where{};                              ///< the call that loaded them
    bool nested = false;                       ///< the targets of a relation, not the rows of a query
    std::uint64_t shown = 0;                   ///< relations (by index) that a query or a load asked for: JSON has them
    bool marked = false;                       ///< an object belongs to it (result_groups)
    std::uint64_t missing = 0;                 ///< columns that were not read
    const detail::load_level* plan = nullptr;  ///< what their query says of relations touched later
    group* parts = nullptr;                    ///< a list of its copies, for those of its rows that lack other columns
};

}  // namespace kin::graph
