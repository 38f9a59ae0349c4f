// Objects that a session has: tracked from their first mutable access on, removed, expunged.
#include <algorithm>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void session_core::touch(node& n) {
    if ((n.word & node::expired) != 0) reload(n);
    if ((n.word & node::writable) != 0) return;
    require_own(*n.in->what);
    // A flush could not tell what is assigned to a member that was not read from what it never held.
    if (graph::left_out(n) != 0 && n.state() == life::persistent) complete(n, n.in->where);
    track(n);
}

/// The next flush compares the object. One that lacks columns is written to by the unit of work alone: a user's first
/// access still comes by `touch`, which reads them.
void session_core::track(node& n) {
    if ((n.word & node::writable) != 0) return;
    const mapping::model& m = *n.in->what;
    require_own(m);
    const session_guard guard{*this, site::current()};
    if (n.snapshot() == nullptr) {
        const std::byte* packed = graph::pack(m, n.object(), *arena_);
        if (hooking_) keep_values(n, packed);
        state_of(m).touched.push_back(&n);
        n.snapshot(packed);
    }
    if (graph::left_out(n) == 0) n.word |= node::writable;
}

void session_core::blank_relations(node& n) noexcept {
    for (const mapping::relation& r : n.in->what->relations) {
        contents_.set(n, r, content::whole, 0);
        if (r.to_many()) {
            graph::to_many& slot = slot_access::many(n, r);
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = slot_access::capacity(slot) = 0;
        } else {
            slot_access::word(slot_access::one(n, r)) = graph::tagged(mark::unloaded);
        }
    }
}

void session_core::remove(node& n, const site& where) {
    const session_guard guard{*this, where};
    require_mine(n, where);
    for_good_.erase(&n);
    orphans_.erase(&n);
    if (n.state() == life::persistent && soft_removed(n)) return;
    graph::all_or_nothing whole{*this};
    remove_one(n, where);
    whole.done();
}

void session_core::remove_one(node& n, const site& where) {
    if (n.state() == life::pending) {
        if (!n.in->what->links.empty()) row_leaves(n);
        drop_pairs_of(n);
        for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
            node* parent = nullptr;
            // Of one that came back with its row's key nothing is staged.
            if (!staged_parent(n, k, parent) && k.child_side != nullptr && !graph::unloaded(n, *k.child_side))
                parent = static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(n, *k.child_side))));
            // One that is withdrawn itself keeps what it held: it may come back, too.
            if (parent == nullptr || parent->state() == life::detached) continue;
            // What its own relation says it says again should it come back.
            k.child_side != nullptr ? leave_side(*parent, k, n) : set_parent(n, k, nullptr);
        }
        past_.turns.emplace_back(&n, turn::withdrawn);
        n.state(life::detached);
        state_of(*n.in->what).stale_lists = true;
        let_go(n);
        return;
    }
    if (n.state() == life::detached) {
        throw usage_error{"this " + n.in->what->name + " is not in the session any more", {.where = where}};
    }
    if (n.state() == life::removed) return;
    // With a snapshot, a rollback also undoes what happens to it while it is gone; a version is compared.
    if (n.in->what->version != nullptr) graph::look(&n);
    if ((n.word & node::expired) == 0) track(n);
    model_state& s = state_of(*n.in->what);
    tidy(s);
    make_room(s.removed);
    if (!n.in->what->links.empty()) row_leaves(n);
    past_.turns.emplace_back(&n, turn::removed);
    n.state(life::removed);
    if (n.snapshot() == nullptr || graph::left_out(n) != 0) n.word &= ~node::writable;
    s.removed.push_back(&n);
}

void session_core::expunge(node& n, const site& where) {
    const session_guard guard{*this, where};
    guard.require_outermost("expunge objects of", where);
    require_mine(n, where);
    for (node* each : reached_by(n, cascades::expunge)) {
        if (each->state() != life::detached) expunge_one(*each);
    }
}

void session_core::expunge_one(node& n) {
    if (n.state() == life::persistent || n.state() == life::removed)
        state_of(*n.in->what).objects->identities.erase(&n);
    if (n.snapshot() != nullptr) {
        auto& touched = state_of(*n.in->what).touched;
        touched.erase(std::remove(touched.begin(), touched.end(), &n), touched.end());
    }
    n.snapshot(nullptr);
    n.state(life::detached);
    state_of(*n.in->what).stale_lists = true;
}

}  // namespace kin::detail
