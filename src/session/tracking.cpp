// Objects in and out of a session: adding, tracking by first mutable access, and restoring what was.
#include <algorithm>
#include <cstring>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"
#include "session/model_sql.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

// -- guard ----------------------------------------------------------------------------------------------------------

namespace {
std::uintptr_t this_thread() noexcept {
    // The address of a thread-local object is the cheapest name of a thread that is alive.
    static thread_local char here;
    return reinterpret_cast<std::uintptr_t>(&here);
}
}  // namespace

session_guard::session_guard(const session_core& core, const site& where)
    : core_{const_cast<session_core&>(core)}, before_{core_.thread_.load(std::memory_order_relaxed)} {
    const std::uintptr_t me = this_thread();
    if (before_ != 0 && before_ != me) {
        throw usage_error{"a session is used by two threads at once: give each thread a session of its own",
                          {.where = where}};
    }
    core_.thread_.store(me, std::memory_order_relaxed);
}

session_guard::~session_guard() { core_.thread_.store(before_, std::memory_order_relaxed); }

// -- adding ---------------------------------------------------------------------------------------------------------

model_state& session_core::new_state(const mapping::model& m) {
    if (states_.size() <= m.number) states_.resize(m.number + 1);
    states_[m.number] = std::make_unique<model_state>();
    states_[m.number]->objects = &arena_->pool_of(m);
    return *states_[m.number];
}

node& session_core::adopt(void* object, const mapping::model& m) {
    graph::pool& p = *state_of(m).objects;
    node* n = arena_->reserve(p);
    m.type->move_construct(n->object(), object);
    arena_->keep(p);
    n->in = &p.loners;
    n->word = 0;
    n->state(life::pending);
    state_of(m).pending.push_back(n);
    past_.added.push_back(n);
    attach(*n);
    return *n;
}

node& session_core::adopt(node& transient) { return adopt(transient.object(), *transient.in->what); }

/// Turns what a transient object says of its relations into relations of the session.
void session_core::attach(node& n) {
    const mapping::model& m = *n.in->what;
    for (const mapping::relation& r : m.relations) {
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            std::uintptr_t& word = slot_access::word(slot);
            if (word == 0) {
                word = graph::tagged(mark::loaded);
                continue;
            }
            // Taken out of the slot first: adding children must find a collection of the session.
            auto** const list = static_cast<node**>(graph::pointer_of(word));
            const std::uint32_t size = std::exchange(slot_access::size(slot), 0);
            slot_access::capacity(slot) = 0;
            word = graph::tagged(mark::loaded);
            if (!r.problem.empty()) throw mapping_error{r.problem};
            for (std::uint32_t i = 0; i < size; ++i) {
                if (list[i]->in->home == nullptr) {
                    node& child = adopt(list[i]->object(), *r.target);
                    graph::destroy_transient(list[i]);
                    append(n, r, child);
                } else {
                    append(n, r, *list[i]);
                    list[i]->in->home->release();
                }
            }
            std::free(list);
            continue;
        }
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        const std::uintptr_t said = word;
        word = r.holds_key() ? graph::tagged(mark::unloaded) : graph::tagged(mark::loaded);
        if (said == 0) continue;
        if (!r.problem.empty()) throw mapping_error{r.problem};
        auto* target = static_cast<node*>(graph::pointer_of(said));
        switch (graph::mark_of(said)) {
            case mark::said_none:
                if (r.holds_key()) word = graph::tagged(mark::staged);
                break;
            case mark::owned: {
                node& adopted = adopt(target->object(), *r.target);
                graph::destroy_transient(target);
                assign(n, r, &adopted);
                break;
            }
            case mark::shared:
                assign(n, r, target);
                target->in->home->release();
                break;
            default:
                word = said;
                break;
        }
    }
}

node& session_core::add(void* object, const mapping::model& m, const site& where) {
    const session_guard guard{*this, where};
    return adopt(object, m);
}

void session_core::add(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    readd(n);
}

