// Both sides of a relationship in step: every change of either side ends in set_parent.
#include "relations/parent_links.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <kin/graph/fields.hpp>

#include "graph/blank_object.hpp"
#include "mapping/ownership.hpp"
#include "relations/key_matching.hpp"
#include "relations/key_text.hpp"

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

/// Whether the columns of a key that can be NULL name nobody, in the object and in its row. One that cannot, and that
/// another key of a new object may fill, a tenant's say, is no word against that.
bool says_none(const node& child, const mapping::foreign_key& k) {
    if (k.shares && !k.nullable && !k.tagged && child.state() == life::pending) {
        return std::all_of(k.columns.begin(), k.columns.end(),
                           [&](std::uint16_t c) { return graph::unset(k.owner->fields[c], child.object()); });
    }
    if (!k.nullable || k.tagged || k.shares) return false;
    return std::all_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
        value scratch;
        return graph::view(k.owner->fields[c], child.object(), scratch).is_null() &&
               (child.snapshot() == nullptr || graph::packed(*k.owner, child.snapshot(), c).is_null());
    });
}

}  // namespace

bool parent_links::may_follow_key(const node& child, const mapping::foreign_key& k) {
    return child.state() == life::pending && k.child_side != nullptr && !k.nullable && !k.tagged && !k.shares;
}

/// What a new object's key said by hand before it got no parent is not its last word.
void parent_links::forget_key(node& child, const mapping::foreign_key& k) {
    if (!may_follow_key(child, k) || child.snapshot() != nullptr || !names_parent(child, k)) return;
    const mapping::model& m = *k.owner;
    const blank_object blank{*m.type};
    log_.keep_values(child, graph::pack(m, child.object(), objects_.arena()), true);
    for (const std::uint16_t c : k.columns) {
        value scratch;
        graph::assign(m.fields[c], child.object(), graph::view(m.fields[c], blank.at, scratch));
    }
}

void parent_links::follow_key_by_hand(node& child, const mapping::foreign_key& k) {
    std::uintptr_t& word = slot_access::word(slot_access::one(child, *k.child_side));
    if (word != graph::tagged(mark::staged) || !may_follow_key(child, k) || !names_parent(child, k)) return;
    const bool as_its_row =
        child.snapshot() != nullptr && std::all_of(k.columns.begin(), k.columns.end(), [&](std::uint16_t c) {
            return graph::equal(k.owner->fields[c], child.object(), graph::packed(*k.owner, child.snapshot(), c));
        });
    if (as_its_row) return;
    log_.journal_slot(child, *k.child_side);
    word = graph::tagged(mark::loaded);
}

bool parent_links::says_so(node& child, const mapping::foreign_key& k) {
    return graph::speaks_of(k, child.object()) && !another_arm_staged(child, k);
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
    parent = nullptr;
    if (!names_parent(child, k)) {
        return !k.tagged && (child.state() == life::persistent || (child.state() == life::pending && k.nullable));
    }
    parent = parent_by_columns(child, k);
    return parent != nullptr;
}

/// Of any key, by its values.
[[gnu::noinline]] static bool values_name_parent(const node& child, const mapping::foreign_key& k, bool fresh) {
    if (!graph::speaks_of(k, child.object())) return false;
    for (const std::uint16_t c : k.columns) {
        const field& f = k.owner->fields[c];
        value scratch;
        if (graph::view(f, child.object(), scratch).is_null() || (fresh && graph::unset(f, child.object())))
            return false;
    }
    return true;
}

bool parent_links::names_parent(const node& child, const mapping::foreign_key& k) {
    const bool fresh = child.state() == life::pending;
    if (k.columns.size() == 1 && !k.tagged) {
        const field& f = k.owner->fields[k.columns[0]];
        if (f.rep == layout::i64 && f.optional == nullptr) {  // most keys
            std::int64_t number = 0;
            std::memcpy(&number, static_cast<const std::byte*>(child.object()) + f.offset, sizeof number);
            return !fresh || number != 0;
        }
    }
    return values_name_parent(child, k, fresh);
}

