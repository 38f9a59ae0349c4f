// The pairs that the next flush links or takes apart, in the order in which they were staged.
#include "relations/pair_list.hpp"

#include <bit>
#include <utility>

namespace kin::detail {

using graph::node;

std::size_t pair_list::slot_of(const pair_key& key) const noexcept {
    const std::size_t mask = table_.size() - 1;
    const auto bits = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) >> 3; };
    const std::uint64_t mixed =
        (bits(key.links) * 31 + bits(key.first)) * 0x9E3779B97F4A7C15u + bits(key.second) * 0xC2B2AE3D27D4EB4Fu;
    for (std::size_t i = (mixed ^ (mixed >> 32)) & mask;; i = (i + 1) & mask) {
        if (table_[i] == 0 || entries_[table_[i] - 1].key == key) return i;
    }
}

const staged_pair* pair_list::look_up(const pair_key& key) const noexcept {
    const std::uint32_t at = table_[slot_of(key)];
    if (at == 0 || entries_[at - 1].now.state == staged_pair::what::none) {
        missed_ = key;
        return nullptr;
    }
    last_ = at - 1;
    return &entries_[last_].now;
}

void pair_list::make_table(std::size_t size) {
    std::vector<std::uint32_t> table(std::max<std::size_t>(32, std::bit_ceil(2 * size + 2)));
    std::swap(table_, table);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        table_[slot_of(entries_[i].key)] = static_cast<std::uint32_t>(i + 1);
}

/// Without the places of what is forgotten.
void pair_list::close_up() {
    graph::long_list<entry> kept;
    kept.make_room(live_ + 1);
    for (const entry& e : *this) kept.push_back(e);
    std::swap(entries_, kept);
    last_of_.clear();
    before_.clear();
    try {
        make_table(entries_.size());
    } catch (...) {
        std::swap(entries_, kept);  // the table still speaks of these
        throw;
    }
}

void pair_list::set(const pair_key& key, const staged_pair& now) {
    if (table_.size() < 2 * (entries_.size() + 1)) {
        if (entries_.size() > 2 * live_ + 64) {
            close_up();
        } else {
            make_table(std::max<std::size_t>(16, entries_.size() * 2));
        }
    }
    entries_.make_room();
    std::uint32_t& at = table_[slot_of(key)];
    if (at != 0) {
        staged_pair& former = entries_[at - 1].now;
        live_ -= former.state != staged_pair::what::none;
        former.state = staged_pair::what::none;
    }
    entries_.push_back({key, now});
    at = static_cast<std::uint32_t>(entries_.size());
    last_ = at - 1;
    missed_ = {};
    ++live_;
}

void pair_list::erase(const pair_key& key) noexcept {
    if (live_ == 0) return;
    const std::uint32_t at = table_[slot_of(key)];
    if (at == 0 || entries_[at - 1].now.state == staged_pair::what::none) return;
    entries_[at - 1].now.state = staged_pair::what::none;
    if (--live_ == 0) clear();
}

void pair_list::clear() noexcept {
    if (entries_.empty()) return;
    entries_.clear();
    if (table_.size() <= 1024) {
        std::fill(table_.begin(), table_.end(), 0);
    } else {  // a later flush of a few would still wipe all of it
        std::vector<std::uint32_t>{}.swap(table_);
    }
    live_ = 0;
    if (before_.empty()) return;
    std::unordered_map<const node*, std::uint32_t>{}.swap(last_of_);
    before_.clear();
}

std::vector<pair_key> pair_list::of(const node& n) {
    std::vector<pair_key> found;
    if (live_ == 0) return found;
    for (std::size_t i = before_.size(); i < entries_.size(); ++i) {
        const pair_key& key = entries_[i].key;
        std::uint32_t& first = last_of_[key.first];
        std::uint32_t& second = last_of_[key.second];
        before_.push_back({first, second});
        first = static_cast<std::uint32_t>(i + 1);
        second = static_cast<std::uint32_t>(i + 1);
    }
    const auto last = last_of_.find(&n);
    for (std::uint32_t at = last == last_of_.end() ? 0 : last->second; at != 0;) {
        const entry& e = entries_[at - 1];
        if (e.now.state != staged_pair::what::none) found.push_back(e.key);
        at = before_[at - 1][e.key.first == &n ? 0 : 1];
    }
    std::reverse(found.begin(), found.end());
    return found;
}

}  // namespace kin::detail
