// Both sides of a relationship in step: every change of either side ends in set_parent.
#include <algorithm>
#include <cstring>
#include <utility>

#include <kin/graph/fields.hpp>

#include "session/core.hpp"
#include "session/flush_plan.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

node* one_target(node& n, const mapping::relation& r) noexcept {
    return static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(n, r))));
}
mark one_mark(node& n, const mapping::relation& r) noexcept {
    return graph::mark_of(slot_access::word(slot_access::one(n, r)));
}

/// Whether the relation is about to lead to an object of another model than the key's.
bool another_arm_staged(node& child, const mapping::foreign_key& k) {
    for (const mapping::relation* arm : k.owner->arms_of(*k.child_side)) {
        if (arm != k.child_side && one_mark(child, *arm) == mark::staged && one_target(child, *arm) != nullptr)
            return true;
    }
    return false;
}

/// Whether the columns of a key that can be NULL name nobody, in the object and in its row.
bool says_none(const node& child, const mapping::foreign_key& k) {
    if (!k.nullable || k.tagged || k.shares) return false;
    return std::all_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
        value scratch;
        return graph::view(k.owner->fields[c], child.object(), scratch).is_null() &&
               (child.snapshot() == nullptr || graph::packed(*k.owner, child.snapshot(), c).is_null());
    });
}

}  // namespace

bool session_core::staged_parent(node& child, const mapping::foreign_key& k, node*& parent) const {
    if (k.child_side != nullptr) {
        if (one_mark(child, *k.child_side) != mark::staged) return false;
        parent = one_target(child, *k.child_side);
        return true;
    }
    if (links_.empty()) return false;
    const auto found = links_.find({&child, &k});
    if (found == links_.end()) return false;
    parent = found->second;
    return true;
}

bool session_core::written_parent(node& child, const mapping::foreign_key& k, node*& parent) {
    if (!staged_parent(child, k, parent)) return false;
    return !k.tagged || parent != nullptr || (graph::speaks_of(k, child.object()) && !another_arm_staged(child, k));
}

/// A polymorphic relation leads to one object at a time, of whatever model.
void session_core::leave_other_arms(node& child, const mapping::foreign_key& k) {
    for (const mapping::relation* arm : k.owner->arms_of(*k.child_side)) {
        if (arm == k.child_side || arm->key == nullptr) continue;
        const bool leads = one_mark(child, *arm) == mark::staged ? one_target(child, *arm) != nullptr
                                                                 : graph::speaks_of(*arm->key, child.object());
        if (leads) set_parent(child, *arm->key, nullptr);
    }
}

/// The parent that the child's columns name, if the session knows it; sends nothing.
node* session_core::parent_by_key(const node& child, const mapping::foreign_key& k) {
    return arena_->find_target(child, k);
}

/// Whether the child has a parent, by its relation or by its row; sends nothing.
bool session_core::has_parent(node& child, const mapping::foreign_key& k) {
    node* parent = nullptr;
    if (known_parent(child, k, parent)) return parent != nullptr;
    return child.state() == life::persistent && names_parent(child, k);
}

bool session_core::known_parent(node& child, const mapping::foreign_key& k, node*& parent) {
    if (staged_parent(child, k, parent)) return true;
    if (k.child_side != nullptr && one_mark(child, *k.child_side) >= mark::loaded) {
        parent = one_target(child, *k.child_side);
        if (parent != nullptr || !names_parent(child, k)) return true;
        // It reads as none: a condition, or a removal whose row stays, hides whom the key names.
    }
    parent = parent_by_columns(child, k);
    const bool says_none = child.state() == life::persistent || (child.state() == life::pending && k.nullable);
    return parent != nullptr || (says_none && !k.tagged && !names_parent(child, k));
}

