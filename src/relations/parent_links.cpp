// Both sides of a relationship in step: every change of either side ends in set_parent.
#include "relations/parent_links.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <kin/graph/fields.hpp>

#include "mapping/ownership.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

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

bool parent_links::staged_parent(node& child, const mapping::foreign_key& k, node*& parent) const {
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

bool parent_links::written_parent(node& child, const mapping::foreign_key& k, node*& parent) {
    if (!staged_parent(child, k, parent)) return false;
    return !k.tagged || parent != nullptr || (graph::speaks_of(k, child.object()) && !another_arm_staged(child, k));
}

/// A polymorphic relation leads to one object at a time, of whatever model.
void parent_links::leave_other_arms(node& child, const mapping::foreign_key& k) {
    for (const mapping::relation* arm : k.owner->arms_of(*k.child_side)) {
        if (arm == k.child_side || arm->key == nullptr) continue;
        const bool leads = one_mark(child, *arm) == mark::staged ? one_target(child, *arm) != nullptr
                                                                 : graph::speaks_of(*arm->key, child.object());
        if (leads) set_parent(child, *arm->key, nullptr);
    }
}

node* parent_links::parent_by_key(const node& child, const mapping::foreign_key& k) {
    return objects_.arena().find_target(child, k);
}

bool parent_links::has_parent(node& child, const mapping::foreign_key& k) {
    node* parent = nullptr;
    if (known_parent(child, k, parent)) return parent != nullptr;
    return child.state() == life::persistent && names_parent(child, k);
}

bool parent_links::known_parent(node& child, const mapping::foreign_key& k, node*& parent) {
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

bool parent_links::names_parent(const node& child, const mapping::foreign_key& k) {
    if (!graph::speaks_of(k, child.object())) return false;
    value scratch;
    return std::none_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
        const field& f = k.owner->fields[c];
        return graph::view(f, child.object(), scratch).is_null() ||
               (child.state() == life::pending && graph::unset(f, child.object()));
    });
}

void parent_links::stage(node& child, const mapping::foreign_key& k, node* parent) {
    graph::look(&child);
    tracking_.track(child);
    if (k.child_side != nullptr) {
        log_.journal_slot(child, *k.child_side);
        slot_access::word(slot_access::one(child, *k.child_side)) = graph::tagged(mark::staged, parent);
    } else {
        const auto before = links_.find({&child, &k});
        const bool staged = before != links_.end();
        log_.journal_parent(child, k, staged, staged ? before->second : nullptr);
        links_.insert_or_assign({&child, &k}, parent);
    }
}

