// Who came to an object that is then removed, before the flush could write it: no row may be written that refers to one
// that the same flush deletes. The database would refuse it, take it along, or give the number to another row.
#include "planning/flush_preparation.hpp"

#include <algorithm>

#include <kin/graph/fields.hpp>

#include "lifecycle/session_memory.hpp"
#include "planning/flush_plan.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// The removed object that the child's key names, where the key was set by hand. A new object of the same key is meant
/// rather than the one that goes.
node* flush_preparation::removed_by_hand(node& child, const mapping::foreign_key& k) {
    const mapping::model& m = *child.in->what;
    if (!graph::speaks_of(k, child.object())) return nullptr;
    bool assigned = child.state() == life::pending;
    for (const std::uint16_t c : k.columns) {
        if (graph::unset(m.fields[c], child.object())) return nullptr;
        assigned = assigned || !graph::equal(m.fields[c], child.object(), graph::packed(m, child.snapshot(), c));
    }
    if (!assigned) return nullptr;
    const auto named = [&](const node& target) {
        // Of one that is removed by what its row says, too: what it was to be called instead is not written any more.
        const auto named_by = [&](bool row) {
            for (std::size_t i = 0; i < k.columns.size(); ++i) {
                const field& f = m.fields[k.columns[i]];
                value scratch;
                const bool same =
                    row ? graph::equal(f, child.object(), row_value(target, k.target_columns[i], scratch))
                        : graph::equal(f, child.object(), k.target->fields[k.target_columns[i]], target.object());
                if (!same) return false;
            }
            return true;
        };
        return named_by(false) || (target.state() == life::removed && named_by(true));
    };
    node* found = nullptr;
    if (k.target_columns == k.target->primary_key) {
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

/// A key that was set by hand says nothing any more.
void flush_preparation::clear_key(node& child, const mapping::foreign_key& k) {
    for (const std::uint16_t c : k.written()) {
        const field& f = k.owner->fields[c];
        if (f.optional == nullptr) continue;
        memory_.log.remember(child, f);
        f.optional->reset(static_cast<std::byte*>(child.object()) + f.offset);
    }
}

/// A composite key lets go by its columns that can be NULL; what the others said of the parent, they go on
/// touch_option.
void flush_preparation::keep_shared(node& child, const mapping::foreign_key& k, node& parent) {
    for (std::size_t i = 0; i < k.columns.size(); ++i) {
        const field& f = k.owner->fields[k.columns[i]];
        if (k.owner->columns[k.columns[i]].nullable() || !graph::unset(f, child.object())) continue;
        memory_.log.remember(child, f);
        value scratch;
        graph::assign(f, child.object(), graph::view(k.target->fields[k.target_columns[i]], parent.object(), scratch));
    }
}

bool flush_preparation::detach_from_removed(const held_back& held, const site& where) {
    const auto removes = [&](const mapping::model& m) {
        if (m.number >= memory_.objects.states().size() || memory_.objects.states()[m.number] == nullptr) return false;
        const auto& list = memory_.objects.states()[m.number]->removed;
        return std::any_of(list.begin(), list.end(), [](const node* n) { return n->state() == life::removed; });
    };
    bool any = false;
    for (std::size_t at = 0; at < memory_.objects.states().size(); ++at) {
        if (memory_.objects.states()[at] == nullptr) continue;
        for (const mapping::foreign_key& k : memory_.objects.states()[at]->objects->what->foreign_keys) {
            if (k.target == nullptr || !removes(*k.target)) continue;
            // Copied: what goes leaves the lists.
            std::vector<node*> children = memory_.objects.states()[at]->pending;
            children.insert(children.end(), memory_.objects.states()[at]->touched.begin(),
                            memory_.objects.states()[at]->touched.end());
            for (node* child : children) {
                if (child->state() != life::pending &&
                    (child->state() != life::persistent || child->snapshot() == nullptr))
                    continue;
                node* parent = nullptr;
                const bool by_relation = memory_.parents.staged_parent(*child, k, parent);
                if (!by_relation) parent = removed_by_hand(*child, k);
                if (parent == nullptr || parent == child || parent->state() != life::removed) continue;
                if (held.holds(parent)) continue;
                // What is half-made waits only as long as nobody takes it along.
                const bool waits = held.holds(child);
                if (waits && child->state() != life::pending) continue;
                const bool stays = memory_.objects.keeps_row(*parent);
                // Its row moves under the one that is removed, and is taken along from there.
                if (stays && goes_along(k) && child->state() == life::persistent &&
                    child->in->what->soft_deleted != nullptr)
                    continue;
                if (stays ? goes_along(k) : owned_by(k) || k.on_delete == mapping::referential_action::cascade) {
                    if (!stays && child->in->what->soft_deleted != nullptr)
                        memory_.objects.removed_for_good().insert(child);
                    memory_.lifecycle.remove_one(*child, where);
                } else if (stays) {
                    continue;  // the row that it refers to is there
                } else if (!k.nullable && waits) {
                    continue;  // it cannot be written anyway
                } else if (!k.nullable) {
                    const mapping::model& m = *k.owner;
                    throw foreign_key_violation{name_of(*parent) + " cannot be removed: " + m.name + "." +
                                                    m.columns[k.columns[0]].name + " of " + name_of(*child) +
                                                    " is to refer to it and cannot be NULL; give it another " +
                                                    k.target->name + " or remove it as well",
                                                {.where = where}};
                } else if (by_relation) {
                    keep_shared(*child, k, *parent);
                    memory_.parents.set_parent(*child, k, nullptr);
                } else {
                    clear_key(*child, k);
                }
                any = true;
            }
        }
    }
    return any;
}

}  // namespace kin::detail
