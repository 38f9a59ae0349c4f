// What a session remembers of its changes, to undo them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

#include "memory/staged_pairs.hpp"
#include "query/load_options.hpp"

namespace kin::detail {

/// One change that rollback undoes, newest first.
struct undo_record {
    enum class what : std::uint8_t {
        one_slot,
        many_slot,
        gap,    ///< a slot to many, one of whose places has become a gap
        moved,  ///< one whose members before a place were moved by one, over the member that stood there
        snapshot,
        link,
        pair,
        returned,  ///< a removal was taken back
        values,    ///< hooks may change the object: its columns, packed in `word`
    };
    what did{};
    bool own = false;         ///< values: packed for this record
    content shows{};          ///< slots
    std::uint32_t place = 0;  ///< gap, moved: in the array
    graph::node* at = nullptr;
    const mapping::relation* side = nullptr;    ///< slots
    const mapping::foreign_key* key = nullptr;  ///< links
    std::uintptr_t word = 0;  ///< the slot's, the snapshot, the link's former parent, or an index into `pairs`
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;

    /// Whether it is about a relation of an object.
    [[nodiscard]] bool of_slot() const noexcept { return did <= what::moved; }
};

/// The same where only the change that is being made may undo it; so much of the journal was there before.
struct fresh_record {
    undo_record what{};
    std::size_t behind = 0;
};

template <class T>
[[gnu::noinline]] void grow(std::vector<T>& list, std::size_t more) {
    list.reserve(list.size() + std::max(more, list.size() + 8));
}

/// Room for so many more in a list, so that adding them cannot fail.
template <class T>
void make_room(std::vector<T>& list, std::size_t more = 1) {
    if (list.capacity() - list.size() < more) [[unlikely]]
        grow(list, more);
}

/// What was staged of a pair.
struct pair_record {
    pair_key key;
    staged_pair was;
};

/// What became of an object: undone newest first, as an object can be deleted, added again and deleted again.
enum class transition : std::uintptr_t {
    added,      ///< became pending
    inserted,   ///< got a row
    removed,    ///< was marked for removal
    deleted,    ///< lost its row, or lives on under another key
    read,       ///< was read from a transaction that had changed something
    dropped,    ///< came back as a new object: its snapshot lies in `dropped`
    withdrawn,  ///< was removed before it got a row
    revived,    ///< had left with a row that stayed, and is its object again: what it was lies in `dropped`
};

/// A node and its turn in one word: nodes are aligned to 8.
struct transition_of {
    transition_of(graph::node* n, transition t) noexcept
        : word{reinterpret_cast<std::uintptr_t>(n) | static_cast<std::uintptr_t>(t)} {}
    [[nodiscard]] graph::node* at() const noexcept { return reinterpret_cast<graph::node*>(word & ~std::uintptr_t{7}); }
    [[nodiscard]] transition did() const noexcept { return static_cast<transition>(word & 7); }
    std::uintptr_t word;
};

/// An object left the session, by expunge; it does not come back, and what is undone does not lead to it.
struct expunged_record {
    graph::node* at;
    std::size_t behind;  ///< so many transitions came before
};

/// A column that the unit of work wrote into an object: a key, a stamp, a version.
struct field_write {
    void* object;
    const field* where;
    std::int64_t integer;          ///< the former value, of plain 64-bit members
    std::unique_ptr<value> other;  ///< the former value of all others
};

}  // namespace kin::detail
