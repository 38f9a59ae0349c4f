// One row, one object: from a primary key to its node.
#include <kin/graph/identity_map.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <forward_list>
#include <utility>

#include <kin/graph/fields.hpp>

namespace kin::graph {

void identity_map::describe(const mapping::model& m) noexcept {
    what_ = &m;
    const field& first = m.fields[m.primary_key[0]];
    offset_ = first.offset;
    integer_ = m.primary_key.size() == 1 && first.rep == layout::i64 && first.whole_number();
}

namespace {
std::uint64_t combine(std::uint64_t seed, std::uint64_t h) noexcept {
    return (seed ^ h) * 0x9E3779B97F4A7C15u + (seed >> 29);
}
}  // namespace

value_view identity_map::row_key(const node* n, std::uint16_t column, value& scratch) const {
    if (n->snapshot() != nullptr) return packed(*what_, n->snapshot(), column);
    return view(what_->fields[column], n->object(), scratch);
}

namespace {

/// A column of a key that is read where it stands, as most are: a whole number of an object without a row yet.
bool in_place(const field& f, const node* n) noexcept {
    return n->snapshot() == nullptr && f.rep == layout::i64 && f.optional == nullptr;
}
std::int64_t number_in(const field& f, const node* n) noexcept {
    std::int64_t number = 0;
    std::memcpy(&number, static_cast<const std::byte*>(n->object()) + f.offset, sizeof number);
    return number;
}

}  // namespace

std::uint64_t identity_map::hash_of(const node* n) const {
    std::uint64_t h = 0;
    for (const std::uint16_t c : what_->primary_key) {
        const field& f = what_->fields[c];
        value scratch;
        h = combine(h, in_place(f, n) ? hash(number_in(f, n)) : hash(row_key(n, c, scratch)));
    }
    return h ^ (h >> 32);
}

bool identity_map::has_key(const node* n, std::size_t part, const value_view& v) const {
    const std::uint16_t c = what_->primary_key[part];
    if (n->snapshot() == nullptr) return matches(what_->fields[c], n->object(), v);
    return matches(packed(*what_, n->snapshot(), c), v);
}

bool identity_map::same_key(const node* a, const node* b) const {
    for (std::size_t i = 0; i < what_->primary_key.size(); ++i) {
        value scratch;
        if (!has_key(a, i, row_key(b, what_->primary_key[i], scratch))) return false;
    }
    return true;
}

// -- integer keys ---------------------------------------------------------------------------------------------------

std::int64_t identity_map::key_of(const node* n) const noexcept {
    if (n->snapshot() != nullptr) return packed(*what_, n->snapshot(), what_->primary_key[0]).integer;
    return *reinterpret_cast<const std::int64_t*>(static_cast<const std::byte*>(n->object()) + offset_);
}

std::size_t identity_map::open_bucket(std::int64_t g) {
    if (used_ + 1 > buckets_.size() - buckets_.size() / 8) grow_buckets();
    const std::size_t i = place(g);
    if (buckets_[i].group != g) {
        buckets_[i].group = g;
        ++used_;
    }
    return i;
}

void identity_map::grow_buckets() {
    const std::vector<bucket> old =
        std::exchange(buckets_, std::vector<bucket>(buckets_.empty() ? 8 : buckets_.size() * 2));
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(buckets_.size()));
    for (const bucket& b : old) {
        if (b.group != no_group) buckets_[place(b.group)] = b;
    }
}

// -- all keys -------------------------------------------------------------------------------------------------------

node* identity_map::find(std::span<const value_view> row_key) const {
    if (count_ == 0) return nullptr;
    if (integer_) return find(row_key[0].integer);
    std::uint64_t h = 0;
    value_view key[8];
    std::forward_list<value> made;
    for (std::size_t k = 0; k < row_key.size(); ++k) {
        key[k] = as_in_objects(what_->fields[what_->primary_key[k]], row_key[k], made);
        h = combine(h, hash(key[k]));
    }
    h ^= h >> 32;
    const std::size_t mask = table_.size() - 1;
    for (std::size_t i = h & mask;; i = (i + 1) & mask) {
        node* n = table_[i];
        if (n == nullptr) return nullptr;
        bool same = true;
        for (std::size_t k = 0; same && k < row_key.size(); ++k) {
            same = has_key(n, k, key[k]);
        }
        if (same) return n;
    }
}

