// Members of large keyed collections, found by their key.
#include "graph/keyed_index.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/graph/slots.hpp>

namespace kin::graph {

namespace {
/// Up to here looking at every member is as fast.
constexpr std::uint32_t small = 16;
}  // namespace

node* keyed_index::find(const void* slot, const field& by, node* const* items, std::uint32_t size,
                        const value_view& key) {
    const auto is_it = [&](node* n) {
        look(n);
        return equal(by, n->object(), key);
    };
    if (size > small) {
        const std::uint32_t at = first_place(slot, by, items, size, key);
        if (at != size && is_it(items[at])) return items[at];
    }
    for (std::uint32_t i = 0; i < size; ++i) {
        if (!is_it(items[i])) continue;
        if (size > small) forget(slot);  // its key is another than when it was listed
        return items[i];
    }
    return nullptr;
}

std::uint32_t keyed_index::first_place(const void* slot, const field& by, node* const* items, std::uint32_t size,
                                       const value_view& key) {
    const std::scoped_lock guard{lock_};
    collection& c = all_[slot];
    if (c.items != items || c.size > size) c = {.items = items};
    for (; c.size < size; ++c.size) {
        value scratch;
        c.places.emplace(hash(view(by, items[c.size]->object(), scratch)), c.size);
    }
    std::uint32_t first = size;
    const auto [from, to] = c.places.equal_range(hash(key));
    for (auto it = from; it != to; ++it) first = std::min(first, it->second);
    return first;
}

void keyed_index::forget(const void* slot) {
    const std::scoped_lock guard{lock_};
    all_.erase(slot);
}

}  // namespace kin::graph
