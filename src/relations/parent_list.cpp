// Parents that the next flush writes into children whose models have no relation that could say so itself.
#include "relations/parent_list.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace kin::detail {

using graph::node;

std::size_t parent_list::slot_of(const node& child, const mapping::foreign_key& key) const noexcept {
    const std::size_t mask = table_.size() - 1;
    const auto bits = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) >> 3; };
    const std::uint64_t mixed = (bits(&child) * 31 + bits(&key)) * 0x9E3779B97F4A7C15u;
    for (std::size_t i = (mixed ^ (mixed >> 32)) & mask;; i = (i + 1) & mask) {
        if (table_[i] == 0 || entries_[table_[i] - 1].is_of(child, key)) return i;
    }
}

const parent_list::entry* parent_list::look_up(const node& child, const mapping::foreign_key& key) const noexcept {
    const std::uint32_t at = table_[slot_of(child, key)];
    if (at == 0) return nullptr;
    last_ = at - 1;
    return &entries_[last_];
}

void parent_list::make_table(std::size_t size) {
    std::vector<std::uint32_t> table(std::max<std::size_t>(32, std::bit_ceil(2 * size + 2)));
    std::swap(table_, table);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        table_[slot_of(*entries_[i].child, *entries_[i].key)] = static_cast<std::uint32_t>(i + 1);
}

/// Without the places of what is forgotten.
void parent_list::close_up() {
    graph::long_list<entry> kept;
    kept.make_room(live_ + 1);
    for (const entry& e : entries_) {
        if (e.parent != nobody()) kept.push_back(e);
    }
    std::swap(entries_, kept);
    try {
        make_table(entries_.size());
    } catch (...) {
        std::swap(entries_, kept);  // the table still speaks of these
        throw;
    }
    last_ = 0;
}

std::uint32_t parent_list::place_for(const node& child, const mapping::foreign_key& key) {
    if (table_.size() < 2 * (entries_.size() + 1)) {
        if (entries_.size() > 2 * live_ + 64) {
            close_up();
        } else {
            make_table(std::max<std::size_t>(16, entries_.size() * 2));
        }
    }
    entries_.make_room();
    std::uint32_t& at = table_[slot_of(child, key)];
    if (at == 0) {
        entries_.push_back({&child, &key, nobody()});
        at = static_cast<std::uint32_t>(entries_.size());
    }
    last_ = at - 1;
    return at - 1;
}

void parent_list::erase(const node& child, const mapping::foreign_key& key) noexcept {
    if (live_ == 0) return;
    const std::uint32_t at = table_[slot_of(child, key)];
    if (at == 0 || entries_[at - 1].parent == nobody()) return;
    entries_[at - 1].parent = nobody();
    if (--live_ == 0) clear();
}

void parent_list::clear() noexcept {
    if (entries_.empty()) return;
    entries_.clear();
    if (table_.size() <= 1024) {
        std::fill(table_.begin(), table_.end(), 0);
    } else {  // a later flush of a few would still wipe all of it
        std::vector<std::uint32_t>{}.swap(table_);
    }
    live_ = 0;
    last_ = 0;
}

}  // namespace kin::detail
