// What a flush writes of what is staged, and what it leaves for later.
#pragma once

#include <unordered_set>

#include "memory/staged_pairs.hpp"
#include "memory/touch_options.hpp"
#include "query/tables_read.hpp"

namespace kin::detail {

/// The user's own flush writes everything. One that a statement of the session's causes must not get in the way of what
/// is still being made: it writes what can be written, and deletes what nobody owns any more only where that is read.
struct flush_choice {
    bool unready = true;  ///< what cannot be written yet is an error; else it waits, with all that depends on it
    bool orphans = true;  ///< all of them are deleted; else those whose removal writes a table that is read
    const tables_read* read = nullptr;

    /// The user's own flush.
    [[nodiscard]] bool everything() const noexcept { return unready && orphans; }

    /// Before a statement that may read, or write, any table.
    [[nodiscard]] static flush_choice ready() noexcept { return {.unready = false}; }
    /// Before a statement that reads these tables, but for what it reads of relations that are loaded whole: there what
    /// is staged in memory wins over the rows.
    [[nodiscard]] static flush_choice for_reading(const tables_read& tables) noexcept {
        return {.unready = false, .orphans = tables.unknown(), .read = &tables};
    }
};

/// What stays staged, by the choice.
struct held_back {
    flush_choice choice{};
    std::unordered_set<const graph::node*> nodes{};
    std::unordered_set<const graph::node*> released{};  ///< orphans that the flush cannot do without
    std::unordered_set<side_key, side_hash> sides{};    ///< relations of others that show them, or do not any more

    /// Whether the object waits for a later flush.
    [[nodiscard]] bool holds(const graph::node* n) const noexcept { return !nodes.empty() && nodes.contains(n); }
    /// Whether the relation shows, or misses, one that waits: then its slot stays staged.
    [[nodiscard]] bool shown_by(const graph::node& n, const mapping::relation& r) const noexcept {
        return !sides.empty() && sides.contains({&n, &r});
    }
    /// Whether the pair waits, since one of its objects does.
    [[nodiscard]] bool holds(const pair_key& key, const staged_pair& now) const noexcept {
        return holds(key.first) || holds(key.second) || (now.row != nullptr && holds(now.row));
    }
};

}  // namespace kin::detail
