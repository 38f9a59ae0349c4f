// What was: relations journalled before they change, and all of it restored where a flush or a transaction fails.
#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

/// A slot that a load is about to fill says whose (loader::claim): nothing that outlives the load.
static std::uintptr_t at_rest(std::uintptr_t word) noexcept {
    return graph::mark_of(word) == mark::unloaded ? graph::tagged(mark::unloaded) : word;
}

void session_core::journal_one(node& n, const mapping::relation& r) {
    if (n.state() == life::pending && !hooking_) return;  // leaves the session as it is, should the transaction fail
    past_.journal.push_back({.did = undo::what::one_slot,
                             .shows = contents_.of(n, r),
                             .at = &n,
                             .side = &r,
                             .word = at_rest(slot_access::word(slot_access::one(n, r)))});
}

void session_core::journal_many(node& n, const mapping::relation& r) {
    if (n.state() == life::pending && !hooking_) return;
    graph::to_many& slot = slot_access::many(n, r);
    past_.journal.push_back({.did = undo::what::many_slot,
                             .shows = contents_.of(n, r),
                             .at = &n,
                             .side = &r,
                             .word = at_rest(slot_access::word(slot)),
                             .size = slot_access::size(slot),
                             .capacity = slot_access::capacity(slot)});
}

void session_core::undo_writes(const history_mark& mark) noexcept {
    for (; past_.writes.size() > mark.writes; past_.writes.pop_back()) {
        const field_write& w = past_.writes.back();
        if (w.other == nullptr) {
            std::memcpy(static_cast<std::byte*>(w.object) + w.where->offset, &w.integer, sizeof w.integer);
        } else {
            graph::assign(*w.where, w.object, w.other->view());
        }
    }
    // Last: a member was 0 before anything else was written to it.
    for (; past_.given.size() > mark.given; past_.given.pop_back()) *past_.given.back() = 0;
}

/// What became of objects since the mark, newest first, while every key is still the one that its row has.
void session_core::undo_turns(const history_mark& mark) {
    bool revived = false;
    for (; past_.turns.size() > mark.turns; past_.turns.pop_back()) {
        node* n = past_.turns.back().at();
        model_state& s = state_of(*n->in->what);
        switch (past_.turns.back().did()) {
            case turn::added:
                n->state(life::detached);
                n->word &= ~node::expired;
                break;
            case turn::inserted:
                if (n->snapshot() != nullptr && n->state() != life::detached) restore_key(*n);
                s.objects->identities.erase(n);
                n->snapshot(nullptr);
                n->state(life::pending);
                n->word &= ~node::expired;  // there is no row to read again
                s.pending.push_back(n);
                break;
            case turn::removed:
                if (n->state() != life::removed) break;
                n->state(life::persistent);
                if (n->snapshot() == nullptr || graph::left_out(*n) != 0) n->word &= ~node::writable;
                break;
            case turn::deleted:
                n->state(life::persistent);
                if (n->snapshot() == nullptr || graph::left_out(*n) != 0) n->word &= ~node::writable;
                if (n->snapshot() != nullptr) {
                    graph::unpack(*n->in->what, n->object(), n->snapshot());
                    s.touched.push_back(n);
                    revived = true;
                }
                s.objects->identities.insert(n);
                break;
            case turn::read:
                // What it holds may never have been committed: read again when it is looked at.
                if (n->state() != life::persistent) break;
                n->word = node::expired;
                expired_ = true;
                blank_relations(*n);
                break;
            case turn::dropped:
                n->snapshot(past_.dropped.back());
                past_.dropped.pop_back();
                break;
            case turn::revived:
                graph::unpack(*n->in->what, n->object(), past_.dropped.back());
                past_.dropped.pop_back();
                s.objects->identities.erase(n);
                n->snapshot(nullptr);
                n->state(life::detached);
                break;
            case turn::withdrawn:
                if (n->state() != life::detached) break;
                n->state(life::pending);
                // It may stand there yet: lists are tidied late.
                if (std::find(s.pending.begin(), s.pending.end(), n) == s.pending.end()) s.pending.push_back(n);
                break;
        }
    }
    if (!revived) return;
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        std::unordered_set<const node*> seen;
        s->touched.erase(
            std::remove_if(s->touched.begin(), s->touched.end(), [&](const node* n) { return !seen.insert(n).second; }),
            s->touched.end());
    }
}

/// A primary key that was changed by hand and never written is not the one that the identity map knows.
void session_core::restore_key(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t changed = 0;
    graph::compare(m, n.object(), n.snapshot(), changed);
    for (const std::uint16_t c : m.primary_key) {
        if ((changed >> c & 1) != 0) {
            graph::unpack(m, n.object(), n.snapshot());
            return;
        }
    }
}

/// Undoes what happened since the mark: of objects, of what the unit of work wrote into them, of their relations, and
/// (with `values`) of what was changed in them and not flushed.
void session_core::restore(const history_mark& mark, bool values) {
    arena_->aggregates().outdate();
    undo_turns(mark);
    undo_writes(mark);
    for (; past_.journal.size() > mark.journal; past_.journal.pop_back()) {
        const undo& u = past_.journal.back();
        node& n = *u.at;
        switch (u.did) {
            case undo::what::one_slot:
                slot_access::word(slot_access::one(n, *u.side)) = u.word;
                contents_.set(n, *u.side, u.shows, 0);
                break;
            case undo::what::many_slot: {
                graph::to_many& slot = slot_access::many(n, *u.side);
                slot_access::word(slot) = u.word;
                slot_access::size(slot) = u.size;
                slot_access::capacity(slot) = u.capacity;
                contents_.set(n, *u.side, u.shows, 0);
                break;
            }
            case undo::what::snapshot:
                if (n.state() == life::persistent && (n.word & node::expired) == 0) {
                    n.snapshot(reinterpret_cast<const std::byte*>(u.word));
                }
                break;
            case undo::what::pair: {
                const auto& [key, was] = past_.pairs[u.word];
                if (was.state == staged_pair::what::none) {
                    pairs_.erase(key);
                } else {
                    pairs_.insert_or_assign(key, was);
                }
                past_.pairs.resize(u.word, {pair_key{}, {}});
                break;
            }
            case undo::what::link:
                if (u.word == 0) {
                    links_.erase({&n, u.key});
                } else {
                    links_[{&n, u.key}] = reinterpret_cast<node*>(u.word & ~std::uintptr_t{1});
                }
                break;
        }
    }
    settled_ = std::min(settled_, past_.journal.size());
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        model_state& s = *state;
        for (node* n : s.touched) {
            if (values && n->state() == life::persistent && n->snapshot() != nullptr) {
                graph::unpack(*n->in->what, n->object(), n->snapshot());
            }
        }
        const auto gone = [](life wanted) { return [wanted](const node* n) { return n->state() != wanted; }; };
        s.touched.erase(
            std::remove_if(s.touched.begin(), s.touched.end(), [](const node* n) { return n->snapshot() == nullptr; }),
            s.touched.end());
        s.pending.erase(std::remove_if(s.pending.begin(), s.pending.end(), gone(life::pending)), s.pending.end());
        s.removed.erase(std::remove_if(s.removed.begin(), s.removed.end(), gone(life::removed)), s.removed.end());
    }
}

void session_core::forget_history() noexcept {
    past_.journal.clear();
    past_.pairs.clear();
    past_.turns.clear();
    past_.dropped.clear();
    past_.given.clear();
    past_.writes.clear();
    settled_ = 0;
}

}  // namespace kin::detail
