// Objects whose removed rows stay, and that come back.
#include "lifecycle/object_lifecycle.hpp"

#include <algorithm>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "mapping/ownership.hpp"
#include "relations/key_matching.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

void object_lifecycle::remove_for_good(node& n, const site& where) {
    objects_.require_mine(n, where);
    graph::all_or_nothing whole{host_};
    const bool fresh = objects_.removed_for_good().insert(&n).second;
    try {
        remove_one(n, where);
    } catch (...) {
        if (fresh) objects_.removed_for_good().erase(&n);
        throw;
    }
    whole.done();
}

/// A detached object whose row stayed is the row's object again.
void object_lifecycle::revive(node& n) {
    for (const mapping::relation& r : n.in->what->relations) log_.journal_slot(n, r);
    const std::byte* const row = n.snapshot();
    const bool expired = row == nullptr && (n.word & node::expired) != 0;
    const std::byte* packed = graph::pack(*n.in->what, n.object(), objects_.arena());
    make_room(objects_.state_of(*n.in->what).touched);
    log_.expect_dropped(2);
    log_.expect_transitions(2);
    objects_.state_of(*n.in->what).objects->identities.insert(&n);
    if (row != nullptr) {
        log_.note(&n, transition::dropped);
        log_.drop(row);
    }
    log_.note(&n, transition::revived);
    log_.drop(packed);
    n.word &= node::listed;
    n.state(life::persistent);
    objects_.rewrote(n);
    if (row != nullptr) {
        n.snapshot(row);
        tracking_.track(n);
    }
    if (expired) {
        n.word |= node::expired;
        phase_.expired = true;
    }
    tracking_.unload_relations(n);
}

void object_lifecycle::take_back(const std::vector<node*>& returned) {
    for (node* n : returned) {
        if (n->state() == life::detached) revive(*n);
    }
    show_again(returned);
}

node& object_lifecycle::restore_removed(node& n, const site& where) {
    objects_.require_mine(n, where);
    const mapping::model& m = *n.in->what;
    if (n.state() == life::removed) {
        readd(n);
        return n;
    }
    if (n.state() == life::detached) {
        if (!soft_removed(n)) {
            throw usage_error{"this " + m.name + " has no row that could be restored: add it", {.where = where}};
        }
        std::vector<value> scratch(m.primary_key.size());
        std::vector<value_view> key;
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
            key.push_back(graph::view(m.fields[m.primary_key[i]], n.object(), scratch[i]));
        }
        if (node* there = objects_.state_of(m).objects->identities.find(key)) return restore_removed(*there, where);
    }
    graph::all_or_nothing whole{host_};
    if (n.state() == life::detached) revive(n);
    if (n.state() == life::persistent) host_.touch(n);
    if (n.state() == life::persistent) show_again({&n});
    log_.remember(n, m.soft_deleted->io);
    m.soft_deleted->io.optional->reset(static_cast<std::byte*>(n.object()) + m.soft_deleted->io.offset);
    whole.done();
    return n;
}

/// Those that lost sight of the objects see them: parents in their collections, children as their parent; what is on
/// the other side of links is read again.
void object_lifecycle::show_again(const std::vector<node*>& back) {
    keys_.forget_names();
    const std::unordered_set<const node*> all(back.begin(), back.end());
    std::vector<const mapping::model*> models;
    for (node* n : back) {
        keys_.show_to_parents(*n);
        if (std::find(models.begin(), models.end(), n->in->what) == models.end()) models.push_back(n->in->what);
    }
    const auto each_of = [&](const mapping::model& of, auto&& visit) {
        graph::pool* p = objects_.arena().find_pool(of);
        for (graph::slab* b = p == nullptr ? nullptr : p->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                if (b->at(i)->state() == life::persistent) visit(*b->at(i));
            }
        }
    };
    for (const mapping::model* m : models) {
        for (const mapping::foreign_key* k : m->incoming) {
            if (k->child_side == nullptr) continue;
            const bool by_identity = k->to_primary_key;
            std::vector<std::string> texts;
            for (const node* n : back) {
                if (n->in->what == m) add_texts(*n, k->target_columns, texts);
            }
            for (node* each : parents_.by_columns(*k->owner, k->columns).all(texts)) {
                node& child = *each;
                if (child.state() != life::persistent) continue;
                std::uintptr_t& word = slot_access::word(slot_access::one(child, *k->child_side));
                if (graph::mark_of(word) != mark::loaded || graph::pointer_of(word) != nullptr) continue;
                const auto named = [&](const node* n) { return n->in->what == m && names_row(child, *k, *n); };
                node* parent = nullptr;
                if (by_identity) {
                    parent = parents_.parent_by_key(child, *k);
                } else if (const auto found = std::find_if(back.begin(), back.end(), named); found != back.end()) {
                    parent = *found;
                }
                if (parent == nullptr || !all.contains(parent)) continue;
                log_.journal_slot(child, *k->child_side);
                word = graph::tagged(mark::loaded, parent);
            }
        }
        for (const mapping::relation* r : m->linked_by) {
            each_of(*r->owner, [&](node& owner) {
                const mark now = graph::mark_of(slot_access::word(owner, *r));
                if (now != mark::loaded && now != mark::staged) return;
                log_.journal_slot(owner, *r);
                unloading_.unload(owner, *r);
            });
        }
    }
}

void object_lifecycle::sync_restored(node& n) {
    for (const mapping::relation& r : n.in->what->relations) {
        if (r.key == nullptr || r.holds_key() || r.linked() || !goes_along(*r.key)) continue;
        log_.journal_slot(n, r);
        unloading_.unload(n, r);
    }
}

}  // namespace kin::detail