bool session_core::names_parent(const node& child, const mapping::foreign_key& k) {
    if (!graph::speaks_of(k, child.object())) return false;
    value scratch;
    return std::none_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
        const field& f = k.owner->fields[c];
        return graph::view(f, child.object(), scratch).is_null() ||
               (child.state() == life::pending && graph::unset(f, child.object()));
    });
}

/// The next flush writes the parent's key into the child.
void session_core::stage(node& child, const mapping::foreign_key& k, node* parent) {
    graph::look(&child);
    track(child);
    if (k.child_side != nullptr) {
        journal_slot(child, *k.child_side);
        slot_access::word(slot_access::one(child, *k.child_side)) = graph::tagged(mark::staged, parent);
    } else {
        const auto before = links_.find({&child, &k});
        past_.journal.push_back(
            {.did = undo::what::link,
             .at = &child,
             .key = &k,
             .word = before == links_.end() ? 0 : (reinterpret_cast<std::uintptr_t>(before->second) | 1)});
        links_.insert_or_assign({&child, &k}, parent);
    }
}

/// One that comes back under another parent does not bring back the one that it had, of whatever model.
void session_core::leave_former(node& child, const mapping::foreign_key& k, node& parent) {
    const auto leave = [&](const mapping::relation& side, const mapping::foreign_key& key) {
        if (one_mark(child, side) < mark::loaded) return;
        node* before = one_target(child, side);
        if (before == nullptr || before == &parent) return;
        journal_slot(child, side);
        slot_access::word(slot_access::one(child, side)) = graph::tagged(mark::loaded);
        leave_side(*before, key, child);
    };
    if (k.child_side == nullptr) return;
    leave(*k.child_side, k);
    if (!k.tagged) return;
    for (const mapping::relation* arm : k.owner->arms_of(*k.child_side)) {
        if (arm != k.child_side && arm->key != nullptr) leave(*arm, *arm->key);
    }
}

void session_core::set_parent(node& child, const mapping::foreign_key& k, node* parent) {
    if (parent != nullptr) {
        require_mine(*parent, site::current());
        readd(*parent);
    }
    // Also one that its former owner let go of: a move in two steps deletes nothing.
    if (parent != nullptr && child.state() == life::removed) readd(child);
    if (parent != nullptr && child.state() == life::detached) {
        leave_former(child, k, *parent);
        readd(child);
    }

    graph::look(&child);  // what its columns say decides whether anything changes
    if (k.tagged && parent != nullptr) leave_other_arms(child, k);
    node* before = nullptr;
    const bool known = known_parent(child, k, before);
    const bool hidden = before != nullptr && k.child_side != nullptr &&
                        one_mark(child, *k.child_side) == mark::loaded && one_target(child, *k.child_side) == nullptr;
    if (known && before == parent && !hidden) {
        // What stands in the database already is not staged; what is staged already stays.
        if (parent != nullptr) join_side(*parent, k, child, true);
        return;
    }

    if (parent != nullptr && k.child_side != nullptr && k.child_side->options.single_parent) {
        require_single_parent(child, *k.child_side, *parent);
    }
    stage(child, k, parent);
    if (parent == nullptr && k.child_side != nullptr && says_none(child, k)) {
        // It came and went: what its key says by hand is the last word.
        slot_access::word(slot_access::one(child, *k.child_side)) = graph::tagged(mark::loaded);
    }
    if (before != nullptr && before != parent) leave_side(*before, k, child);
    if (parent != nullptr) join_side(*parent, k, child, before == parent);
    if (k.link && before != parent) row_moved(child, k, before, parent);
}

bool meets(const mapping::relation& r, const node& child) {
    for (const mapping::fixed_value& f : r.fixed) {
        if (!graph::equal(r.target->fields[f.column], child.object(), f.is.view())) return false;
    }
    return true;
}

