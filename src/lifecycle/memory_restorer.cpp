// What was: relations journalled before they change, and all of it restored where a flush or a transaction fails.
#include "lifecycle/memory_restorer.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <kin/graph/fields.hpp>

#include "memory/object_state.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

/// What an object that did not come in said of its relations: a handle in it would keep this session's objects for
/// ever.
void drop_said(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        const std::uintptr_t word = slot_access::word(n, r);
        if (word == 0 || graph::mark_of(word) >= mark::unloaded) continue;
        if (r.to_many()) {
            slot_access::many(n, r) = graph::to_many{};
        } else {
            slot_access::one(n, r) = graph::to_one{};
        }
    }
}

}  // namespace

void memory_restorer::undo_writes(const graph::history_mark& mark) {
    for (; log_.records().writes.size() > mark.writes; log_.records().writes.pop_back()) {
        const field_write& w = log_.records().writes.back();
        objects_.rewrote(*node::of(w.object));
        if (w.other == nullptr) {
            std::memcpy(static_cast<std::byte*>(w.object) + w.where->offset, &w.integer, sizeof w.integer);
        } else {
            graph::assign(*w.where, w.object, w.other->view());
        }
    }
    // Last: a member was 0 before anything else was written to it.
    for (; log_.records().given.size() > mark.given; log_.records().given.pop_back()) {
        *log_.records().given.back() = 0;
        objects_.rewrote(*graph::owner_of(log_.records().given.back()));
    }
}

/// What became of objects since the mark, newest first, while every key is still the one that its row has.
void memory_restorer::undo_transitions(const graph::history_mark& mark) {
    // What the flush that failed while memory was synchronised was to remove: it is to be removed again.
    std::unordered_set<const node*> to_remove;
    for (const auto& s : objects_.states()) {
        if (phase_.synchronising && s != nullptr) to_remove.insert(s->removed.begin(), s->removed.end());
    }
    // What got its row since is a plain value again in the end, which keeps what was assigned to it.
    std::unordered_map<const node*, std::size_t> came;
    for (std::size_t i = mark.transitions; i < log_.records().transitions.size(); ++i) {
        if (log_.records().transitions[i].did() == transition::inserted)
            came.try_emplace(log_.records().transitions[i].at(), i);
    }
    const auto came_before = [&](const node* n) {
        const auto found = came.find(n);
        return found != came.end() && found->second < log_.records().transitions.size();
    };
    auto& expunged = log_.records().expunged;
    std::size_t outside = expunged.size();
    const auto note_those_who_left = [&](std::size_t behind) {
        for (; outside > 0 && expunged[outside - 1].behind >= behind; --outside) left_.insert(expunged[outside - 1].at);
    };
    for (; log_.records().transitions.size() > mark.transitions; log_.records().transitions.pop_back()) {
        note_those_who_left(log_.records().transitions.size());
        node* n = log_.records().transitions.back().at();
        if (left_.contains(n)) {
            const transition did = log_.records().transitions.back().did();
            if (did == transition::dropped || did == transition::revived) log_.records().dropped.pop_back();
            continue;
        }
        model_state& s = objects_.state_of(*n->in->what);
        make_room(s.pending);
        objects_.rewrote(s, *n);  // nobody is found by it until all is undone
        switch (log_.records().transitions.back().did()) {
            case transition::added:
                n->state(life::detached);
                objects_.one_left();
                n->word &= ~node::expired;
                break;
            case transition::inserted:
                if (n->snapshot() != nullptr && n->state() != life::detached) restore_key(*n);
                s.objects->identities.erase(n);
                if (n->snapshot() != nullptr && !came_back_)
                    graph::give_back(*n->in->what, n->snapshot(), objects_.arena());
                n->snapshot(nullptr);
                n->state(life::pending);
                n->word &= ~node::expired;  // there is no row to read again
                if (!phase_.synchronising) s.pending.push_back(n);
                break;
            case transition::removed:
                if (!log_.records().fresh.empty()) unremoved_.insert(n);
                if (n->state() != life::removed) break;
                n->state(life::persistent);
                n->word &= ~node::writable;
                break;
            case transition::deleted:
                if (n->snapshot() != nullptr) tracking_.list(*n);
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
                if (n->state() == life::persistent || n->snapshot() == nullptr || graph::left_out(*n) != 0)
                    n->word &= ~node::writable;
                break;
            case transition::read:
                // What it holds may never have been committed: read again when it is looked at.
                if (n->state() != life::persistent && n->state() != life::removed) break;
                // Until then its columns say where it stood: nothing of what was assigned and not written. One that is
                // a plain value again in the end keeps that.
                if (n->snapshot() != nullptr && came_before(n)) {
                    restore_key(*n);
                } else if (n->snapshot() != nullptr) {
                    graph::unpack(*n->in->what, n->object(), n->snapshot());
                }
                {
                    const life now = n->state();
                    n->word = node::expired | (n->word & node::listed);
                    n->state(now);
                }
                phase_.expired = true;
                tracking_.unload_relations(*n);
                break;
            case transition::dropped:
                came_back_ = true;
                n->snapshot(log_.records().dropped.back());
                log_.records().dropped.pop_back();
                break;
            case transition::revived:
                graph::unpack(*n->in->what, n->object(), log_.records().dropped.back());
                s.objects->identities.erase(n);
                log_.records().dropped.pop_back();
                n->snapshot(nullptr);
                n->state(life::detached);
                break;
            case transition::withdrawn:
                if (n->state() != life::detached) break;
                n->state(life::pending);
                // It may stand there yet: lists are tidied late.
                if (std::find(s.pending.begin(), s.pending.end(), n) == s.pending.end()) s.pending.push_back(n);
                break;
        }
    }
    note_those_who_left(mark.transitions);
    // Who left stays outside: what is older leads to nobody of them either.
    for (expunged_record& each : expunged) each.behind = std::min(each.behind, mark.transitions);
    if (mark.transitions == 0 && mark.journal == 0) expunged.clear();
}

