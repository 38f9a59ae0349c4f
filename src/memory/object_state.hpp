// What is often asked of an object, whatever its model.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/mapping/model.hpp>

#include "graph/large_lists.hpp"

namespace kin::detail {

/// Calls `visit` with every target of a relation that is in memory.
template <class Visit>
void each_loaded(graph::node& n, const mapping::relation& r, Visit&& visit) {
    const std::uintptr_t word = graph::slot_access::word(n, r);
    if (graph::mark_of(word) < graph::mark::loaded || graph::pointer_of(word) == nullptr) return;
    if (!r.to_many()) {
        visit(*static_cast<graph::node*>(graph::pointer_of(word)));
        return;
    }
    // Who is visited may leave meanwhile: the array stays as it was.
    for (graph::node* const& place : graph::members(graph::slot_access::many(n, r))) visit(*graph::member_at(&place));
}

/// Whether the object's own time of removal says that nobody sees its row.
[[nodiscard]] inline bool soft_removed(const graph::node& n) noexcept {
    const mapping::column* c = n.in->what->soft_deleted;
    return c != nullptr && c->io.optional->get(static_cast<const std::byte*>(n.object()) + c->io.offset) != nullptr;
}

[[nodiscard]] bool meets_fixed(const mapping::relation&, const graph::node& child);
/// Whether the child meets the relation's custom join condition.
[[nodiscard]] inline bool meets(const mapping::relation& r, const graph::node& child) {
    return r.fixed.empty() || meets_fixed(r, child);
}

/// Whether an object that the session knows has a row, as far as that can be known: an expired one is read again.
[[nodiscard]] bool still_there(graph::node&);
/// What the object's row holds in the column: where there is a snapshot, the members may say what is not written yet.
[[nodiscard]] value_view row_value(const graph::node&, std::uint16_t column, value& scratch);
/// Where the primary key was changed by hand and not written, all columns become what the row says: the identity map
/// knows no other key.
void restore_key(graph::node&);
/// What a to-one leads to, as far as that is known.
[[nodiscard]] inline graph::node* one_target(graph::node& n, const mapping::relation& r) noexcept {
    return static_cast<graph::node*>(graph::pointer_of(graph::slot_access::word(graph::slot_access::one(n, r))));
}
[[nodiscard]] inline graph::mark one_mark(graph::node& n, const mapping::relation& r) noexcept {
    return graph::mark_of(graph::slot_access::word(graph::slot_access::one(n, r)));
}

/// The place of a member of a collection, as far as it is loaded; null where it is none.
[[nodiscard]] inline graph::node** place_of(graph::to_many& slot, const graph::node& target) noexcept {
    return graph::slab::around(&slot)->home->lists().find(slot, &target);
}
/// Whether a collection, as far as it is loaded, holds the target.
[[nodiscard]] inline bool among(graph::node& owner, const mapping::relation& r, const graph::node& target) noexcept {
    graph::to_many& slot = graph::slot_access::many(owner, r);
    return graph::mark_of(graph::slot_access::word(slot)) >= graph::mark::loaded && place_of(slot, target) != nullptr;
}

/// In an object without a row: nothing can refer to it, but it may refer to others already.
[[nodiscard]] inline bool starts_unloaded(const mapping::relation& r) noexcept { return r.holds_key() || r.computed(); }

}  // namespace kin::detail
