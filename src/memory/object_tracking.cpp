// Which objects the next flush looks at.
#include "memory/object_tracking.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

node& object_tracking::take_in(void* object, const mapping::model& m) {
    model_state& s = objects_.state_of(m);
    graph::pool& p = *s.objects;
    tidy(s);
    make_room(s.pending);
    log_.expect_transitions();
    node* n = objects_.arena().reserve(p);
    m.type->move_construct(n->object(), object);
    objects_.arena().keep(p);
    n->in = &p.loners;
    n->word = 0;
    list_pending(*n, s);
    return *n;
}

void object_tracking::become_pending(node& n) {
    model_state& s = objects_.state_of(*n.in->what);
    tidy(s);
    make_room(s.pending);
    list_pending(n, s);
}

void object_tracking::list_pending(node& n, model_state& s) {
    log_.note(&n, transition::added);
    s.pending.push_back(&n);
    objects_.listed();
    n.state(life::pending);
}

void object_tracking::tidy_lists(model_state& s) {
    const auto drop = [](std::vector<node*>& list, life wanted) {
        list.erase(std::remove_if(list.begin(), list.end(), [&](const node* n) { return n->state() != wanted; }),
                   list.end());
    };
    drop(s.pending, life::pending);
    drop(s.removed, life::removed);
    s.stale_lists = false;
}

bool object_tracking::attach_plain(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        if (slot_access::word(n, r) != 0) return false;
    }
    for (const mapping::relation& r : n.in->what->relations) {
        slot_access::word(n, r) = graph::tagged(starts_unloaded(r) ? mark::unloaded : mark::loaded);
    }
    return true;
}

void object_tracking::attach_silent(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        std::uintptr_t& word = slot_access::word(n, r);
        if (word == 0) word = graph::tagged(starts_unloaded(r) ? mark::unloaded : mark::loaded);
    }
}

/// Before a hook changes the object: if it throws, the object has these values again.
void object_tracking::keep_for_hook(node& n, const std::byte* packed) {
    if ((n.word & node::listed) != 0) return;
    const bool same = n.snapshot() == nullptr || !differs(n);
    log_.keep_values(n, same ? packed : graph::pack(*n.in->what, n.object(), objects_.arena()), !same);
}

void object_tracking::track(node& n) {
    if ((n.word & node::writable) != 0) return;
    const mapping::model& m = *n.in->what;
    objects_.require_own(m);
    model_state& s = objects_.state_of(m);
    if (s.indexed) [[unlikely]] {
        objects_.rewrote(s, n);
        if (n.state() == life::pending) {  // listed already, and compared with nothing
            n.word |= node::writable;
            return;
        }
    }
    const std::byte* packed = n.snapshot();
    if (packed == nullptr) packed = graph::pack(m, n.object(), objects_.arena());
    if (phase_.hooking) [[unlikely]]
        keep_for_hook(n, packed);
    list(n, s);
    n.snapshot(packed);
    if (graph::left_out(n) == 0) n.word |= node::writable;
}

void object_tracking::row_says(node& n, const std::byte* packed) noexcept {
    const std::byte* const was = n.snapshot();
    if (was != nullptr) n.snapshot(packed);
    give_back(n, was != nullptr ? was : packed);
}

void object_tracking::forget_row(node& n) noexcept {
    if (n.snapshot() != nullptr) give_back(n, n.snapshot());
    n.word = node::expired | (n.word & node::listed);
}

/// A snapshot that the object does not have any more, and that no flush has replaced.
void object_tracking::give_back(const node& n, const std::byte* snapshot) noexcept {
    if (!log_.holds_snapshots()) graph::give_back(*n.in->what, snapshot, objects_.arena());
}

bool object_tracking::differs(const node& n) noexcept {
    if (n.snapshot() == nullptr || n.state() != life::persistent) return false;
    try {
        std::uint64_t changed = 0;
        return graph::compare(*n.in->what, n.object(), n.snapshot(), changed) != 0;
    } catch (...) {
        return true;
    }
}

void object_tracking::unload_relations(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        contents_.shown.set(n, r, content::whole, 0);
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = slot_access::capacity(slot) = 0;
        } else {
            slot_access::word(slot_access::one(n, r)) = graph::tagged(mark::unloaded);
        }
    }
}

}  // namespace kin::detail
