// What a commit leaves to nobody.
#include "lifecycle/after_commit.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "graph/large_lists.hpp"

namespace kin::detail {

using graph::node;
using graph::slot_access;

namespace {

void give_back_places(const undo_record& u, graph::large_lists& lists) noexcept {
    graph::to_many& slot = slot_access::many(*u.at, *u.side);
    std::uintptr_t& word = slot_access::word(slot);
    std::uint32_t& capacity = slot_access::capacity(slot);
    auto** const first = static_cast<node**>(graph::pointer_of(u.word));
    auto** const items = static_cast<node**>(graph::pointer_of(word));
    // Only of an array that is the collection's own, and is still.
    if (((u.capacity | capacity) & graph::gap_bit) != 0 || first == nullptr || items < first ||
        items > first + u.capacity || (items == first + u.capacity && capacity != 0))
        return;
    const std::uint32_t size = slot_access::size(slot);
    if (size == 0) {
        word = graph::tagged(graph::mark_of(word), first);
        capacity = std::max(capacity, u.capacity);
    } else {
        capacity = std::max(capacity, u.capacity - static_cast<std::uint32_t>(items - first));
    }
    if (u.capacity > graph::large_lists::small) lists.pushed(slot, static_cast<node**>(graph::pointer_of(word)) + size);
}

}  // namespace

void give_back_what_was(undo_log& log, object_table& objects) noexcept {
    for (const undo_record& u : log.records().journal) {
        if (u.did == undo_record::what::snapshot) {
            const auto* const was = reinterpret_cast<const std::byte*>(u.word);
            if (was != nullptr && was != u.at->snapshot()) graph::give_back(*u.at->in->what, was, objects.arena());
        } else if (u.did == undo_record::what::many_slot && u.capacity != 0 &&
                   u.at->state() == graph::life::persistent) {
            give_back_places(u, objects.arena().lists());
        }
    }
}

}  // namespace kin::detail
