// Members of large collections, found by where they stand; and members that were taken out of them.
#include "graph/large_lists.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include <kin/graph/arena.hpp>

namespace kin::graph {

namespace {

/// So often every member is looked at before an index is worth its memory.
constexpr std::uint32_t searches = 4;
/// So far behind its known place a member of a collection of this size is looked for, before all places are learned
/// anew: in the order of the root of the size both cost the same.
std::uint32_t most_moves(std::uint32_t size) noexcept { return 4U << ((std::bit_width(size) + 1) / 2); }
/// So many times its size a collection is copied by reads between changes.
constexpr std::uint64_t most_copies = 8;

node** items_of(to_many& slot) noexcept { return static_cast<node**>(pointer_of(slot_access::word(slot))); }

node** scan(node** items, std::uint32_t size, const node* n) noexcept {
    node** const at = std::find(items, items + size, n);
    return at == items + size ? nullptr : at;
}

}  // namespace

// -- places by member -----------------------------------------------------------------------------------------------

std::size_t place_table::home_of(const node* n) const noexcept {
    return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(n) >> 3) * 0x9E3779B97F4A7C15u >> shift_);
}

const std::uint32_t* place_table::find(const node* n) const noexcept {
    if (entries_.empty()) return nullptr;
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t i = home_of(n);; i = (i + 1) & mask) {
        if (entries_[i].member == n) return &entries_[i].place;
        if (entries_[i].member == nullptr) return nullptr;
    }
}

void place_table::set(const node* n, std::uint32_t place) {
    if (entries_.size() < 2 * (used_ + 1)) grow();
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t i = home_of(n);; i = (i + 1) & mask) {
        if (entries_[i].member != nullptr && entries_[i].member != n) continue;
        used_ += entries_[i].member == nullptr;
        entries_[i] = {n, place};
        return;
    }
}

void place_table::erase(const node* n) noexcept {
    if (entries_.empty()) return;
    const std::size_t mask = entries_.size() - 1;
    std::size_t i = home_of(n);
    for (; entries_[i].member != n; i = (i + 1) & mask) {
        if (entries_[i].member == nullptr) return;
    }
    // What stands behind it moves up, where it is nearer to its home.
    for (std::size_t next = (i + 1) & mask; entries_[next].member != nullptr; next = (next + 1) & mask) {
        const std::size_t away = (next - home_of(entries_[next].member)) & mask;
        if (away < ((next - i) & mask)) continue;
        entries_[i] = entries_[next];
        i = next;
    }
    entries_[i] = {};
    --used_;
}

void place_table::clear() noexcept {
    entries_.clear();
    used_ = 0;
    shift_ = 64;
}

void place_table::grow() {
    std::vector<entry> old(std::max<std::size_t>(256, entries_.size() * 2));
    std::swap(old, entries_);
    shift_ = static_cast<unsigned>(64 - std::countr_zero(entries_.size()));
    used_ = 0;
    for (const entry& e : old) {
        if (e.member != nullptr) set(e.member, e.place);
    }
}

// -- collections ----------------------------------------------------------------------------------------------------

/// What is known of the array that the collection has now.
large_lists::list* large_lists::known(to_many& slot) noexcept {
    const auto found = all_.find(&slot);
    if (found == all_.end()) return nullptr;
    list& l = found->second;
    node** const items = items_of(slot);
    return items >= l.first && items < l.first + l.reach ? &l : nullptr;
}

large_lists::list& large_lists::of(to_many& slot) {
    if (list* l = known(slot)) return *l;
    list& l = all_[&slot];
    node** const items = items_of(slot);
    const std::uint32_t size = slot_access::size(slot);
    const std::uint32_t capacity = slot_access::capacity(slot);
    l.first = items;
    l.reach = std::max(size, capacity & ~gap_bit);
    l.known = l.looked = l.moves = 0;
    l.doubles = false;
    l.places.clear();
    l.counted = (capacity & gap_bit) == 0;
    l.gaps = 0;
    return l;
}

/// The index knows all of the array as far as it is used.
void large_lists::index(list& l, node** items, std::uint32_t size) {
    if (l.moves > most_moves(size)) {
        l.known = l.moves = 0;
        l.places.clear();
    }
    const auto end = static_cast<std::uint32_t>(items + size - l.first);
    for (; l.known < end; ++l.known) {
        node* const n = l.first[l.known];
        if (l.first + l.known < items || is_gap(n)) continue;
        const std::uint32_t* before = l.places.find(n);
        if (before != nullptr && *before != l.known && l.first + *before >= items && l.first[*before] == n) {
            l.doubles = true;
            return;
        }
        l.places.set(n, l.known);
    }
}

