// What was: relations journalled before they change, and all of it restored where a flush or a transaction fails.
#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

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

// What leaves the session as it is, should the transaction fail, is remembered for the change alone that is being made.

undo session_core::slot_now(node& n, const mapping::relation& r) const {
    undo now{.did = r.to_many() ? undo::what::many_slot : undo::what::one_slot,
             .shows = contents_.of(n, r),
             .at = &n,
             .side = &r,
             .word = at_rest(slot_access::word(n, r))};
    if (!r.to_many()) return now;
    graph::to_many& slot = slot_access::many(n, r);
    now.size = slot_access::size(slot);
    now.capacity = slot_access::capacity(slot);
    return now;
}

/// One that lost its row gets it back.
static bool leaves_as_it_is(const node& n) noexcept { return n.state() == life::pending && n.snapshot() == nullptr; }

void session_core::journal_slot(node& n, const mapping::relation& r) {
    if (!leaves_as_it_is(n)) {
        past_.journal.push_back(slot_now(n, r));
    } else if (changes_ != nullptr && !just_made(n)) {
        past_.fresh.push_back({slot_now(n, r), past_.journal.size()});
    }
}

/// Before an object becomes a new one that had relations already.
void session_core::journal_return(node& n) {
    if (n.snapshot() != nullptr) {
        for (const mapping::relation& r : n.in->what->relations) past_.journal.push_back(slot_now(n, r));
        return;
    }
    if (changes_ == nullptr) return;
    for (const mapping::relation& r : n.in->what->relations) {
        past_.fresh.push_back({slot_now(n, r), past_.journal.size()});
    }
}

/// Before the unit of work writes a member: what it held.
void session_core::remember(node& n, const field& f) {
    const bool plain = f.rep == layout::i64 && f.optional == nullptr;
    if (plain) {
        auto* at = reinterpret_cast<std::int64_t*>(static_cast<std::byte*>(n.object()) + f.offset);
        if (*at == 0) {
            past_.given.push_back(at);
            return;
        }
    }
    field_write w{n.object(), &f, 0, nullptr};
    if (plain) {
        std::memcpy(&w.integer, static_cast<const std::byte*>(n.object()) + f.offset, sizeof w.integer);
    } else {
        value scratch;
        w.other = std::make_unique<value>(graph::view(f, n.object(), scratch));
    }
    past_.writes.push_back(std::move(w));
}