/// An object that left the session (by rollback, expunge or delete) comes back as a new one, with all it reaches.
void session_core::readd(node& n) {
    if (n.state() == life::removed) {
        n.state(life::persistent);
        return;
    }
    if (n.state() != life::detached) return;
    const mapping::model& m = *n.in->what;
    n.snapshot(nullptr);
    n.state(life::pending);
    state_of(m).pending.push_back(&n);
    past_.added.push_back(&n);
    for (const mapping::relation& r : m.relations) {
        if (r.key == nullptr) continue;
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            const mark now = graph::mark_of(slot_access::word(slot));
            if (now == mark::unloaded) slot_access::word(slot) = graph::tagged(mark::loaded);
            if (now != mark::loaded && now != mark::staged) continue;
            auto** items = static_cast<node**>(graph::pointer_of(slot_access::word(slot)));
            for (std::uint32_t i = 0; i < slot_access::size(slot); ++i) {
                node& child = *items[i];
                if (r.key->child_side != nullptr) {
                    slot_access::word(slot_access::one(child, *r.key->child_side)) = graph::tagged(mark::staged, &n);
                } else {
                    links_[{&child, r.key}] = &n;
                }
                readd(child);
            }
            continue;
        }
        std::uintptr_t& word = slot_access::word(slot_access::one(n, r));
        auto* target = static_cast<node*>(graph::pointer_of(word));
        if (graph::mark_of(word) < mark::loaded || target == nullptr) continue;
        word = graph::tagged(mark::staged, target);
        readd(*target);
    }
}

void session_core::require_mine(const node& n, const site& where) const {
    if (n.in->home != arena_) {
        throw usage_error{"this " + (n.in->what != nullptr ? n.in->what->name : std::string{"object"}) +
                              " belongs to another session",
                          {.where = where}};
    }
}

node& session_core::node_of(const void* object, const site& where) const {
    if (!arena_->owns(object)) {
        throw usage_error{"this object does not belong to the session: it is a copy, or of another session",
                          {.where = where}};
    }
    return *node::of(object);
}

// -- tracking -------------------------------------------------------------------------------------------------------

void session_core::touch(node& n) {
    if ((n.word & node::expired) != 0) reload(n);
    if ((n.word & node::writable) != 0) return;
    const mapping::model& m = *n.in->what;
    n.snapshot(graph::pack(m, n.object(), *arena_));
    n.word |= node::writable;
    state_of(m).touched.push_back(&n);
}

void session_core::blank_relations(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = slot_access::capacity(slot) = 0;
        } else {
            slot_access::word(slot_access::one(n, r)) = graph::tagged(mark::unloaded);
        }
    }
}

void session_core::expire(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    if (n.state() != life::persistent) return;
    if (n.snapshot() != nullptr) {
        auto& touched = state_of(*n.in->what).touched;
        touched.erase(std::remove(touched.begin(), touched.end(), &n), touched.end());
    }
    n.word = node::expired;
    blank_relations(n);
}

void session_core::expire_all(const site& where) {
    const session_guard guard{*this, where};
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        model_state& s = *state;
        s.touched.clear();
        for (graph::slab* b = s.objects->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                node* n = b->at(i);
                if (n->state() != life::persistent) continue;
                n->word = node::expired;
                blank_relations(*n);
            }
        }
    }
}

void session_core::remove(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    if (n.state() == life::pending) {
        for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
            node* parent = nullptr;
            if (staged_parent(n, k, parent) && parent != nullptr) set_parent(n, k, nullptr);
        }
        n.state(life::detached);
        return;
    }
    if (n.state() == life::detached) {
        throw usage_error{"this " + n.in->what->name + " is not in the session any more", {.where = where}};
    }
    if (n.state() == life::removed) return;
    past_.removed.push_back(&n);
    const bool tracked = n.snapshot() != nullptr;
    n.state(life::removed);
    if (!tracked) n.word &= ~node::writable;
    state_of(*n.in->what).removed.push_back(&n);
}

void session_core::expunge(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    if (n.state() == life::persistent || n.state() == life::removed)
        state_of(*n.in->what).objects->identities.erase(&n);
    if (n.snapshot() != nullptr) {
        auto& touched = state_of(*n.in->what).touched;
        touched.erase(std::remove(touched.begin(), touched.end(), &n), touched.end());
    }
    n.snapshot(nullptr);
    n.state(life::detached);
}