void session_core::join_side(node& parent, const mapping::foreign_key& k, node& child, bool maybe_there) {
    for (const mapping::relation* r : k.parent_sides) {
        if (!meets(*r, child)) continue;
        if (r->to_many()) {
            push_item(parent, *r, child, maybe_there);
            continue;
        }
        // Of a place that nobody has read the last word is known all the same; the flush asks whom it displaces there.
        const mark now = one_mark(parent, *r);
        if (now < mark::unloaded && now != mark::empty) continue;  // a new object's own, which is attached later
        const bool unread = graph::unloaded(parent, *r);
        node* occupant = now >= mark::loaded ? one_target(parent, *r) : nullptr;
        if (occupant == &child) continue;
        journal_slot(parent, *r);
        slot_access::word(slot_access::one(parent, *r)) = graph::tagged(unread ? mark::added : mark::staged, &child);
        if (occupant != nullptr) {
            set_parent(*occupant, k, nullptr);
            if (r->options.removes_orphans()) remove_orphan(*occupant);
        }
    }
}

void session_core::leave_side(node& parent, const mapping::foreign_key& k, node& child) {
    for (const mapping::relation* r : k.parent_sides) {
        if (r->to_many()) {
            drop_item(parent, *r, child);
        } else if (one_mark(parent, *r) >= mark::loaded && one_target(parent, *r) == &child) {
            const mark then = graph::unloaded(parent, *r) ? mark::unloaded : mark::staged;
            journal_slot(parent, *r);
            slot_access::word(slot_access::one(parent, *r)) = graph::tagged(then);
        }
    }
}

void session_core::push_item(node& owner, const mapping::relation& r, node& child, bool maybe_there) {
    graph::to_many& slot = slot_access::many(owner, r);
    std::uintptr_t& word = slot_access::word(slot);
    std::uint32_t& size = slot_access::size(slot);
    std::uint32_t& capacity = slot_access::capacity(slot);
    auto** items = static_cast<node**>(graph::pointer_of(word));
    const mark now = graph::mark_of(word);
    if (now < mark::unloaded && word != 0) return;  // a new object's own list, which is attached later
    const mark then = now == mark::unloaded || now == mark::added ? mark::added : mark::staged;
    // A child that had another parent, or none, cannot be in the list: only a repeated one is looked for.
    for (std::uint32_t i = maybe_there ? size : 0; i > 0; --i) {
        if (items[i - 1] == &child) return;
    }
    journal_slot(owner, r);
    if (size >= capacity) {
        const std::uint32_t wanted = size < 4 ? 8 : size * 2;
        auto** more = arena_->array<node*>(wanted);
        if (size != 0) std::memcpy(static_cast<void*>(more), items, size * sizeof *items);
        items = more;
        capacity = wanted;
    }
    items[size++] = &child;
    word = graph::tagged(then, items);
}

void session_core::drop_item(node& owner, const mapping::relation& r, node& child) {
    graph::to_many& slot = slot_access::many(owner, r);
    std::uintptr_t& word = slot_access::word(slot);
    std::uint32_t& size = slot_access::size(slot);
    const mark now = graph::mark_of(word);
    if (now < mark::loaded) return;
    auto** items = static_cast<node**>(graph::pointer_of(word));
    std::uint32_t at = 0;
    while (at < size && items[at] != &child) ++at;
    if (at == size) return;
    journal_slot(owner, r);
    const mark then = now == mark::added ? mark::added : mark::staged;
    std::uint32_t& capacity = slot_access::capacity(slot);
    // Emptying from either end, as clear() and a flush do, copies nothing: what others see stays where it is.
    if (at == 0) {
        if (capacity != 0) --capacity;
        --size;
        word = graph::tagged(then, items + 1);
        return;
    }
    if (at + 1 == size) {
        capacity = --size;  // the place behind is still the journal's: the next push moves elsewhere
        word = graph::tagged(then, items);
        return;
    }
    // Copied, never shifted in place: the journal and ranges that run over it keep the old one.
    auto** rest = arena_->array<node*>(size);
    std::memcpy(static_cast<void*>(rest), items, at * sizeof *items);
    std::memcpy(static_cast<void*>(rest + at), items + at + 1, (size - at - 1) * sizeof *items);
    capacity = size;
    --size;
    word = graph::tagged(then, rest);
}