node* identity_map::insert(node* n) {
    if (integer_) {
        const std::int64_t key = key_of(n);
        if (node* there = find(key)) return there;
        insert(key, n);
        return n;
    }
    if (count_ + 1 > table_.size() - table_.size() / 4) grow_table();
    const std::size_t mask = table_.size() - 1;
    std::size_t i = hash_of(n) & mask;
    for (; table_[i] != nullptr; i = (i + 1) & mask) {
        if (same_key(table_[i], n)) return table_[i];
    }
    table_[i] = n;
    ++count_;
    return n;
}

bool identity_map::erase(const node* n) noexcept {
    if (count_ == 0) return false;
    if (integer_) {
        const std::int64_t key = key_of(n);
        bucket& b = buckets_[place(key >> 3)];
        // An emptied bucket keeps its group: the keys that probed past it are still found.
        if (b.group != key >> 3 || b.at[key & 7] != n) return false;
        b.at[key & 7] = nullptr;
        --count_;
        return true;
    }
    const std::size_t mask = table_.size() - 1;
    std::size_t i = hash_of(n) & mask;
    while (table_[i] != nullptr && table_[i] != n) i = (i + 1) & mask;
    if (table_[i] == nullptr) return false;
    erase_at(i);
    return true;
}

void identity_map::forget_departed() noexcept {
    const auto left = [](const node* n) { return n != nullptr && n->state() == life::detached; };
    for (bucket& b : buckets_) {
        for (node*& n : b.at) {
            if (!left(n)) continue;
            n = nullptr;
            --count_;
        }
    }
    for (std::size_t i = 0; i < table_.size(); ++i) {
        while (left(table_[i])) erase_at(i);
    }
}

void identity_map::erase_at(std::size_t i) noexcept {
    const std::size_t mask = table_.size() - 1;
    // Linear probing without tombstones: move back whatever may stand nearer to its own place.
    for (std::size_t j = i;;) {
        table_[i] = nullptr;
        for (;;) {
            j = (j + 1) & mask;
            if (table_[j] == nullptr) {
                --count_;
                return;
            }
            const std::size_t home = hash_of(table_[j]) & mask;
            if (((j - home) & mask) >= ((j - i) & mask)) break;
        }
        table_[i] = table_[j];
        i = j;
    }
}

void identity_map::reserve(std::size_t more) {
    if (integer_) {
        while (used_ + more / 8 + 1 > buckets_.size() - buckets_.size() / 8) grow_buckets();
        return;
    }
    while (count_ + more > table_.size() - table_.size() / 4) grow_table();
}

void identity_map::clear() noexcept {
    if (integer_) {
        if (used_ == 1 && buckets_.size() == 8 && buckets_[last_].group != no_group) {
            buckets_[last_] = {};  // a get
        } else if (used_ != 0 || buckets_.size() > 8) {
            clear_buckets();
        }
    } else if (table_.size() > 64) {
        table_ = {};
    } else {
        std::fill(table_.begin(), table_.end(), nullptr);
    }
    used_ = last_ = count_ = 0;
}

/// A small table is kept for the next object; a large one is given back.
void identity_map::clear_buckets() noexcept {
    if (buckets_.size() > 8) {
        buckets_ = {};
        shift_ = 64;
    } else {
        std::fill(buckets_.begin(), buckets_.end(), bucket{});
    }
}

void identity_map::grow_table() {
    const std::vector<node*> old = std::exchange(table_, std::vector<node*>(table_.empty() ? 16 : table_.size() * 2));
    const std::size_t mask = table_.size() - 1;
    for (node* n : old) {
        if (n == nullptr) continue;
        std::size_t at = hash_of(n) & mask;
        while (table_[at] != nullptr) at = (at + 1) & mask;
        table_[at] = n;
    }
}

}  // namespace kin::graph