void parent_links::stage(node& child, const mapping::foreign_key& k, node* parent) {
    graph::look(&child);
    tracking_.track(child);
    if (k.child_side != nullptr) {
        log_.journal_slot(child, *k.child_side);
        slot_access::word(slot_access::one(child, *k.child_side)) = graph::tagged(mark::staged, parent);
        if (parent == nullptr) said_none();
    } else {
        staged_.set(child, k, parent,
                    [&](bool staged, node* before) { log_.journal_parent(child, k, staged, before); });
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

/// A key that was set by hand meanwhile says somebody else than the relation shows: the assignment is no repetition.
bool parent_links::overruled_by_hand(node& child, const mapping::foreign_key& k, const node* parent) {
    const bool written =
        child.state() == life::pending || (child.state() == life::persistent && child.snapshot() != nullptr);
    node* staged = nullptr;
    return parent != nullptr && written && parent->state() == life::persistent && !staged_parent(child, k, staged) &&
           !names_object(child, k, *parent);
}

void parent_links::set_parent(node& child, const mapping::foreign_key& k, node* parent) {
    if (parent != nullptr) {
        objects_.require_mine(*parent, site::current());
        if (parent->state() == life::removed || parent->state() == life::detached) events_->readd(*parent);
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
    if (known && before == parent && !hidden && !overruled_by_hand(child, k, parent)) {
        // What stands in the database already is not staged; what is staged already stays.
        if (parent != nullptr) join_side(*parent, k, child, true);
        return;
    }

    if (parent != nullptr && k.child_side != nullptr && k.child_side->options.single_parent) {
        require_single_parent(child, *k.child_side, *parent);
    }
    // Read by a key that was set by hand since, the relation shows somebody else than the row's parent shows.
    node* const by_row = child.snapshot() != nullptr && child.state() == life::persistent && !k.parent_sides.empty() &&
                                 k.child_side != nullptr && one_mark(child, *k.child_side) == mark::loaded &&
                                 (before == nullptr || !names_object(child, k, *before))
                             ? parent_by_columns(child, k)
                             : before;
    stage(child, k, parent);
    if (parent == nullptr) forget_key(child, k);
    if (parent == nullptr && k.child_side != nullptr && says_none(child, k)) {
        // It came and went: what its key says by hand is the last word.
        slot_access::word(slot_access::one(child, *k.child_side)) = graph::tagged(mark::loaded);
    }
    if (before != nullptr && before != parent) leave_side(*before, k, child);
    if (by_row != nullptr && by_row != before && by_row != parent) leave_side(*by_row, k, child);
    if (parent != nullptr) join_side(*parent, k, child, before == parent);
    if (k.link && before != parent) events_->row_moved(child, k, before, parent);
}

void parent_links::join_side(node& parent, const mapping::foreign_key& k, node& child, bool maybe_there) {
    for (const mapping::relation* r : k.parent_sides) {
        if (!meets(*r, child)) continue;
        if (r->to_many()) {
            push_item(parent, *r, child, maybe_there);
            continue;
        }
        // Of a place that nobody has read the last word is known all the same; the flush asks whom it displaces
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
    if (maybe_there && place_of(slot, child) != nullptr) return;
    log_.journal_slot(owner, r);
    if (size >= (capacity & ~graph::gap_bit)) {
        const std::uint32_t wanted = size < 4 ? 8 : size * 2;
        auto** more = objects_.arena().array<node*>(wanted);
        if (size != 0) {
            node** const end = (capacity & graph::gap_bit) == 0
                                   ? std::copy(items, items + size, more)
                                   : std::remove_copy_if(items, items + size, more, graph::is_gap);
            size = static_cast<std::uint32_t>(end - more);
        }
        items = more;
        capacity = wanted;
    }
    items[size++] = &child;
    for (owners_by_member& each : showing_) {
        if (&each.relation() == &r) each.shows(owner, child);
    }
    word = graph::tagged(then, items);
    if (size > graph::large_lists::small) objects_.arena().lists().pushed(slot, items + size - 1);
}

void parent_links::drop_item(node& owner, const mapping::relation& r, node& child) {
    graph::to_many& slot = slot_access::many(owner, r);
    std::uintptr_t& word = slot_access::word(slot);
    std::uint32_t& size = slot_access::size(slot);
    std::uint32_t& capacity = slot_access::capacity(slot);
    const mark now = graph::mark_of(word);
    if (now < mark::loaded) return;
    node** const place = place_of(slot, child);
    if (place == nullptr) return;
    auto** const items = static_cast<node**>(graph::pointer_of(word));
    const auto at = static_cast<std::uint32_t>(place - items);
    const mark then = now == mark::added ? mark::added : mark::staged;
    const bool gaps = (capacity & graph::gap_bit) != 0;
    // Emptying from either end, as clear() and a flush do, copies nothing: what others see stays where it is.
    if (!gaps && at == 0) {
        log_.journal_slot(owner, r);
        if (capacity != 0) --capacity;
        --size;
        word = graph::tagged(then, items + 1);
        return;
    }
    if (!gaps && at + 1 == size) {
        log_.journal_slot(owner, r);
        --size;
        if (capacity != 0) capacity = size;  // the place behind is still the journal's: the next push moves elsewhere
        word = graph::tagged(then, items);
        return;
    }
    graph::large_lists& lists = objects_.arena().lists();
    if (gaps || (size > graph::large_lists::small && capacity != 0 && !lists.worn(slot))) {
        log_.journal_place(owner, r, undo_record::what::gap, place);
        lists.left(slot, place);
        *place = graph::as_gap(&child);
        capacity |= graph::gap_bit;
        word = graph::tagged(then, items);
        return;
    }
    if (size > graph::large_lists::small && capacity != 0) {
        // Those before it, of which a range that runs over it has seen the most: it goes on where it is.
        log_.journal_place(owner, r, undo_record::what::moved, place);
        std::rotate(items, place, place + 1);
        lists.moved(slot);
        --capacity;
        --size;
        word = graph::tagged(then, items + 1);
        return;
    }
    // A copy: the journal and ranges that run over it keep the old one.
    log_.journal_slot(owner, r);
    auto** rest = objects_.arena().array<node*>(size);
    std::memcpy(static_cast<void*>(rest), items, at * sizeof *items);
    std::memcpy(static_cast<void*>(rest + at), items + at + 1, (size - at - 1) * sizeof *items);
    capacity = size;
    --size;
    word = graph::tagged(then, rest);
}

node* parent_links::parent_by_columns(const node& child, const mapping::foreign_key& k) {
    if (k.target == nullptr || k.to_primary_key) return parent_by_key(child, k);
    if (!names_parent(child, k)) return nullptr;
    const bool by_row = child.state() != life::pending && !key_changed(child, k);
    const auto named = [&](const node& parent) {
        return by_row ? names_row(child, k, parent) : names_object(child, k, parent);
    };
    graph::pool* p = objects_.arena().find_pool(*k.target);
    if (p == nullptr || p->current == nullptr) return nullptr;
    node* known = nullptr;
    const std::string text = key_text(*k.owner, child.object(), k.columns);
    by_columns(*k.target, k.target_columns).find(text, [&](node& parent) {
        const bool there = parent.state() == life::persistent;
        if ((there || (parent.state() == life::removed && known == nullptr)) && named(parent)) known = &parent;
        return there && known == &parent;
    });
    return known;
}

column_index& parent_links::by_columns(const mapping::model& m, const std::vector<std::uint16_t>& columns) {
    for (column_index& each : indexes_) {
        if (each.is_over(m, columns)) return each;
    }
    return indexes_.emplace_back(objects_, *this, m, columns);
}

column_index& parent_links::by_ends(const mapping::link_pair& links) {
    for (column_index& each : indexes_) {
        if (each.is_over(links)) return each;
    }
    return indexes_.emplace_back(objects_, *this, links);
}

node* parent_links::parent_now(node& child, const mapping::foreign_key& k) {
    node* parent = nullptr;
    (void)known_parent(child, k, parent);
    return parent;
}

void parent_links::require_single_parent(node& owner, const mapping::relation& r, const node& target) {
    const auto refuse_if = [&](node& other) {
        if (&other == &owner || (other.state() != life::persistent && other.state() != life::pending)) return;
        const bool holds = r.to_many() ? among(other, r, target) : parent_now(other, *r.key) == &target;
        if (!holds) return;
        throw usage_error{r.owner->name + "." + r.name + " is single_parent: this " + r.target->name +
                          " belongs to another " + r.owner->name + " already"};
    };
    if (objects_.arena().find_pool(*r.owner) == nullptr) return;
    if (!r.to_many() && r.holds_key()) {
        std::vector<std::string> texts;
        add_texts(target, r.key->target_columns, texts);
        by_columns(*r.owner, r.key->columns).find(texts, [&](node& other) {
            refuse_if(other);
            return false;
        });
        return;
    }
    for (node* other : owners_showing(r, target)) refuse_if(*other);
}

std::vector<node*> parent_links::owners_showing(const mapping::relation& r, const node& member) {
    for (owners_by_member& each : showing_) {
        if (&each.relation() == &r) return each.owners_of(member);
    }
    return showing_.emplace_back(objects_, r).owners_of(member);
}

}  // namespace kin::detail
