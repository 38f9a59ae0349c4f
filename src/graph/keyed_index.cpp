// Members of large keyed collections, found by their key.
#include "graph/keyed_index.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

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

node* keyed_index::namesake(to_many& slot, const field& by, const node& of) {
    auto** const items = static_cast<node**>(pointer_of(slot_access::word(slot)));
    const std::uint32_t size = slot_access::size(slot);
    const auto is_it = [&](node* n) { return !is_gap(n) && n != &of && equal(by, n->object(), by, of.object()); };
    if (size <= small) {
        node** const at = std::find_if(items, items + size, is_it);
        return at == items + size ? nullptr : *at;
    }
    value scratch;
    const std::scoped_lock guard{lock_};
    const collection& c = known(&slot, by, items, size);
    const auto [from, to] = c.places.equal_range(hash(view(by, of.object(), scratch)));
    for (auto it = from; it != to; ++it) {
        if (is_it(items[it->second])) return items[it->second];
    }
    return nullptr;
}

keyed_index::collection& keyed_index::known(const void* slot, const field& by, node* const* items, std::uint32_t size) {
    collection& c = all_[slot];
    if (c.items != items || c.size > size || (c.size != 0 && member_at(items + c.size - 1) != c.last))
        c = {.items = items};
    for (; c.size < size; ++c.size) {
        value scratch;
        c.last = member_at(items + c.size);
        c.places.emplace(hash(view(by, c.last->object(), scratch)), c.size);
    }
    return c;
}

std::uint32_t keyed_index::first_place(const void* slot, const field& by, node* const* items, std::uint32_t size,
                                       const value_view& key) {
    const std::scoped_lock guard{lock_};
    const collection& c = known(slot, by, items, size);
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
