// Where the objects of a session live.
#include <kin/graph/arena.hpp>
#include <kin/graph/fields.hpp>
#include <kin/graph/outside.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "graph/block_pool.hpp"
#include "graph/keyed_index.hpp"
#include "graph/large_lists.hpp"
#include "graph/reuse/result_groups.hpp"
#include "graph/reuse/spare_places.hpp"

namespace kin::graph {

arena::arena(host* h)
    : arena_count{h}, keyed_{std::make_unique<keyed_index>()}, lists_{std::make_unique<large_lists>()} {}

void arena_count::destroy() noexcept { delete static_cast<arena*>(this); }

arena::~arena() {
    aggregates_.clear();
    destroy_objects();
    for (void* b : byte_blocks_) give_block(b);
    free_large();
    for (pool* p : pools_) delete p;
}

node* arena::find_target(const node& n, const mapping::foreign_key& k) const {
    if (k.target == nullptr || !k.to_primary_key) return nullptr;
    if (!speaks_of(k, n.object())) return nullptr;
    const pool* p = k.target->number < pools_.size() ? pools_[k.target->number] : nullptr;
    if (p == nullptr || p->identities.size() == 0) return nullptr;
    const field& first = k.owner->fields[k.columns[0]];
    if (p->identities.integer_key() && first.rep == layout::i64 && first.optional == nullptr) {  // most keys
        std::int64_t number = 0;
        std::memcpy(&number, static_cast<const std::byte*>(n.object()) + first.offset, sizeof number);
        return p->identities.find(number);
    }
    value scratch[8];
    value_view key[8];
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        key[i] = view(k.owner->fields[k.columns[i]], n.object(), scratch[i]);
        if (key[i].is_null()) return nullptr;
    }
    return p->identities.find(std::span<const value_view>{key, k.columns.size()});
}

void arena::destroy_objects() noexcept {
    for (pool* p : used_pools_) {
        const mapping::type_operations& type = *p->what->type;
        for (slab* s = p->current; s != nullptr;) {
            if (!type.trivially_destructible) type.destroy_each(s->at(0)->object(), s->stride, s->used);
            slab* next = s->next;
            give_block(s);
            s = next;
        }
        p->current = nullptr;
        p->identities.clear();
        p->loners.parts = nullptr;
    }
    used_pools_.clear();
}

void arena::reset() noexcept {
    aggregates_.clear();
    keyed_->clear();
    lists_->clear();
    if (results_ != nullptr) results_->clear();
    if (spare_ != nullptr) spare_->clear();
    // One small result is the common case (a request, a get): keep its slab instead of asking for it again.
    if (used_pools_.size() == 1 && used_pools_[0]->current != nullptr && used_pools_[0]->current->next == nullptr) {
        pool& p = *used_pools_[0];
        if (!p.what->type->trivially_destructible) {
            p.what->type->destroy_each(p.current->at(0)->object(), p.current->stride, p.current->used);
        }
        p.current->used = 0;
        p.identities.clear();
        p.loners.parts = nullptr;
    } else {
        destroy_objects();
    }
    free_large();
    while (byte_blocks_.size() > 1) {
        give_block(byte_blocks_.back());
        byte_blocks_.pop_back();
    }
    if (!byte_blocks_.empty()) {
        cursor_ = static_cast<std::byte*>(byte_blocks_[0]);
        limit_ = cursor_ + block_size;
    }
}

pool& arena::new_pool(const mapping::model& m) {
    if (pools_.size() <= m.number) pools_.resize(m.number + 1);
    auto made = std::make_unique<pool>();
    pool* const p = made.get();
    p->home = this;
    p->what = &m;
    const std::size_t align = m.type->align > 8 ? 16 : 8;
    p->stride = static_cast<std::uint32_t>((sizeof(node) + m.room + align - 1) & ~(align - 1));
    p->outside = static_cast<std::uint32_t>(m.room - m.type->size);
    p->loners = p->emptied = group{this, &m, m.type};
    p->identities.describe(m);
    for (const mapping::relation& r : m.relations) p->slots.push_back(r.offset);
    p->key_first = p->identities.integer_key() && m.primary_key[0] == 0;
    pools_[m.number] = made.release();
    return *p;
}