/// What was assigned to objects that the transaction has touched and was not flushed, in members.
void memory_restorer::undo_assignments(const graph::history_mark& mark) {
    const auto put_back = [this](node& n) {
        if (n.state() != life::persistent || n.snapshot() == nullptr) return;
        restore_values(n);
        objects_.rewrote(n);
    };
    for (const auto& s : objects_.states()) {
        if (s == nullptr) continue;
        for (node* n : s->touched) put_back(*n);
    }
    const auto& settled = log_.records().settled;
    for (std::size_t i = mark.settled; i < settled.size(); ++i) put_back(*settled[i]);
}

void memory_restorer::restore(const graph::history_mark& mark, bool values) {
    unfinished_restoration goal{mark, values};
    if (unfinished_) {
        goal.to.journal = std::min(goal.to.journal, unfinished_->to.journal);
        goal.to.fresh = std::min(goal.to.fresh, unfinished_->to.fresh);
        goal.to.transitions = std::min(goal.to.transitions, unfinished_->to.transitions);
        goal.to.given = std::min(goal.to.given, unfinished_->to.given);
        goal.to.writes = std::min(goal.to.writes, unfinished_->to.writes);
        goal.to.settled = std::min(goal.to.settled, unfinished_->to.settled);
        goal.values = values || unfinished_->values;
    }
    unfinished_ = goal;
    objects_.listed();
    objects_.arena().aggregates().outdate();
    undo_transitions(goal.to);
    undo_writes(goal.to);
    undo_slots(goal.to);
    log_.shortened();
    if (goal.values) undo_assignments(goal.to);
    unload_way_to_those_who_left();
    for (const auto& state : objects_.states()) {
        if (state == nullptr) continue;
        model_state& s = *state;
        const auto gone = [](life wanted) { return [wanted](const node* n) { return n->state() != wanted; }; };
        s.pending.erase(std::remove_if(s.pending.begin(), s.pending.end(), gone(life::pending)), s.pending.end());
        s.removed.erase(std::remove_if(s.removed.begin(), s.removed.end(), gone(life::removed)), s.removed.end());
    }
    if (log_.records().journal.empty() && goal.values) {  // all of the transaction
        parents_.staged().clear();
        pairs_.staged().clear();
    }
    if (!objects_.removed_for_good().empty())
        std::erase_if(objects_.removed_for_good(), [](const node* n) { return n->state() != life::removed; });
    phase_.synchronising = false;
    compared_.clear();
    came_back_ = false;
    unremoved_.clear();
    left_.clear();
    unfinished_.reset();
}