node** large_lists::find(to_many& slot, const node* n) noexcept {
    node** const items = items_of(slot);
    const std::uint32_t size = slot_access::size(slot);
    if (size <= small) return scan(items, size, n);
    if (items[0] == n) return items;
    if (items[size - 1] == n) return items + size - 1;
    const std::scoped_lock guard{lock_};
    try {
        list& l = of(slot);
        if (l.known == 0 && ++l.looked < searches) return scan(items, size, n);
        if (!l.doubles) index(l, items, size);
        if (l.doubles) return scan(items, size, n);
        const std::uint32_t* at = l.places.find(n);
        if (at == nullptr) return nullptr;
        node** const first = std::max(items, l.first + *at);
        node** const end = std::min(items + size, first + l.moves + 1);
        for (node** place = first; place < end; ++place) {
            if (*place == n) return place;
        }
        node** const place = scan(items, size, n);
        if (place == nullptr) {
            l.places.erase(n);
        } else {
            l.places.set(n, static_cast<std::uint32_t>(place - l.first));
        }
        return place;
    } catch (const std::bad_alloc&) {
        all_.erase(&slot);
        return scan(items, size, n);
    }
}

std::uint32_t large_lists::gaps(to_many& slot) noexcept {
    if ((slot_access::capacity(slot) & gap_bit) == 0) return 0;
    const std::scoped_lock guard{lock_};
    list* const l = known(slot);
    if (l != nullptr && l->counted) return l->gaps;
    node** const items = items_of(slot);
    const auto count = static_cast<std::uint32_t>(std::count_if(items, items + slot_access::size(slot), is_gap));
    if (l != nullptr) {
        l->gaps = count;
        l->counted = true;
    }
    return count;
}

bool large_lists::worn(to_many& slot) noexcept {
    const auto found = all_.find(&slot);
    return found != all_.end() && found->second.copied > most_copies * slot_access::size(slot);
}

void large_lists::close_gaps(to_many& slot, arena& home) {
    const std::scoped_lock guard{lock_};
    std::uint32_t capacity = slot_access::capacity(slot);
    if ((capacity & gap_bit) == 0) return;  // by another thread
    node** items = items_of(slot);
    std::uint32_t size = slot_access::size(slot);
    while (size != 0 && is_gap(items[size - 1])) --size;
    for (; size != 0 && is_gap(items[0]); ++items) --size;
    // The places behind are still the journal's: the next push moves elsewhere.
    capacity = size;
    const auto left = static_cast<std::uint32_t>(std::count_if(items, items + size, is_gap));
    if (left != 0) {
        auto** const rest = home.array<node*>(size - left);
        std::remove_copy_if(items, items + size, rest, is_gap);
        items = rest;
        capacity = size -= left;
        if (const auto found = all_.find(&slot); found != all_.end()) found->second.copied += size;
    } else if (list* l = known(slot)) {
        l->gaps = 0;
        l->counted = true;
    }
    slot_access::word(slot) = tagged(mark_of(slot_access::word(slot)), size == 0 ? nullptr : items);
    slot_access::size(slot) = size;
    __atomic_store_n(&slot_access::capacity(slot), capacity, __ATOMIC_RELEASE);
}

void large_lists::left(to_many& slot, node** place) noexcept {
    list* l = known(slot);
    if (l == nullptr) return;
    ++l->gaps;
    l->places.erase(member_at(place));
}

void large_lists::returned(to_many& slot, node** place) noexcept {
    list* l = known(slot);
    if (l == nullptr) return;
    l->gaps = 0;
    l->counted = (slot_access::capacity(slot) & gap_bit) == 0;
    if (l->known == 0) return;
    try {
        l->places.set(*place, static_cast<std::uint32_t>(place - l->first));
    } catch (const std::bad_alloc&) {
        all_.erase(&slot);
    }
}

void large_lists::pushed(to_many& slot, node** place) noexcept {
    if (all_.empty()) return;
    list* l = known(slot);
    // Something else stood there, which was undone.
    if (l != nullptr && l->first + l->known > place) l->known = static_cast<std::uint32_t>(place - l->first);
}

void large_lists::restored(to_many& slot, node* const* items, std::uint32_t size) noexcept {
    if (all_.empty()) return;
    list* l = known(slot);
    if (l == nullptr) return;
    if (items == items_of(slot) && slot_access::size(slot) <= size) {
        pushed(slot, items_of(slot) + slot_access::size(slot));
    } else {
        l->known = 0;
        l->doubles = false;
        l->places.clear();
    }
}

void large_lists::moved(to_many& slot) noexcept {
    if (list* l = known(slot)) ++l->moves;
}

}  // namespace kin::graph