// -- history --------------------------------------------------------------------------------------------------------

void session_core::journal_one(node& n, const mapping::relation& r) {
    if (n.state() == life::pending) return;  // leaves the session as it is, should the transaction fail
    past_.journal.push_back(
        {.did = undo::what::one_slot, .at = &n, .side = &r, .word = slot_access::word(slot_access::one(n, r))});
}

void session_core::journal_many(node& n, const mapping::relation& r) {
    if (n.state() == life::pending) return;
    graph::to_many& slot = slot_access::many(n, r);
    past_.journal.push_back({.did = undo::what::many_slot,
                             .at = &n,
                             .side = &r,
                             .word = slot_access::word(slot),
                             .size = slot_access::size(slot),
                             .capacity = slot_access::capacity(slot)});
}

void session_core::undo_writes(const history_mark& mark) noexcept {
    for (; past_.given.size() > mark.given; past_.given.pop_back()) *past_.given.back() = 0;
    for (; past_.writes.size() > mark.writes; past_.writes.pop_back()) {
        const field_write& w = past_.writes.back();
        if (w.other == nullptr) {
            std::memcpy(static_cast<std::byte*>(w.object) + w.where->offset, &w.integer, sizeof w.integer);
        } else {
            graph::assign(*w.where, w.object, w.other->view());
        }
    }
}

/// Undoes, list by list, what happened since the mark. Objects that had rows get them back first, while every key is
/// still the one that its row has; then the rows that are gone are forgotten, then the keys that they had given.
void session_core::restore(const history_mark& mark) {
    for (; past_.deleted.size() > mark.deleted; past_.deleted.pop_back()) {
        node* n = past_.deleted.back();
        n->state(life::persistent);
        if (n->snapshot() == nullptr) n->word &= ~node::writable;
        state_of(*n->in->what).objects->identities.insert(n);
    }
    for (; past_.removed.size() > mark.removed; past_.removed.pop_back()) {
        node* n = past_.removed.back();
        if (n->state() != life::removed) continue;
        n->state(life::persistent);
        if (n->snapshot() == nullptr) n->word &= ~node::writable;
    }
    for (; past_.inserted.size() > mark.inserted; past_.inserted.pop_back()) {
        node* n = past_.inserted.back();
        model_state& s = state_of(*n->in->what);
        s.objects->identities.erase(n);
        n->snapshot(nullptr);
        n->state(life::pending);
        s.pending.push_back(n);
    }
    undo_writes(mark);
    for (; past_.journal.size() > mark.journal; past_.journal.pop_back()) {
        const undo& u = past_.journal.back();
        node& n = *u.at;
        switch (u.did) {
            case undo::what::one_slot:
                slot_access::word(slot_access::one(n, *u.side)) = u.word;
                break;
            case undo::what::many_slot: {
                graph::to_many& slot = slot_access::many(n, *u.side);
                slot_access::word(slot) = u.word;
                slot_access::size(slot) = u.size;
                slot_access::capacity(slot) = u.capacity;
                break;
            }
            case undo::what::snapshot:
                if (n.state() == life::persistent && (n.word & node::expired) == 0) {
                    n.snapshot(reinterpret_cast<const std::byte*>(u.word));
                }
                break;
            case undo::what::link:
                if (u.word == 0) {
                    links_.erase({&n, u.key});
                } else {
                    links_[{&n, u.key}] = reinterpret_cast<node*>(u.word & ~std::uintptr_t{1});
                }
                break;
        }
    }
    for (; past_.added.size() > mark.added; past_.added.pop_back()) past_.added.back()->state(life::detached);

    settled_ = std::min(settled_, past_.journal.size());
    for (const auto& state : states_) {
        if (state == nullptr) continue;
        model_state& s = *state;
        for (node* n : s.touched) {
            if (n->state() == life::persistent && n->snapshot() != nullptr) {
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
    past_.added.clear();
    past_.inserted.clear();
    past_.removed.clear();
    past_.deleted.clear();
    past_.given.clear();
    past_.writes.clear();
    settled_ = 0;
}

}  // namespace kin::detail
