// One row, one object: from a primary key to its node.
#include <kin/graph/identity_map.hpp>

#include <cstring>

#include <kin/graph/fields.hpp>

namespace kin::graph {

void identity_map::describe(const mapping::model& m) noexcept {
    what_ = &m;
    const field& first = m.fields[m.primary_key[0]];
    offset_ = first.offset;
    integer_ = m.primary_key.size() == 1 && first.rep == layout::i64;
}

namespace {
std::uint64_t combine(std::uint64_t seed, std::uint64_t h) noexcept {
    return (seed ^ h) * 0x9E3779B97F4A7C15u + (seed >> 29);
}
}  // namespace

std::uint64_t identity_map::hash_of(const node* n) const {
    std::uint64_t h = 0;
    for (const std::uint16_t c : what_->primary_key) {
        value scratch;
        h = combine(h, hash(view(what_->fields[c], n->object(), scratch)));
    }
    return h ^ (h >> 32);
}

bool identity_map::same_key(const node* a, const node* b) const {
    for (const std::uint16_t c : what_->primary_key) {
        if (!equal(what_->fields[c], a->object(), what_->fields[c], b->object())) return false;
    }
    return true;
}

node* identity_map::find(std::span<const value_view> key) const {
    if (count_ == 0) return nullptr;
    if (integer_) return find(key[0].integer);
    std::uint64_t h = 0;
    for (const value_view& part : key) h = combine(h, hash(part));
    h ^= h >> 32;
    for (std::size_t i = h & mask_;; i = (i + 1) & mask_) {
        node* n = table_[i];
        if (n == nullptr) return nullptr;
        bool same = true;
        for (std::size_t k = 0; same && k < key.size(); ++k) {
            same = equal(what_->fields[what_->primary_key[k]], n->object(), key[k]);
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
    if (count_ + 1 > capacity()) grow();
    std::size_t i = hash_of(n) & mask_;
    for (; table_[i] != nullptr; i = (i + 1) & mask_) {
        if (same_key(table_[i], n)) return table_[i];
    }
    table_[i] = n;
    ++count_;
    return n;
}

void identity_map::erase(const node* n) noexcept {
    if (count_ == 0) return;
    std::size_t i = (integer_ ? place(key_of(n)) : hash_of(n)) & mask_;
    while (table_[i] != nullptr && table_[i] != n) i = (i + 1) & mask_;
    if (table_[i] == nullptr) return;
    // Linear probing without tombstones: move back whatever may stand nearer to its own place.
    for (std::size_t j = i;;) {
        table_[i] = nullptr;
        for (;;) {
            j = (j + 1) & mask_;
            if (table_[j] == nullptr) {
                --count_;
                return;
            }
            const std::size_t home = (integer_ ? place(key_of(table_[j])) : hash_of(table_[j])) & mask_;
            if (((j - home) & mask_) >= ((j - i) & mask_)) break;
        }
        table_[i] = table_[j];
        i = j;
    }
}

void identity_map::reserve(std::size_t more) {
    const std::size_t wanted = count_ + more;
    std::size_t size = table_ ? mask_ + 1 : 16;
    while (size - size / 4 < wanted) size *= 2;
    if (!table_ || size > mask_ + 1) rehash(size);
}

void identity_map::clear() noexcept {
    if (table_ && mask_ < 64) {
        std::memset(static_cast<void*>(table_.get()), 0, (mask_ + 1) * sizeof(node*));
    } else {
        table_.reset();
        mask_ = 0;
    }
    count_ = 0;
}

void identity_map::grow() { rehash(table_ ? (mask_ + 1) * 2 : 16); }

void identity_map::rehash(std::size_t size) {
    const std::unique_ptr<node*[]> old = std::move(table_);
    const std::size_t old_size = old ? mask_ + 1 : 0;
    table_ = std::make_unique<node*[]>(size);
    mask_ = size - 1;
    for (std::size_t i = 0; i < old_size; ++i) {
        if (old[i] == nullptr) continue;
        std::size_t at = (integer_ ? place(key_of(old[i])) : hash_of(old[i])) & mask_;
        while (table_[at] != nullptr) at = (at + 1) & mask_;
        table_[at] = old[i];
    }
}

}  // namespace kin::graph