namespace {

/// Without the save_update cascade nothing enters the session by way of a relation.
void require_entering(const mapping::relation& r, const node* target) {
    if (target != nullptr && target->state() == life::detached) graph::require_save_update(r);
}

}  // namespace

// -- what slots ask for ---------------------------------------------------------------------------------------------

/// What a change has to know of a relation is read even where its strategy, which is for readers, would refuse. It
/// flushes nothing, least of all the half-made object that the change is about: what is staged is merged in memory.
void session_core::load_for_change(node& owner, const mapping::relation& r) {
    if (!graph::unloaded(owner, r)) return;
    const session_guard guard{*this, owner.in->where};
    struct without_flush {
        bool& flag;
        bool before;
        explicit without_flush(bool& f) : flag{f}, before{std::exchange(f, false)} {}
        ~without_flush() { flag = before; }
    } const quiet{autoflush};
    const kin::load how = strategy_of(owner, r);
    if (!strict && how != kin::load::raise && how != kin::load::raise_on_sql) {
        load(owner, r, site{});
        return;
    }
    node* const one = &owner;
    bring({&one, 1}, r, owner.in->where);
}

void session_core::make_way(node& owner, const mapping::relation& r) {
    const bool one = !r.to_many() && !r.holds_key();
    if (owner.state() == life::persistent && (one || r.keyed_by != nullptr)) load_for_change(owner, r);
}

void session_core::assign(node& owner, const mapping::relation& r, node* target) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    graph::all_or_nothing whole{*this};
    assign_now(owner, r, target);
    whole.done();
}

void session_core::assign_now(node& owner, const mapping::relation& r, node* target) {
    if (r.holds_key()) {
        require_entering(r, target);
        const bool orphan = target == nullptr && owned_by(*r.key) && has_parent(owner, *r.key);
        node* left = nullptr;
        if (r.options.removes_orphans()) {
            load_for_change(owner, r);
            left = one_target(owner, r);
        }
        set_parent(owner, *r.key, target);
        if (left != nullptr && left != target) remove_orphan(*left);
        if (orphan) remove_orphan(owner);  // as if it had been taken out of the other side
        return;
    }
    if (target == nullptr || target != one_target(owner, r)) load_for_change(owner, r);
    node* before = one_target(owner, r);
    if (before == target) return;
    require_entering(r, target);
    const mapping::relation* other_side = r.key->child_side;
    if (target != nullptr && (before == nullptr || other_side == nullptr || !other_side->options.single_parent)) {
        set_parent(*target, *r.key, &owner);  // which sends the former one away
        return;
    }
    if (target != nullptr) require_mine(*target, site::current());
    set_parent(*before, *r.key, nullptr);
    if (target != nullptr) set_parent(*target, *r.key, &owner);  // not shared, but handed on
    if (r.options.removes_orphans()) remove_orphan(*before);
}

node& session_core::assign_new(node& owner, const mapping::relation& r, void* object) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    graph::require_save_update(r);
    make_way(owner, r);
    graph::all_or_nothing whole{*this};
    node& target = adopt(object, *r.target);
    assign_now(owner, r, &target);
    whole.done();
    return target;
}

void session_core::append(node& owner, const mapping::relation& r, node& child) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    graph::all_or_nothing whole{*this};
    append_now(owner, r, child);
    whole.done();
}

node& session_core::append_new(node& owner, const mapping::relation& r, void* object) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    graph::require_save_update(r);
    make_way(owner, r);
    graph::all_or_nothing whole{*this};
    node& child = adopt(object, *r.target);
    append_now(owner, r, child);
    whole.done();
    return child;
}

