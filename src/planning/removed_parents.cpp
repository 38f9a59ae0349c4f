// Who came to an object that is then removed, before the flush could write it: no row may be written that refers to one
// that the same flush deletes. The database would refuse it, take it along, or give the number to another row.
#include "planning/flush_preparation.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/contradiction.hpp"
#include "planning/flush_plan.hpp"
#include "relations/key_matching.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// The removed object that the child's key names, where the key was set by hand. A new object of the same key is meant
/// rather than the one that goes.
node* flush_preparation::removed_by_hand(node& child, const mapping::foreign_key& k) {
    const mapping::model& m = *child.in->what;
    if (k.target == nullptr || !graph::speaks_of(k, child.object())) return nullptr;
    if (child.state() != life::pending && !key_changed(child, k)) return nullptr;
    for (const std::uint16_t c : k.columns) {
        if (graph::unset(m.fields[c], child.object())) return nullptr;
    }
    const auto named = [&](const node& target) {
        // Of one that is removed by what its row says, too: what it was to be called instead is not written any more.
        return names_object(child, k, target) || (target.state() == life::removed && names_row(child, k, target));
    };
    node* found = nullptr;
    if (k.to_primary_key) {
        found = memory_.parents.parent_by_key(child, k);
        if (found == nullptr || found->state() != life::removed) return nullptr;
    } else {
        for (node* each : memory_.objects.state_of(*k.target).removed) {
            if (each->state() == life::removed && named(*each)) found = each;
        }
        if (found == nullptr) return nullptr;
    }
    const auto& pending = memory_.objects.state_of(*k.target).pending;
    const bool anew = std::any_of(pending.begin(), pending.end(),
                                  [&](const node* n) { return n->state() == life::pending && named(*n); });
    return anew ? nullptr : found;
}

/// Before a member is written: also for a flush that fails later, whose hooks get the values that are written here.
void flush_preparation::remember(node& child, const field& f) {
    memory_.log.keep_values(child, graph::pack(*child.in->what, child.object(), memory_.objects.arena()), true);
    memory_.log.remember(child, f);
}

/// A key that was set by hand says nothing any more.
void flush_preparation::clear_key(node& child, const mapping::foreign_key& k) {
    for (const std::uint16_t c : k.written()) {
        const field& f = k.owner->fields[c];
        if (f.optional == nullptr) continue;
        remember(child, f);
        f.optional->reset(static_cast<std::byte*>(child.object()) + f.offset);
    }
}

/// A composite key lets go by its columns that can be NULL; what the others said of the parent, they go on
/// saying.
void flush_preparation::keep_shared(node& child, const mapping::foreign_key& k, node& parent) {
    const auto said_by_another = [&](std::uint16_t c) {
        return std::ranges::any_of(k.owner->foreign_keys, [&](const mapping::foreign_key& other) {
            node* there = nullptr;
            return &other != &k && (other.mask() >> c & 1) != 0 &&
                   memory_.parents.written_parent(child, other, there) && there != nullptr &&
                   there->state() != life::removed;
        });
    };
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const field& f = k.owner->fields[k.columns[i]];
        if (k.owner->columns[k.columns[i]].nullable() || !graph::unset(f, child.object()) ||
            said_by_another(k.columns[i]))
            continue;
        remember(child, f);
        value scratch;
        graph::assign(f, child.object(), graph::view(k.target->fields[k.target_columns[i]], parent.object(), scratch));
    }
}

/// One child that may refer, by this key, to an object that goes. Whether anything had to be done.
bool flush_preparation::detach(node& child, const mapping::foreign_key& k, const held_back& held, const site& where) {
    if (child.state() != life::pending && (child.state() != life::persistent || child.snapshot() == nullptr))
        return false;
    node* parent = nullptr;
    const bool by_relation = memory_.parents.staged_parent(child, k, parent);
    if (!by_relation) parent = removed_by_hand(child, k);
    if (parent == nullptr || parent == &child || parent->state() != life::removed || held.holds(parent)) return false;
    // What is half-made waits only as long as nobody takes it along.
    const bool waits = held.holds(&child);
    if (waits && child.state() != life::pending) return false;

    const bool soft = child.in->what->soft_deleted != nullptr;
    if (memory_.objects.keeps_row(*parent)) {
        if (!goes_along(k)) return false;  // the row that it refers to is there
        // Its row moves under the one that is removed, and is taken along from there.
        if (child.state() == life::persistent && soft) return false;
        memory_.lifecycle.remove_one(child, where);
        return true;
    }
    if (owned_by(k) || k.on_delete == mapping::referential_action::cascade) {
        if (by_relation && contradicts(child, k, *parent)) refuse_contradiction(child, k, parent, where);
        if (soft) memory_.objects.removed_for_good().insert(&child);
        memory_.lifecycle.remove_one(child, where);
        return true;
    }
    if (!k.nullable) {
        if (waits) return false;  // it cannot be written anyway
        throw foreign_key_violation{name_of(*parent) + " cannot be removed: " + k.owner->name + "." +
                                        k.owner->columns[k.columns[0]].name + " of " + name_of(child) +
                                        " is to refer to it and cannot be NULL; give it another " + k.target->name +
                                        " or remove it as well",
                                    {.where = where}};
    }
    if (by_relation) {
        // What the key says by hand goes with what the relation says.
        const bool both = key_changed(child, k) && names_object(child, k, *parent);
        keep_shared(child, k, *parent);
        if (both) clear_key(child, k);
        memory_.parents.set_parent(child, k, nullptr);
    } else {
        clear_key(child, k);
    }
    return true;
}

void flush_preparation::follow_keys_by_hand() {
    if (!memory_.parents.any_said_none()) return;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr || s->pending.empty()) continue;
        for (const mapping::foreign_key& k : s->objects->what->foreign_keys) {
            if (k.nullable || k.child_side == nullptr) continue;
            for (node* n : s->pending) memory_.parents.follow_key_by_hand(*n, k);
        }
    }
}

bool flush_preparation::detach_from_removed(const held_back& held, const site& where) {
    const auto& states = memory_.objects.states();
    const auto removes = [&](const mapping::model& m) {
        if (m.number >= states.size() || states[m.number] == nullptr) return false;
        const auto& list = states[m.number]->removed;
        return std::any_of(list.begin(), list.end(), [](const node* n) { return n->state() == life::removed; });
    };
    bool any = false;
    for (std::size_t at = 0; at < states.size(); ++at) {
        if (states[at] == nullptr) continue;
        for (const mapping::foreign_key& k : states[at]->objects->what->foreign_keys) {
            if (k.target == nullptr || !removes(*k.target)) continue;
            // Copied: what goes leaves the lists.
            std::vector<node*> children = states[at]->pending;
            children.insert(children.end(), states[at]->touched.begin(), states[at]->touched.end());
            for (node* child : children) any = detach(*child, k, held, where) || any;
        }
    }
    return any;
}

}  // namespace kin::detail
