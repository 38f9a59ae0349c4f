// What is often asked of an object, whatever its model.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/engine/connection.hpp>
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

/// The row's values over an object that exists; its relations are the caller's business. Returns them packed.
const std::byte* overwrite(graph::node&, const mapping::model&, engine::cursor&, int first, graph::arena& home);
/// Whether the child meets the relation's custom join condition.
[[nodiscard]] bool meets(const mapping::relation&, const graph::node& child);

}  // namespace kin::detail
