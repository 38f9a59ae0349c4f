// Members of large collections, found by where they stand; and members that were taken out of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>

namespace kin::graph {

/// Places by member: open addressing, 16 bytes an entry.
class place_table {
  public:
    /// The place, or null.
    [[nodiscard]] const std::uint32_t* find(const node*) const noexcept;
    void set(const node*, std::uint32_t place);
    void erase(const node*) noexcept;
    void clear() noexcept;

  private:
    struct entry {
        const node* member = nullptr;
        std::uint32_t place = 0;
    };
    [[nodiscard]] std::size_t home_of(const node*) const noexcept;
    void grow();

    std::vector<entry> entries_{};  ///< as many as a power of two, half of them empty at least
    std::size_t used_ = 0;
    unsigned shift_ = 64;
};

/// What an arena knows of its collections of more than `small` members, so that a change of one member costs the same
/// however many there are. A member is found by an index, which is made when it was looked for a few times. One that is
/// taken out leaves a gap: its place in the array stays, with a mark in its lowest bit (slots.hpp), and the next read
/// moves the others together, into another array. So ranges that run and the undo log, which hold on to an array, find
/// in it what they know. All of it can be told from the arrays: nothing is lost where memory for it is out. A graph
/// that is only read may be asked from several threads.
class large_lists {
  public:
    /// Up to here looking at every member is as fast.
    static constexpr std::uint32_t small = 64;

    /// The place of a member of a session's collection; null where it is none.
    [[nodiscard]] node** find(to_many&, const node*) noexcept;
    /// How many places are gaps.
    [[nodiscard]] std::uint32_t gaps(to_many&) noexcept;
    /// Moves the members together. Memory for another array.
    void close_gaps(to_many&, arena&);
    /// Whether it is read between its changes again and again, and is better changed in place than copied by each read.
    [[nodiscard]] bool worn(to_many&) noexcept;

    /// The place has become a gap.
    void left(to_many&, node** place) noexcept;
    /// The member that had left its place stands there again.
    void returned(to_many&, node** place) noexcept;
    /// Members before a place were moved by one.
    void moved(to_many&) noexcept;
    /// A member was put at the place, behind all others.
    void pushed(to_many&, node** place) noexcept;
    /// The undo log has brought back what the slot said before; this is what it says no more.
    void restored(to_many&, node* const* items, std::uint32_t size) noexcept;
    /// The objects are gone.
    void clear() noexcept {
        if (!all_.empty()) all_.clear();  // an empty table would still be wiped
    }

  private:
    struct list {
        node** first = nullptr;   ///< the array that this is about,
        std::uint32_t reach = 0;  ///< so many places
        std::uint32_t known = 0;  ///< so many of them are in the index
        std::uint32_t gaps = 0;   ///< where they are counted
        bool counted = false;
        std::uint32_t looked = 0;  ///< so often before there was an index
        std::uint32_t moves = 0;   ///< a member stands up to so many places behind the one that is known
        bool doubles = false;      ///< one member stands there twice
        std::uint64_t copied = 0;  ///< members, by reads after a change
        place_table places{};
    };
    [[nodiscard]] list& of(to_many&);
    [[nodiscard]] list* known(to_many&) noexcept;
    static void index(list&, node** items, std::uint32_t size);

    std::mutex lock_;
    std::unordered_map<const void*, list> all_{};
};

/// The members of a session's collection, as far as it is loaded, side by side.
[[nodiscard]] inline std::span<node* const> members(to_many& slot) {
    if ((slot_access::capacity(slot) & gap_bit) != 0) {
        arena* const home = slab::around(&slot)->home;
        home->lists().close_gaps(slot, *home);
    }
    return {static_cast<node* const*>(pointer_of(slot_access::word(slot))), slot_access::size(slot)};
}

}  // namespace kin::graph