void session_core::undo_writes(const history_mark& mark) {
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
    // What the flush that failed while memory settled was to remove: it is to be removed again.
    std::unordered_set<const node*> to_remove;
    for (const auto& s : states_) {
        if (settling_ && s != nullptr) to_remove.insert(s->removed.begin(), s->removed.end());
    }
    // What got its row since is a plain value again in the end, which keeps what was assigned to it.
    std::unordered_map<const node*, std::size_t> came;
    for (std::size_t i = mark.turns; i < past_.turns.size(); ++i) {
        if (past_.turns[i].did() == turn::inserted) came.try_emplace(past_.turns[i].at(), i);
    }
    const auto came_before = [&](const node* n) {
        const auto found = came.find(n);
        return found != came.end() && found->second < past_.turns.size();
    };
    for (; past_.turns.size() > mark.turns; past_.turns.pop_back()) {
        node* n = past_.turns.back().at();
        model_state& s = state_of(*n->in->what);
        make_room(s.pending);
        make_room(s.touched);
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
                if (!settling_) s.pending.push_back(n);
                break;
            case turn::removed:
                if (!past_.fresh.empty()) unremoved_.insert(n);
                if (n->state() != life::removed) break;
                n->state(life::persistent);
                if (n->snapshot() == nullptr || graph::left_out(*n) != 0) n->word &= ~node::writable;
                break;
            case turn::deleted:
                if (n->snapshot() != nullptr && came_before(n)) {
                    restore_key(*n);
                } else if (n->snapshot() != nullptr && unfinished_->values) {
                    graph::unpack(*n->in->what, n->object(), n->snapshot());
                }
                if (node* there = s.objects->identities.insert(n); there != n) {
                    // Read while the row was gone: the row is the former object's again.
                    s.objects->identities.erase(there);
                    there->state(life::detached);
                    s.objects->identities.insert(n);
                }
                n->state(to_remove.contains(n) ? life::removed : life::persistent);
                if (n->snapshot() == nullptr || graph::left_out(*n) != 0) n->word &= ~node::writable;
                if (n->snapshot() != nullptr) {
                    s.touched.push_back(n);
                    revived = true;
                }
                break;
            case turn::read:
                // What it holds may never have been committed: read again when it is looked at.
                if (n->state() != life::persistent && n->state() != life::removed) break;
                // Until then its columns say where it stood: nothing of what was assigned and not written.
                if (n->snapshot() != nullptr) graph::unpack(*n->in->what, n->object(), n->snapshot());
                {
                    const life now = n->state();
                    n->word = node::expired;
                    n->state(now);
                }
                expired_ = true;
                blank_relations(*n);
                break;
            case turn::dropped:
                n->snapshot(past_.dropped.back());
                past_.dropped.pop_back();
                break;
            case turn::revived:
                graph::unpack(*n->in->what, n->object(), past_.dropped.back());
                s.objects->identities.erase(n);
                past_.dropped.pop_back();
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
    unfinished goal{mark, values};
    if (unfinished_) {
        goal.to.journal = std::min(goal.to.journal, unfinished_->to.journal);
        goal.to.fresh = std::min(goal.to.fresh, unfinished_->to.fresh);
        goal.to.turns = std::min(goal.to.turns, unfinished_->to.turns);
        goal.to.given = std::min(goal.to.given, unfinished_->to.given);
        goal.to.writes = std::min(goal.to.writes, unfinished_->to.writes);
        goal.values = values || unfinished_->values;
    }
    unfinished_ = goal;
    arena_->aggregates().outdate();
    undo_turns(goal.to);
    undo_writes(goal.to);
    undo_slots(goal.to);
    settled_ = std::min(settled_, past_.journal.size());
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        model_state& s = *state;
        for (node* n : s.touched) {
            if (goal.values && n->state() == life::persistent && n->snapshot() != nullptr) {
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
    if (past_.journal.empty() && goal.values) {  // all of the transaction
        links_.clear();
        pairs_.clear();
    }
    if (!for_good_.empty()) std::erase_if(for_good_, [](const node* n) { return n->state() != life::removed; });
    settling_ = false;
    unremoved_.clear();
    unfinished_.reset();
}

/// Relations, pairs and what the flush compares with, newest first.
void session_core::undo_slots(const history_mark& mark) {
    auto& journal = past_.journal;
    auto& fresh = past_.fresh;
    while (journal.size() > mark.journal || fresh.size() > mark.fresh) {
        if (fresh.size() > mark.fresh && fresh.back().behind >= journal.size()) {
            undo_slot(fresh.back().what);
            fresh.pop_back();
        } else {
            undo_slot(journal.back());
            journal.pop_back();
        }
    }
}

void session_core::undo_slot(const undo& u) {
    node& n = *u.at;
    // What was loaded before it expired is as old as its columns.
    const bool outdated = (n.word & node::expired) != 0 && graph::mark_of(u.word) == mark::loaded;
    switch (u.did) {
        case undo::what::one_slot:
            contents_.set(n, *u.side, outdated ? content::whole : u.shows, 0);
            slot_access::word(slot_access::one(n, *u.side)) = outdated ? graph::tagged(mark::unloaded) : u.word;
            break;
        case undo::what::many_slot: {
            contents_.set(n, *u.side, outdated ? content::whole : u.shows, 0);
            graph::to_many& slot = slot_access::many(n, *u.side);
            slot_access::word(slot) = outdated ? graph::tagged(mark::unloaded) : u.word;
            slot_access::size(slot) = outdated ? 0 : u.size;
            slot_access::capacity(slot) = outdated ? 0 : u.capacity;
            break;
        }
        case undo::what::snapshot:
            if ((n.state() == life::persistent || n.state() == life::removed) && (n.word & node::expired) == 0) {
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
        case undo::what::values:
            graph::unpack(*n.in->what, n.object(), reinterpret_cast<const std::byte*>(u.word));
            break;
        case undo::what::returned: {
            if (n.state() != life::persistent || unremoved_.contains(&n)) break;
            model_state& s = state_of(*n.in->what);
            if (std::find(s.removed.begin(), s.removed.end(), &n) == s.removed.end()) s.removed.push_back(&n);
            n.state(life::removed);
            if (n.snapshot() == nullptr) n.word &= ~node::writable;
            break;
        }
    }
}

void session_core::restore_or_later(const history_mark& mark, bool values) noexcept {
    try {
        restore(mark, values);
    } catch (...) {
        // unfinished_ remembers it: the next call begins with the rest.
    }
}

void session_core::finish_restoring() {
    if (owes_undo_ && lease_ && lease_->in_transaction()) {
        lease_->rollback_to(flush_savepoint);
        lease_->release(flush_savepoint);
    }
    owes_undo_ = false;
    if (unfinished_) {
        const unfinished rest = *unfinished_;
        restore(rest.to, rest.values);
    }
    for (std::size_t at = 0; owed_savepoint_ != 0 && at < marks_.size(); ++at) {
        if (marks_[at].number == owed_savepoint_) undo_savepoint(at);
    }
    owed_savepoint_ = 0;
}

void session_core::keep_values(node& n, const std::byte* packed) {
    if (changes_ == nullptr) return;
    past_.fresh.push_back({{.did = undo::what::values, .at = &n, .word = reinterpret_cast<std::uintptr_t>(packed)},
                           past_.journal.size()});
}

void session_core::remember_values() {
    for (const auto& s : states_) {
        if (s == nullptr) continue;
        const mapping::model& m = *s->objects->what;
        for (const std::vector<node*>* list : {&s->pending, &s->touched, &s->removed}) {
            for (node* n : *list) {
                if (n->state() == life::detached || (n->word & node::expired) != 0) continue;
                std::uint64_t changed = 0;
                const bool same =
                    n->snapshot() != nullptr && graph::compare(m, n->object(), n->snapshot(), changed) == 0;
                keep_values(*n, same ? n->snapshot() : graph::pack(m, n->object(), *arena_));
            }
        }
    }
}

// -- changes that are made whole or not at all ----------------------------------------------------------------------

void session_core::take_back(const graph::all_or_nothing& change) noexcept {
    for (std::size_t i = change.before_.turns; i < past_.turns.size(); ++i) {
        if (past_.turns[i].did() == turn::added) drop_said(*past_.turns[i].at());
    }
    restore_or_later(change.before_);
}

void session_core::keep_all() noexcept {
    past_.fresh.clear();
    for (graph::all_or_nothing* each = changes_; each != nullptr; each = each->outer_) each->before_ = now();
}

void session_core::forget_history() noexcept {
    past_.journal.clear();
    past_.fresh.clear();
    past_.pairs.clear();
    past_.turns.clear();
    past_.dropped.clear();
    past_.given.clear();
    past_.writes.clear();
    settled_ = 0;
}

}  // namespace kin::detail