/// Relations that are as they were, and were of objects that have left the session since: they are read again.
void memory_restorer::unload_way_to_those_who_left() {
    const auto outside = [this](const node* n) { return n->state() == life::detached && left_.contains(n); };
    for (const auto& [n, r] : undone_) {
        if (n->state() != life::persistent) continue;
        std::uintptr_t& word = slot_access::word(*n, *r);
        if (graph::mark_of(word) < mark::loaded) continue;
        if (r->to_many()) {
            const auto members = graph::members(slot_access::many(*n, *r));
            if (!std::any_of(members.begin(), members.end(), outside)) continue;
            slot_access::size(slot_access::many(*n, *r)) = slot_access::capacity(slot_access::many(*n, *r)) = 0;
        } else if (const auto* target = static_cast<const node*>(graph::pointer_of(word));
                   target == nullptr || !outside(target)) {
            continue;
        }
        contents_.shown.set(*n, *r, content::whole, 0);
        word = graph::tagged(mark::unloaded);
    }
    undone_.clear();
}

/// What was changed and not flushed is lost. What was read by a key that was set by hand is not what the row leads to.
void memory_restorer::restore_values(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t changed = 0;
    try {
        graph::compare(m, n.object(), n.snapshot(), changed);
    } catch (const conversion_error&) {
        changed = ~std::uint64_t{0};  // a value that no row can hold
    }
    graph::unpack(m, n.object(), n.snapshot());
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if ((changed & k.mask()) == 0 || k.child_side == nullptr) continue;
        if (one_mark(n, *k.child_side) != mark::loaded) continue;
        if (one_target(n, *k.child_side) == parents_.parent_by_columns(n, k)) continue;
        contents_.shown.set(n, *k.child_side, content::whole, 0);
        slot_access::word(slot_access::one(n, *k.child_side)) = graph::tagged(mark::unloaded);
    }
}

