// What is often asked of an object, whatever its model.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/graph/arena.hpp>
#include <kin/graph/slot_access.hpp>
#include <kin/mapping/model.hpp>

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
    auto** items = static_cast<graph::node**>(graph::pointer_of(word));
    const std::uint32_t size = graph::slot_access::size(graph::slot_access::many(n, r));
    for (std::uint32_t i = 0; i < size; ++i) visit(*items[i]);
}

/// Whether the object's own time of removal says that nobody sees its row.
[[nodiscard]] inline bool soft_removed(const graph::node& n) noexcept {
    const mapping::column* c = n.in->what->soft_deleted;
    return c != nullptr && c->io.optional->get(static_cast<const std::byte*>(n.object()) + c->io.offset) != nullptr;
}

/// Whether the child meets the relation's custom join condition.
[[nodiscard]] bool meets(const mapping::relation&, const graph::node& child);

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

/// Whether a collection, as far as it is loaded, holds the target.
[[nodiscard]] inline bool among(graph::node& owner, const mapping::relation& r, const graph::node& target) noexcept {
    graph::to_many& slot = graph::slot_access::many(owner, r);
    if (graph::mark_of(graph::slot_access::word(slot)) < graph::mark::loaded) return false;
    auto** items = static_cast<graph::node**>(graph::pointer_of(graph::slot_access::word(slot)));
    for (std::uint32_t i = graph::slot_access::size(slot); i > 0; --i) {
        if (items[i - 1] == &target) return true;
    }
    return false;
}

/// In an object without a row: nothing can refer to it, but it may refer to others already.
[[nodiscard]] inline bool starts_unloaded(const mapping::relation& r) noexcept { return r.holds_key() || r.computed(); }

}  // namespace kin::detail
