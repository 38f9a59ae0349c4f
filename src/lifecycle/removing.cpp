// Objects that a session has: tracked from their first mutable access on, removed, expunged.
#include "lifecycle/object_lifecycle.hpp"

#include "lifecycle/cascades.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void object_lifecycle::remove(node& n, const site& where) {
    objects_.require_mine(n, where);
    objects_.removed_for_good().erase(&n);
    objects_.orphans().erase(&n);
    if (n.state() == life::persistent && soft_removed(n)) return;
    graph::all_or_nothing whole{host_};
    remove_one(n, where);
    whole.done();
}

void object_lifecycle::remove_one(node& n, const site& where) {
    if (n.state() == life::pending) {
        if (!n.in->what->links.empty()) pairs_.row_leaves(n);
        pairs_.drop_pairs_of(n);
        for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
            // Of one that came back with its row's key, or with one that was set by hand, nothing is staged.
            node* parent = nullptr;
            const bool staged = parents_.staged_parent(n, k, parent);
            if (!staged) parent = parents_.parent_now(n, k);
            // One that is withdrawn itself keeps what it held: it may come back, too.
            if (parent == nullptr || parent->state() == life::detached) continue;
            // What its own relation, or its key, says it says again should it come back.
            k.child_side != nullptr || !staged ? parents_.leave_side(*parent, k, n)
                                               : parents_.set_parent(n, k, nullptr);
        }
        log_.note(&n, transition::withdrawn);
        n.state(life::detached);
        objects_.one_left();
        objects_.state_of(*n.in->what).stale_lists = true;
        withdraw(n);
        return;
    }
    if (n.state() == life::detached) {
        throw usage_error{"this " + n.in->what->name + " is not in the session any more", {.where = where}};
    }
    if (n.state() == life::removed) return;
    // With a snapshot, a rollback also undoes what happens to it while it is gone; a version is compared.
    if (n.in->what->version != nullptr) graph::look(&n);
    if ((n.word & node::expired) == 0) tracking_.track(n);
    model_state& s = objects_.state_of(*n.in->what);
    tracking_.tidy(s);
    make_room(s.removed);
    if (!n.in->what->links.empty()) pairs_.row_leaves(n);
    log_.note(&n, transition::removed);
    n.state(life::removed);
    if (n.snapshot() == nullptr || graph::left_out(n) != 0) n.word &= ~node::writable;
    s.removed.push_back(&n);
    objects_.listed();
    objects_.rewrote(s, n);  // may be changed without asking
}

void object_lifecycle::expunge(node& n, const site& where) {
    objects_.require_mine(n, where);
    const std::vector<node*> reached = reached_by(n, cascades::expunge);
    for (const node* each : reached) settled_.verify(*each, where);
    log_.expect_expunged(reached.size());
    for (node* each : reached) {
        if (each->state() == life::detached) continue;
        log_.note_expunged(*each);
        expunge_one(*each);
    }
}

void object_lifecycle::expunge_one(node& n) {
    graph::identity_map& known = objects_.state_of(*n.in->what).objects->identities;
    const bool misplaced = (n.state() == life::persistent || n.state() == life::removed) && !known.erase(&n);
    if (n.state() != life::persistent) objects_.state_of(*n.in->what).stale_lists = true;
    keys_.forget(n);
    if (n.snapshot() != nullptr && !log_.holds_snapshots())
        graph::give_back(*n.in->what, n.snapshot(), objects_.arena());
    n.snapshot(nullptr);
    n.state(life::detached);
    if (misplaced) known.forget_departed();  // its key was written while it was expired
    objects_.one_left();
}

}  // namespace kin::detail