void arena::clear_outside(const pool& p, node* n) noexcept {
    std::memset(static_cast<std::byte*>(n->object()) + p.what->type->size, 0, p.outside);
}

slab* arena::new_slab(pool& p) {
    used_pools_.reserve(used_pools_.size() + 1);
    auto* s = static_cast<slab*>(take_block());
    *s = {this, &p, p.current, p.stride, 0, static_cast<std::uint32_t>((block_size - slab::first) / p.stride)};
    if (p.current == nullptr) used_pools_.push_back(&p);
    p.current = s;
    return s;
}

void* arena::more_bytes(std::size_t size) {
    if (size > largest_in_block) return large_bytes(size);
    byte_blocks_.reserve(byte_blocks_.size() + 1);
    auto* b = static_cast<std::byte*>(take_block());
    byte_blocks_.push_back(b);
    cursor_ = b + size;
    limit_ = b + block_size;
    return b;
}

void* arena::large_bytes(std::size_t size) {
    void* const place =
        std::aligned_alloc(alignof(large_place), sizeof(large_place) + ((size + 31) & ~std::size_t{31}));
    if (place == nullptr) throw std::bad_alloc{};
    large_ = new (place) large_place{nullptr, large_};
    if (large_->next != nullptr) large_->next->before = large_;
    ++large_count_;
    return large_ + 1;
}

void arena::free_large() noexcept {
    while (large_ != nullptr) std::free(std::exchange(large_, large_->next));
    large_count_ = 0;
}

void arena::make_results() { results_ = std::make_unique<result_groups>(*this); }

std::byte* arena::spare_place(std::size_t size) noexcept { return spare_->take(size); }

void arena::give_back(const std::byte* snapshot, std::size_t size) noexcept {
    auto* const place = const_cast<std::byte*>(snapshot);
    if (size <= spare_places::largest) {
        if (spare_ == nullptr) spare_.reset(new (std::nothrow) spare_places);
        if (spare_ != nullptr) spare_->give(place, size);  // else it is the arena's to its end
        return;
    }
    auto* const large = reinterpret_cast<large_place*>(place) - 1;
    (large->before != nullptr ? large->before->next : large_) = large->next;
    if (large->next != nullptr) large->next->before = large->before;
    --large_count_;
    std::free(large);
}

std::size_t arena::size() const noexcept {
    std::size_t blocks = byte_blocks_.size();
    for (const pool* p : used_pools_) {
        for (const slab* s = p->current; s != nullptr; s = s->next) ++blocks;
    }
    return (blocks + large_count_) * block_size;
}

void* outside_slot(const void* object, const mapping::outside_declaration& d, const mapping::model& m,
                   const site& where) {
    const mapping::relation& r = mapping::relation_of(d, m, where);
    // A plain object may stand anywhere: only what lies in a block has a slab around it.
    const slab* s = in_a_block(object) ? slab::around(object) : nullptr;
    if (s == nullptr || s->in->what != &m || owner_of(object)->object() != object) {
        throw usage_error{m.name + "." + r.name +
                              " is declared outside, so it exists for objects of a session: add this " + m.name +
                              " to one first",
                          {.where = where}};
    }
    return static_cast<std::byte*>(const_cast<void*>(object)) + r.offset;
}

bool arena::owns(const void* object) const noexcept {
    const slab* wanted = slab::around(object);
    for (const pool* p : used_pools_) {
        for (const slab* s = p->current; s != nullptr; s = s->next) {
            if (s == wanted) return true;
        }
    }
    return false;
}

}  // namespace kin::graph
