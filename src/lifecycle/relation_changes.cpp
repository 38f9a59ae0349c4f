// What users do to relations.
#include "lifecycle/relation_changes.hpp"

#include <algorithm>
#include <span>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/graph/slot_access.hpp>

#include "graph/keyed_index.hpp"
#include "mapping/ownership.hpp"

namespace kin::detail {

using graph::life;
using graph::node;
using graph::slot_access;

namespace {

/// Without the save_update cascade nothing enters the session by way of a relation.
void require_entering(const mapping::relation& r, const node* target) {
    if (target != nullptr && target->state() == life::detached) graph::require_save_update(r);
}

}  // namespace

void relation_changes::load_replaced(node& owner, const mapping::relation& r) {
    const bool one = !r.to_many() && !r.holds_key();
    if (owner.state() == life::persistent && (one || r.keyed_by != nullptr)) host_.load_for_change(owner, r);
}

void relation_changes::assign(node& owner, const mapping::relation& r, node* target) {
    objects_.require_own(*r.owner);
    graph::all_or_nothing whole{host_};
    assign_now(owner, r, target);
    whole.done();
}

void relation_changes::assign_now(node& owner, const mapping::relation& r, node* target) {
    if (r.holds_key()) {
        require_entering(r, target);
        const bool orphan = target == nullptr && owned_by(*r.key) && parents_.has_parent(owner, *r.key);
        node* left = nullptr;
        if (r.options.removes_orphans()) {
            host_.load_for_change(owner, r);
            left = one_target(owner, r);
        }
        parents_.set_parent(owner, *r.key, target);
        if (left != nullptr && left != target) lifecycle_.remove_orphan(*left);
        if (orphan) lifecycle_.remove_orphan(owner);  // as if it had been taken out of the other side
        return;
    }
    if (target == nullptr || target != one_target(owner, r)) host_.load_for_change(owner, r);
    node* before = one_target(owner, r);
    if (before == target) return;
    require_entering(r, target);
    if (target != nullptr && !r.fixed.empty()) {
        objects_.require_mine(*target, site::current());
        fill_constants(r, *target);
    }
    const mapping::relation* other_side = r.key->child_side;
    if (target != nullptr && (before == nullptr || other_side == nullptr || !other_side->options.single_parent)) {
        parents_.set_parent(*target, *r.key, &owner);  // which sends the former one away
        return;
    }
    if (target != nullptr) objects_.require_mine(*target, site::current());
    parents_.set_parent(*before, *r.key, nullptr);
    if (target != nullptr) parents_.set_parent(*target, *r.key, &owner);  // not shared, but handed on
    if (r.options.removes_orphans()) lifecycle_.remove_orphan(*before);
}

node& relation_changes::assign_new(node& owner, const mapping::relation& r, void* object) {
    objects_.require_own(*r.owner);
    graph::require_save_update(r);
    load_replaced(owner, r);
    graph::all_or_nothing whole{host_};
    node& target = lifecycle_.adopt_now(object, *r.target);
    assign_now(owner, r, &target);
    whole.done();
    return target;
}

void relation_changes::fill_constants(const mapping::relation& r, node& target) {
    if (r.fixed.empty()) return;
    graph::look(&target);
    if (meets(r, target)) return;
    graph::touch(&target);
    for (const mapping::fixed_value& f : r.fixed) {
        log_.remember(target, r.target->fields[f.column]);
        graph::assign(r.target->fields[f.column], target.object(), f.is.view());
    }
}

void relation_changes::append(node& owner, const mapping::relation& r, node& child) {
    objects_.require_own(*r.owner);
    graph::all_or_nothing whole{host_};
    append_now(owner, r, child);
    whole.done();
}

node& relation_changes::append_new(node& owner, const mapping::relation& r, void* object) {
    objects_.require_own(*r.owner);
    graph::require_save_update(r);
    load_replaced(owner, r);
    graph::all_or_nothing whole{host_};
    node& child = lifecycle_.adopt_now(object, *r.target);
    append_now(owner, r, child);
    whole.done();
    return child;
}

void relation_changes::append_now(node& owner, const mapping::relation& r, node& child) {
    objects_.require_mine(child, site::current());
    require_entering(r, &child);
    if (r.keyed_by != nullptr) replace_keyed(owner, r, child);
    fill_constants(r, child);
    if (r.linked()) {
        pairs_.link(owner, r, child);
        return;
    }
    parents_.set_parent(child, *r.key, &owner);
}

void relation_changes::replace(node& owner, const mapping::relation& r, node* const* members, std::size_t count) {
    objects_.require_own(*r.owner);
    host_.load_for_change(owner, r);
    contents_.require_whole(owner, r);
    std::vector<node*> old;
    each_loaded(owner, r, [&](node& n) { old.push_back(&n); });
    const auto is_object = [](const node* n) { return n->in->home == nullptr; };
    if (std::any_of(members, members + count, is_object)) graph::require_save_update(r);
    graph::all_or_nothing whole{host_};
    std::vector<node*> wanted;
    for (node* n : std::span{members, count}) {
        wanted.push_back(is_object(n) ? &lifecycle_.adopt_now(n->object(), *r.target) : n);
    }
    const std::unordered_set<const node*> before(old.begin(), old.end());
    const std::unordered_set<const node*> after(wanted.begin(), wanted.end());
    for (node* n : old) {
        if (!after.contains(n)) erase_now(owner, r, *n);
    }
    for (node* n : wanted) {
        if (!before.contains(n)) append_now(owner, r, *n);
    }
    whole.done();
}

/// A keyed collection has one member for a key: the former one leaves it.
void relation_changes::replace_keyed(node& owner, const mapping::relation& r, node& child) {
    if (owner.state() == life::persistent) host_.load_for_change(owner, r);
    graph::keyed_index& keyed = objects_.arena().keyed();
    if (node* former = keyed.namesake(slot_access::many(owner, r), r.keyed_by->io, child)) erase_now(owner, r, *former);
}

/// From a collection that is never loaded, or does not show all: what the child says of its owner decides.
void relation_changes::erase_unseen(node& owner, const mapping::relation& r, node& child) {
    if (r.linked()) {
        pairs_.unlink(owner, r, child, true);
    } else if (parents_.parent_now(child, *r.key) == &owner) {
        parents_.set_parent(child, *r.key, nullptr);
        if (r.options.removes_orphans()) lifecycle_.remove_orphan(child);
    }
}

void relation_changes::erase(node& owner, const mapping::relation& r, node& child) {
    objects_.require_own(*r.owner);
    graph::all_or_nothing whole{host_};
    erase_now(owner, r, child);
    whole.done();
}

void relation_changes::erase_now(node& owner, const mapping::relation& r, node& child) {
    // Only from a collection that is known: a child that is not in it is not taken from another parent.
    if (graph::unloaded(owner, r) && contents_.strategy_of(owner, r) == kin::load::write_only) {
        erase_unseen(owner, r, child);
        return;
    }
    host_.load_for_change(owner, r);
    if (!among(owner, r, child)) {
        if (contents_.shown.of(owner, r) == content::part) erase_unseen(owner, r, child);
        return;
    }
    if (r.linked()) {
        pairs_.unlink(owner, r, child);
        return;
    }
    parents_.set_parent(child, *r.key, nullptr);
    if (r.options.removes_orphans()) lifecycle_.remove_orphan(child);
}

}  // namespace kin::detail
