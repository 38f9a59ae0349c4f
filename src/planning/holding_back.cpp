// What a flush that the user did not ask for leaves for later: objects that cannot be written yet, and orphans, which
// somebody may still adopt.
#include <algorithm>
#include <string>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "planning/flush_choice.hpp"
#include "planning/flush_plan.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// Whether a key that cannot be NULL has neither a parent nor a value.
bool plan_builder::lacks_parent(node& n) {
    const mapping::model& m = *n.in->what;
    const auto given = [&](const mapping::foreign_key& k) {
        node* parent = nullptr;
        return memory_.parents.staged_parent(n, k, parent) && parent != nullptr;
    };
    for (const mapping::foreign_key& k : m.foreign_keys) {
        if (k.nullable || given(k)) continue;
        if (k.tagged) {
            const auto arms = k.owner->arms_of(*k.child_side);
            const bool any = std::any_of(arms.begin(), arms.end(), [&](const mapping::relation* arm) {
                return arm->key != nullptr && given(*arm->key);
            });
            if (!any && graph::unset(m.fields[k.tag.column], n.object())) return true;
            continue;
        }
        for (const std::uint16_t c : k.columns) {
            if (!m.columns[c].default_sql.empty() || !graph::unset(m.fields[c], n.object())) continue;
            // It may be another key's, too, say a tenant's.
            const bool shared =
                std::any_of(m.foreign_keys.begin(), m.foreign_keys.end(), [&](const mapping::foreign_key& other) {
                    return &other != &k && (other.mask() >> c & 1) != 0 && given(other);
                });
            if (!shared) return true;
        }
    }
    return false;
}

/// Objects that cannot be written yet, and all that refers to them.
void plan_builder::hold_unready(held_back& held) {
    std::vector<node*> pending;
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr || s->objects->what->foreign_keys.empty()) continue;
        for (node* n : s->pending) {
            if (n->state() != life::pending) continue;
            if (lacks_parent(*n)) held.nodes.insert(n);
            pending.push_back(n);
        }
    }
    if (held.nodes.empty()) return;
    const auto depends = [&](node& n) {
        return std::any_of(n.in->what->foreign_keys.begin(), n.in->what->foreign_keys.end(),
                           [&](const mapping::foreign_key& k) {
                               bool by_hand = false;
                               const node* parent = pending_parent(n, k, by_hand);
                               return parent != nullptr && held.holds(parent);
                           });
    };
    for (bool more = true; more;) {
        more = false;
        for (node* n : pending) {
            if (!held.holds(n) && depends(*n)) more = held.nodes.insert(n).second;
        }
    }
    for (const auto& s : memory_.objects.states()) {
        if (s == nullptr) continue;
        for (node* n : s->touched) {
            if (n->state() != life::persistent || !depends(*n)) continue;
            held.nodes.insert(n);
            // Its row still refers to those that it leaves: they cannot go before it.
            for (node* owner = removed_owner(*n); owner != nullptr; owner = removed_owner(*owner)) {
                if (!held.nodes.insert(owner).second) break;
            }
            for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
                node* parent = held_parent(*n, k);
                if (parent != nullptr && parent->state() == life::removed) held.nodes.insert(parent);
            }
        }
    }
}

void plan_builder::hold_back(held_back& held) {
    if (held.choice.everything()) return;
    held.nodes.clear();
    held.sides.clear();
    if (!held.choice.unready) hold_unready(held);
    if (!held.choice.orphans && !memory_.objects.orphans().empty()) {
        const auto is_read = [&](const node& n) {
            const write_reach& reach = reaches_.of(*n.in->what);
            return held.choice.read != nullptr &&
                   held.choice.read->meets(memory_.objects.keeps_row(n) ? reach.kept : reach.removed);
        };
        for (node* n : memory_.objects.orphans()) {
            if (n->state() == life::removed && !held.released.contains(n) && !is_read(*n)) held.nodes.insert(n);
        }
    }
    for (const node* n : held.nodes) {
        for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
            node* staged = nullptr;
            if (!memory_.parents.staged_parent(*const_cast<node*>(n), k, staged)) staged = nullptr;
            node* former = n->state() == life::pending ? nullptr : held_parent(*n, k);
            for (const mapping::relation* side : k.parent_sides) {
                if (staged != nullptr) held.sides.insert({staged, side});
                if (former != nullptr) held.sides.insert({former, side});
            }
        }
    }
    if (held.nodes.empty()) return;
    for (const auto& [key, now] : memory_.pairs.staged()) {
        if (!held.holds(key, now)) continue;
        for (const mapping::relation* side : key.links->sides) {
            held.sides.insert({side->key == key.links->first ? key.first : key.second, side});
        }
    }
}

/// Orphans whose rows the plan takes along, or whose unique values it gives to others, cannot wait.
bool plan_builder::release_needed(held_back& held) {
    if (held.choice.orphans || held.nodes.empty()) return false;
    std::unordered_map<const mapping::model*, std::vector<node*>> orphans;
    for (node* n : memory_.objects.orphans()) {
        if (n->state() == life::removed && held.holds(n)) orphans[n->in->what].push_back(n);
    }
    const std::size_t before = held.released.size();
    for (const auto& [m, waiting] : orphans) {
        std::vector<std::vector<std::uint16_t>> uniques{m->primary_key};
        for (const mapping::index& each : m->indexes) {
            if (each.unique) uniques.push_back(each.columns);
        }
        std::vector<std::unordered_set<std::string>> taken(uniques.size());
        bool along = false;
        for (const flush_step& s : plan_.steps) {
            if (s.model != m) continue;
            along = along || s.does == flush_step::what::remove_where || s.does == flush_step::what::remove_tree;
            if (s.does != flush_step::what::insert && s.does != flush_step::what::update) continue;
            for (std::size_t i = 0; i < uniques.size(); ++i) {
                for (node* n : s.nodes) taken[i].insert(wanted_value(*n, uniques[i]));
            }
        }
        for (node* n : waiting) {
            bool needed = along;
            for (std::size_t i = 0; !needed && i < uniques.size(); ++i) {
                const std::string value = held_value(*n, uniques[i]);
                needed = !value.empty() && taken[i].contains(value);
            }
            if (needed) held.released.insert(n);
        }
    }
    return held.released.size() != before;
}

}  // namespace kin::detail