/// Relations, pairs and what the flush compares with, newest first.
void memory_restorer::undo_slots(const graph::history_mark& mark) {
    auto& journal = log_.records().journal;
    auto& fresh = log_.records().fresh;
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

void memory_restorer::undo_slot(const undo_record& u) {
    node& n = *u.at;
    if (!left_.empty() && u.of_slot()) undone_.emplace_back(&n, u.side);
    objects_.rewrote(n);
    // What was loaded before it expired is as old as its columns.
    const bool outdated = (n.word & node::expired) != 0 && graph::mark_of(u.word) == mark::loaded;
    if (u.side != nullptr && u.side->computed() && graph::mark_of(u.word) == mark::loaded)
        contents_.found[u.side].push_back(&n);
    switch (u.did) {
        case undo_record::what::one_slot:
            contents_.shown.set(n, *u.side, outdated ? content::whole : u.shows, 0);
            slot_access::word(slot_access::one(n, *u.side)) = outdated ? graph::tagged(mark::unloaded) : u.word;
            break;
        case undo_record::what::many_slot:
        case undo_record::what::gap:
        case undo_record::what::moved: {
            contents_.shown.set(n, *u.side, outdated ? content::whole : u.shows, 0);
            graph::to_many& slot = slot_access::many(n, *u.side);
            parents_.shows_others({&u.at, 1}, *u.side);
            auto* const* const items = static_cast<node* const*>(graph::pointer_of(slot_access::word(slot)));
            const std::uint32_t size = slot_access::size(slot);
            const bool stays = !outdated && begins_as_it_was(u, slot);
            slot_access::word(slot) = outdated ? graph::tagged(mark::unloaded)
                                      : stays  ? graph::tagged(graph::mark_of(u.word), items)
                                               : u.word;
            slot_access::size(slot) = outdated ? 0 : u.size;
            if (!stays) slot_access::capacity(slot) = outdated ? 0 : u.capacity;
            if (u.did == undo_record::what::many_slot) {
                objects_.arena().lists().restored(slot, items, size);
            } else {
                undo_place(u, slot);
            }
            break;
        }
        case undo_record::what::snapshot:
            if (n.state() != life::persistent && n.state() != life::removed) break;
            if (const auto* const was = reinterpret_cast<const std::byte*>(u.word); (n.word & node::expired) == 0) {
                const std::byte* const now = n.snapshot();
                n.snapshot(was);
                // What transitions have brought back already is said once more by an older record.
                if (now != nullptr && now != was && !came_back_) graph::give_back(*n.in->what, now, objects_.arena());
            } else {
                // Should it go before it is read again, it goes with what its row holds, not with what was undone.
                graph::unpack(*n.in->what, n.object(), was);
            }
            break;
        case undo_record::what::pair: {
            const auto& [key, was] = log_.records().pairs[u.word];
            if (was.state == staged_pair::what::none) {
                pairs_.staged().erase(key);
            } else {
                pairs_.staged().set(key, was);
            }
            log_.records().pairs.shorten(u.word);
            break;
        }
        case undo_record::what::link:
            if (u.word == 0) {
                parents_.staged().erase(n, *u.key);
            } else {
                parents_.staged().set(n, *u.key, reinterpret_cast<node*>(u.word & ~std::uintptr_t{1}));
            }
            break;
        case undo_record::what::values:
            graph::unpack(*n.in->what, n.object(), reinterpret_cast<const std::byte*>(u.word));
            if (u.own) graph::give_back(*n.in->what, reinterpret_cast<const std::byte*>(u.word), objects_.arena());
            break;
        case undo_record::what::returned: {
            if (n.state() != life::persistent || unremoved_.contains(&n)) break;
            model_state& s = objects_.state_of(*n.in->what);
            if (std::find(s.removed.begin(), s.removed.end(), &n) == s.removed.end()) s.removed.push_back(&n);
            n.state(life::removed);
            if (n.snapshot() == nullptr) n.word &= ~node::writable;
            break;
        }
    }
}

/// Whether the larger array that the collection has moved to begins with what it held: then it stays there, and the
/// next change need not move it again. That is compared once for each two arrays: what was there in smaller numbers
/// before is in it, too.
bool memory_restorer::begins_as_it_was(const undo_record& u, graph::to_many& slot) noexcept {
    auto* const* const now = static_cast<node* const*>(graph::pointer_of(slot_access::word(slot)));
    auto* const* const then = static_cast<node* const*>(graph::pointer_of(u.word));
    const std::uint32_t capacity = slot_access::capacity(slot);
    if (u.did != undo_record::what::many_slot || ((u.capacity | capacity) & graph::gap_bit) != 0 ||
        capacity <= std::max(u.size, u.capacity) || graph::mark_of(u.word) < mark::loaded)
        return false;
    if (then != nullptr && now >= then && now <= then + std::max(u.size, u.capacity)) return false;
    if (u.size == 0) return true;
    try {
        compared_arrays& known = compared_[&slot];
        if (known.now == now && known.then == then && u.size <= known.size) return true;
        if (!std::equal(then, then + u.size, now)) return false;
        known = {now, then, u.size};
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

/// What was changed in the array of a collection.
void memory_restorer::undo_place(const undo_record& u, graph::to_many& slot) noexcept {
    graph::large_lists& lists = objects_.arena().lists();
    auto** const items = static_cast<node**>(graph::pointer_of(u.word));
    node** const place = items + u.place;
    if (u.did == undo_record::what::gap) {
        *place = graph::member_at(place);
    } else {
        std::rotate(items, items + 1, place + 1);
        lists.moved(slot);
    }
    lists.returned(slot, place);
}

void memory_restorer::restore_or_later(const graph::history_mark& mark, bool values) noexcept {
    try {
        restore(mark, values);
    } catch (...) {
        // unfinished_ remembers it: the next call begins with the rest.
    }
}

void memory_restorer::finish() {
    if (!unfinished_) return;
    const unfinished_restoration rest = *unfinished_;
    restore(rest.to, rest.values);
}

// -- changes that are made whole or not at all ----------------------------------------------------------------------

void memory_restorer::end(graph::all_or_nothing& change) noexcept {
    if (!change.is_done()) take_back(change);
    log_.end(change);
    if (!log_.in_change() && !unfinished_) log_.forget_fresh();
}

void memory_restorer::take_back(const graph::all_or_nothing& change) noexcept {
    for (std::size_t i = change.before.transitions; i < log_.records().transitions.size(); ++i) {
        if (log_.records().transitions[i].did() == transition::added) drop_said(*log_.records().transitions[i].at());
    }
    restore_or_later(change.before);
}

}  // namespace kin::detail
