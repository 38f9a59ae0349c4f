// What objects take that have left their session: their blocks, and what they hold.
#include "graph/reuse/departed_slabs.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <utility>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "graph/block_pool.hpp"

namespace kin::graph {

namespace {

bool all_left(slab& s) noexcept {
    for (std::uint32_t i = 0; i < s.used; ++i) {
        if (s.at(i)->state() != life::detached) return false;
    }
    return true;
}

}  // namespace

departed_slabs::candidate* departed_slabs::candidate_around(const node* n) noexcept {
    slab* const s = slab::around(n);
    const auto at = std::lower_bound(all_.begin(), all_.end(), s, [](const candidate& c, const slab* to) {
        return std::less<>{}(static_cast<const slab*>(c.at), to);
    });
    return at != all_.end() && at->at == s ? &*at : nullptr;
}

void departed_slabs::reach(node* n) {
    if (n != nullptr && n->state() == life::detached && reached_.insert(n).second) to_follow_.push_back(n);
}

void departed_slabs::reach_rows(const node& n) {
    if (n.in->rows == nullptr || n.in->rows == rows_ || !rows_seen_.insert(rows_ = n.in->rows).second) return;
    for (std::uint32_t i = 0; i < n.in->count; ++i) reach(n.in->rows[i]);
}

void departed_slabs::follow(node& n) {
    reach_rows(n);
    for (const mapping::relation& r : n.in->what->relations) {
        const std::uintptr_t word = slot_access::word(n, r);
        if (mark_of(word) <= mark::unloaded || pointer_of(word) == nullptr) continue;
        if (!r.to_many()) {
            reach(static_cast<node*>(pointer_of(word)));
            continue;
        }
        auto* const* const items = static_cast<node* const*>(pointer_of(word));
        const std::uint32_t size = slot_access::size(slot_access::many(n, r));
        for (std::uint32_t i = 0; i < size; ++i) reach(member_at(items + i));
    }
}

/// One that nobody can look at any more leads nowhere, and came with nobody: should its row come back, it is alone.
void departed_slabs::forget_all(const pool& p, node& n) const noexcept {
    if (n.state() != life::detached || reached_.contains(&n)) return;
    if (n.in->missing == 0) n.in = &const_cast<pool&>(p).loners;
    for (const mapping::relation& r : n.in->what->relations) {
        std::uintptr_t& word = slot_access::word(n, r);
        if (mark_of(word) < mark::unloaded) continue;
        word = tagged(mark::unloaded);
        if (r.to_many())
            slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
    }
}

void departed_slabs::find_candidates(bool blocks) {
    for (const pool* p : home_.used_pools_) {
        for (slab* s = p->current; s != nullptr; s = s->next) {
            objects_ += s->used;
            if (blocks && s != p->current && all_left(*s)) {
                all_.push_back({s});
            } else {
                s->left = false;  // somebody is here again: the next look finds, the one after it gives back
            }
        }
    }
    std::sort(all_.begin(), all_.end(),
              [](const candidate& a, const candidate& b) { return std::less<>{}(a.at, b.at); });
}

bool departed_slabs::find(const std::vector<const node*>* only) {
    find_candidates(only == nullptr);
    std::vector<node*> left;
    for (pool* p : home_.used_pools_) {
        const bool hold_more = !p->what->type->trivially_destructible || p->what->snapshot_width > 0;
        for (slab* s = p->current; s != nullptr; s = s->next) {
            for (std::uint32_t i = 0; i < s->used; ++i) {
                node& n = *s->at(i);
                if (n.state() != life::detached) {
                    follow(n);
                    continue;
                }
                if (n.in->missing != 0) reach_rows(n);  // it may come back with its group
                if (hold_more && n.in != &p->emptied) left.push_back(&n);
            }
        }
    }
    while (!to_follow_.empty()) {
        node* const n = to_follow_.back();
        to_follow_.pop_back();
        follow(*n);
    }
    for (const node* n : reached_) {
        if (candidate* const c = candidate_around(n)) c->reached = true;
    }
    std::erase_if(all_, [](const candidate& c) {
        const bool had_left = std::exchange(c.at->left, !c.reached);
        return c.reached || !had_left;
    });
    std::erase_if(left, [&](const node* n) {
        return reached_.contains(n) ||
               (only != nullptr && !std::binary_search(only->begin(), only->end(), n, std::less<>{}));
    });
    std::sort(left.begin(), left.end(), std::less<>{});
    std::set_intersection(left.begin(), left.end(), left_before_.begin(), left_before_.end(),
                          std::back_inserter(to_empty_), std::less<>{});
    std::erase_if(left, [&](const node* n) {
        return hold(n) || std::binary_search(to_empty_.begin(), to_empty_.end(), n, std::less<>{});
    });
    std::erase_if(to_empty_, [&](const node* n) { return hold(n); });
    left_before_ = std::move(left);
    return !all_.empty() || !to_empty_.empty();
}

bool departed_slabs::hold(const node* n) const noexcept {
    return const_cast<departed_slabs*>(this)->candidate_around(n) != nullptr;
}

/// What it holds moves out and goes: a string that was moved from holds nothing, whatever else it is.
void departed_slabs::empty(pool& p, node& n) const noexcept {
    const mapping::type_operations& type = *p.what->type;
    for (const mapping::relation& r : p.what->relations) {
        // Moved, those of a session's object would be loaded.
        std::uintptr_t& word = slot_access::word(n, r);
        if (mark_of(word) < mark::unloaded) continue;
        word = 0;
        if (r.to_many())
            slot_access::size(slot_access::many(n, r)) = slot_access::capacity(slot_access::many(n, r)) = 0;
    }
    for (const mapping::column& c : p.what->columns) {  // so would a column that was not read
        if (c.absent_at != 0) *(static_cast<bool*>(n.object()) + c.absent_at) = false;
    }
    if (n.snapshot() != nullptr) give_back(*p.what, n.snapshot(), home_);
    n.snapshot(nullptr);
    n.in = &p.emptied;
    if (type.trivially_destructible) return;
    void* const aside = std::aligned_alloc(16, (type.size + 15) & ~std::size_t{15});
    if (aside == nullptr) return;
    try {
        type.move_construct(aside, n.object());
        type.destroy(aside);
    } catch (...) {
        // It keeps what it holds until its block goes.
    }
    std::free(aside);
}

void departed_slabs::drop() noexcept {
    for (pool* p : home_.used_pools_) p->identities.forget_departed();
    for (node* n : to_empty_) empty(*slab::around(n)->in, *n);
    if (all_.empty()) return;
    for (const pool* p : home_.used_pools_) {
        for (slab** at = &const_cast<pool*>(p)->current; *at != nullptr;) {
            slab* const s = *at;
            if (!hold(s->at(0))) {
                for (std::uint32_t i = 0; i < s->used; ++i) forget_all(*p, *s->at(i));
                at = &s->next;
                continue;
            }
            *at = s->next;
            for (std::uint32_t i = 0; i < s->used; ++i) {
                node& n = *s->at(i);
                if (n.snapshot() != nullptr) give_back(*p->what, n.snapshot(), home_);
            }
            const mapping::type_operations& type = *p->what->type;
            if (!type.trivially_destructible) type.destroy_each(s->at(0)->object(), s->stride, s->used);
            give_block(s);
        }
    }
}

}  // namespace kin::graph