/// One that comes back under another parent does not bring back the one that it had, of whatever model.
void parent_links::leave_former(node& child, const mapping::foreign_key& k, node& parent) {
    const auto leave = [&](const mapping::relation& side, const mapping::foreign_key& key) {
        if (one_mark(child, side) < mark::loaded) return;
        node* before = one_target(child, side);
        if (before == nullptr || before == &parent) return;
        log_.journal_slot(child, side);
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

void parent_links::set_parent(node& child, const mapping::foreign_key& k, node* parent) {
    if (parent != nullptr) {
        objects_.require_mine(*parent, site::current());
        events_->readd(*parent);
    }
    // Also one that its former owner let go of: a move in two steps deletes nothing.
    if (parent != nullptr && child.state() == life::removed) events_->readd(child);
    if (parent != nullptr && child.state() == life::detached) {
        leave_former(child, k, *parent);
        events_->readd(child);
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
    if (k.link && before != parent) events_->row_moved(child, k, before, parent);
}

bool meets(const mapping::relation& r, const node& child) {
    for (const mapping::fixed_value& f : r.fixed) {
        if (!graph::equal(r.target->fields[f.column], child.object(), f.is.view())) return false;
    }
    return true;
}

void parent_links::join_side(node& parent, const mapping::foreign_key& k, node& child, bool maybe_there) {
    for (const mapping::relation* r : k.parent_sides) {
        if (!meets(*r, child)) continue;
        if (r->to_many()) {
            push_item(parent, *r, child, maybe_there);
            continue;
        }
        // Of a place that nobody has read the last word is known all the same; the flush asks whom it replaces_another
        // there.
        const mark now = one_mark(parent, *r);
        if (now < mark::unloaded && now != mark::empty) continue;  // a new object's own, which is attached later
        const bool unread = graph::unloaded(parent, *r);
        node* occupant = now >= mark::loaded ? one_target(parent, *r) : nullptr;
        if (occupant == &child) continue;
        log_.journal_slot(parent, *r);
        slot_access::word(slot_access::one(parent, *r)) = graph::tagged(unread ? mark::added : mark::staged, &child);
        if (occupant != nullptr) {
            set_parent(*occupant, k, nullptr);
            if (r->options.removes_orphans()) events_->remove_orphan(*occupant);
        }
    }
}

void parent_links::leave_side(node& parent, const mapping::foreign_key& k, node& child) {
    for (const mapping::relation* r : k.parent_sides) {
        if (r->to_many()) {
            drop_item(parent, *r, child);
        } else if (one_mark(parent, *r) >= mark::loaded && one_target(parent, *r) == &child) {
            const mark then = graph::unloaded(parent, *r) ? mark::unloaded : mark::staged;
            log_.journal_slot(parent, *r);
            slot_access::word(slot_access::one(parent, *r)) = graph::tagged(then);
        }
    }
}

void parent_links::push_item(node& owner, const mapping::relation& r, node& child, bool maybe_there) {
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
    log_.journal_slot(owner, r);
    if (size >= capacity) {
        const std::uint32_t wanted = size < 4 ? 8 : size * 2;
        auto** more = objects_.arena().array<node*>(wanted);
        if (size != 0) std::memcpy(static_cast<void*>(more), items, size * sizeof *items);
        items = more;
        capacity = wanted;
    }
    items[size++] = &child;
    word = graph::tagged(then, items);
}

void parent_links::drop_item(node& owner, const mapping::relation& r, node& child) {
    graph::to_many& slot = slot_access::many(owner, r);
    std::uintptr_t& word = slot_access::word(slot);
    std::uint32_t& size = slot_access::size(slot);
    const mark now = graph::mark_of(word);
    if (now < mark::loaded) return;
    auto** items = static_cast<node**>(graph::pointer_of(word));
    std::uint32_t at = 0;
    while (at < size && items[at] != &child) ++at;
    if (at == size) return;
    log_.journal_slot(owner, r);
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
    auto** rest = objects_.arena().array<node*>(size);
    std::memcpy(static_cast<void*>(rest), items, at * sizeof *items);
    std::memcpy(static_cast<void*>(rest + at), items + at + 1, (size - at - 1) * sizeof *items);
    capacity = size;
    --size;
    word = graph::tagged(then, rest);
}

namespace {

/// Whether the child's key is what its row says.
bool is_as_its_row(const node& n, const mapping::foreign_key& k) {
    return n.state() != life::pending &&
           (n.snapshot() == nullptr || std::all_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
                return graph::equal(k.owner->fields[c], n.object(), graph::packed(*k.owner, n.snapshot(), c));
            }));
}

}  // namespace

node* parent_links::parent_by_columns(const node& child, const mapping::foreign_key& k) {
    if (k.target == nullptr || k.target_columns == k.target->primary_key) return parent_by_key(child, k);
    if (!names_parent(child, k)) return nullptr;
    const bool by_row = is_as_its_row(child, k);
    const auto named = [&](const node& parent) {
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            const field& f = k.owner->fields[k.columns[i]];
            value scratch;
            const bool same =
                by_row ? graph::equal(f, child.object(), row_value(parent, k.target_columns[i], scratch))
                       : graph::equal(f, child.object(), k.target->fields[k.target_columns[i]], parent.object());
            if (!same) return false;
        }
        return true;
    };
    graph::pool* p = objects_.arena().find_pool(*k.target);
    node* removed = nullptr;
    for (graph::slab* b = p == nullptr ? nullptr : p->current; b != nullptr; b = b->next) {
        for (std::uint32_t i = 0; i < b->used; ++i) {
            node& parent = *b->at(i);
            if (parent.state() == life::persistent && named(parent)) return &parent;
            if (parent.state() == life::removed && removed == nullptr && named(parent)) removed = &parent;
        }
    }
    return removed;
}

node* parent_links::parent_now(node& child, const mapping::foreign_key& k) {
    node* parent = nullptr;
    (void)known_parent(child, k, parent);
    return parent;
}

void parent_links::require_single_parent(const node& owner, const mapping::relation& r, const node& target) {
    graph::pool* owners = objects_.arena().find_pool(*r.owner);
    for (graph::slab* b = owners == nullptr ? nullptr : owners->current; b != nullptr; b = b->next) {
        for (std::uint32_t at = 0; at < b->used; ++at) {
            node& other = *b->at(at);
            if (&other == &owner || (other.state() != life::persistent && other.state() != life::pending)) continue;
            const bool holds = r.to_many() ? among(other, r, target) : parent_now(other, *r.key) == &target;
            if (!holds) continue;
            throw usage_error{r.owner->name + "." + r.name + " is single_parent: this " + r.target->name +
                              " belongs to another " + r.owner->name + " already"};
        }
    }
}

}  // namespace kin::detail