void session_core::append_now(node& owner, const mapping::relation& r, node& child) {
    require_mine(child, site::current());
    require_entering(r, &child);
    if (r.keyed_by != nullptr) replace_keyed(owner, r, child);
    if (r.linked()) {
        link(owner, r, child);
        return;
    }
    for (const mapping::fixed_value& f : r.fixed) {
        graph::touch(&child);
        remember(child, r.target->fields[f.column]);
        graph::assign(r.target->fields[f.column], child.object(), f.is.view());
    }
    set_parent(child, *r.key, &owner);
}

/// A staged replacement: what is listed becomes the collection; the rest leaves it.
void session_core::replace(node& owner, const mapping::relation& r, node* const* members, std::size_t count) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    load_for_change(owner, r);
    require_whole(owner, r);
    std::vector<node*> old;
    each_loaded(owner, r, [&](node& n) { old.push_back(&n); });
    const auto is_object = [](const node* n) { return n->in->home == nullptr; };
    if (std::any_of(members, members + count, is_object)) graph::require_save_update(r);
    graph::all_or_nothing whole{*this};
    std::vector<node*> wanted;
    for (node* n : std::span{members, count}) {
        wanted.push_back(is_object(n) ? &adopt(n->object(), *r.target) : n);
    }
    const auto contains = [](const std::vector<node*>& list, const node* n) {
        return std::find(list.begin(), list.end(), n) != list.end();
    };
    for (node* n : old) {
        if (!contains(wanted, n)) erase_now(owner, r, *n);
    }
    for (node* n : wanted) {
        if (!contains(old, n)) append_now(owner, r, *n);
    }
    whole.done();
}

/// A keyed collection has one member for a key: the former one leaves it.
void session_core::replace_keyed(node& owner, const mapping::relation& r, node& child) {
    if (owner.state() == life::persistent) load_for_change(owner, r);
    graph::to_many& slot = slot_access::many(owner, r);
    auto** items = static_cast<node**>(graph::pointer_of(slot_access::word(slot)));
    for (std::uint32_t i = 0; i < slot_access::size(slot); ++i) {
        if (items[i] == &child) continue;
        if (!graph::equal(r.keyed_by->io, items[i]->object(), r.keyed_by->io, child.object())) continue;
        erase_now(owner, r, *items[i]);
        return;
    }
}

/// From a collection that is never loaded, or does not show all: what the child says of its owner decides.
void session_core::erase_unseen(node& owner, const mapping::relation& r, node& child) {
    if (r.linked()) {
        unlink(owner, r, child, true);
    } else if (parent_now(child, *r.key) == &owner) {
        set_parent(child, *r.key, nullptr);
        if (r.options.removes_orphans()) remove_orphan(child);
    }
}

void session_core::erase(node& owner, const mapping::relation& r, node& child) {
    require_own(*r.owner);
    const session_guard guard{*this, site::current()};
    graph::all_or_nothing whole{*this};
    erase_now(owner, r, child);
    whole.done();
}

void session_core::erase_now(node& owner, const mapping::relation& r, node& child) {
    // Only from a collection that is known: a child that is not in it is not taken from another parent.
    if (graph::unloaded(owner, r) && strategy_of(owner, r) == kin::load::write_only) {
        erase_unseen(owner, r, child);
        return;
    }
    load_for_change(owner, r);
    graph::to_many& slot = slot_access::many(owner, r);
    auto** items = static_cast<node**>(graph::pointer_of(slot_access::word(slot)));
    bool found = false;
    for (std::uint32_t i = 0; !found && i < slot_access::size(slot); ++i) found = items[i] == &child;
    if (!found) {
        if (contents_.of(owner, r) == content::part) erase_unseen(owner, r, child);
        return;
    }
    if (r.linked()) {
        unlink(owner, r, child);
        return;
    }
    set_parent(child, *r.key, nullptr);
    if (r.options.removes_orphans()) remove_orphan(child);
}

}  // namespace kin::detail
