// What rows of a flush wait for because of their keys, where the usual order of a plan is given up: what they refer to
// is there, and is called what they call it; what is removed is let go of before.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "planning/order_units.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// A key is written after what it refers to has changed, and let go of before that.
void plan_builder::add_rename_needs(std::vector<unit>& units) {
    // By what rows will be called, and by what they were.
    std::map<std::pair<const mapping::model*, std::vector<std::uint16_t>>, std::unordered_map<std::string, std::size_t>>
        names, former;
    const auto columns_of = [](const mapping::foreign_key& k) { return std::pair{k.target, k.target_columns}; };
    for (std::size_t u = 0; u < units.size(); ++u) {
        if (units[u].row == nullptr || !renames(plan_.steps[units[u].step])) continue;
        node& n = *units[u].row;
        for (const mapping::foreign_key* k : n.in->what->incoming) {
            if ((units[u].mask & mask_of(k->target_columns)) == 0) continue;
            if (std::string text = wanted_value(n, k->target_columns); !text.empty())
                names[columns_of(*k)].try_emplace(std::move(text), u);
            if (std::string text = held_value(n, k->target_columns); !text.empty())
                former[columns_of(*k)].try_emplace(std::move(text), u);
        }
    }
    if (names.empty()) return;
    const auto among = [](const auto& all, const auto& of, const std::string& text) {
        const auto at = text.empty() ? all.end() : all.find(of);
        if (at == all.end()) return nobody;
        const auto found = at->second.find(text);
        return found == at->second.end() ? nobody : found->second;
    };
    for (std::size_t u = 0; u < units.size(); ++u) {
        if (units[u].row == nullptr) continue;
        node& n = *units[u].row;
        const auto does = plan_.steps[units[u].step].does;
        for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
            const bool written = does == flush_step::what::insert ||
                                 (does == flush_step::what::update && (units[u].mask & k.mask()) != 0);
            if (!written || !names.contains(columns_of(k))) continue;
            const std::string wanted = wanted_value(n, k.columns);
            const std::size_t after = among(names, columns_of(k), wanted);
            if (after != nobody && after != u) units[u].needs.push_back({.of = after});
            // A name that its row gives up leads to that row as long as it has it: the database takes along who is
            // there.
            const std::size_t still = after == nobody ? among(former, columns_of(k), wanted) : nobody;
            if (still != nobody && still != u && k.on_update == mapping::referential_action::cascade)
                units[still].needs.push_back({.of = u, .soft = true});
            if (does == flush_step::what::insert || n.state() != life::persistent) continue;
            const std::size_t before = among(former, columns_of(k), held_value(n, k.columns));
            if (before != nobody && before != u && before != after)
                units[before].needs.push_back({.of = u, .soft = true});
        }
    }
}

/// Parents' rows before children's; rows that refer to a removed one let go, or go, before it.
void plan_builder::add_key_needs(std::vector<unit>& units) {
    std::unordered_map<const node*, std::size_t> inserts;
    std::unordered_map<const node*, std::size_t> removals;
    for (std::size_t u = 0; u < units.size(); ++u) {
        if (units[u].row == nullptr) continue;
        if (plan_.steps[units[u].step].does == flush_step::what::insert) inserts[units[u].row] = u;
        if (plan_.steps[units[u].step].does == flush_step::what::remove) removals[units[u].row] = u;
    }
    const auto before_removal = [&](std::size_t u, const mapping::foreign_key& k, bool soft) {
        node* parent = held_parent(*units[u].row, k);
        if (parent == nullptr || parent == units[u].row) return;
        const auto found = removals.find(parent);
        if (found != removals.end()) units[found->second].needs.push_back({.of = u, .soft = soft});
    };
    for (std::size_t u = 0; u < units.size(); ++u) {
        unit& each = units[u];
        if (each.row == nullptr) {
            add_link_needs(units, u, inserts);
            continue;
        }
        node& n = *each.row;
        const auto does = plan_.steps[each.step].does;
        if (does == flush_step::what::update && inserts.contains(&n)) each.needs.push_back({.of = inserts[&n]});
        if (does == flush_step::what::update && n.state() == life::persistent && !removals.empty()) {
            // What goes with its owner is written before it goes: its key may be another row's then.
            const auto owner = removals.find(removed_owner(n));
            if (owner != removals.end()) units[owner->second].needs.push_back({.of = u, .soft = true});
        }
        for (const mapping::foreign_key& k : n.in->what->foreign_keys) {
            const bool cleared = k.nullable && !owned_by(k) && k.on_delete != mapping::referential_action::cascade;
            if (does == flush_step::what::remove) {
                before_removal(u, k, k.nullable || k.target == k.owner);
                continue;
            }
            if (does == flush_step::what::insert && plan_.defers(&n, k)) continue;
            if (does == flush_step::what::update) {
                if ((each.mask & k.mask()) == 0) continue;
                if (n.state() == life::persistent) before_removal(u, k, cleared);
            }
            bool by_hand = false;
            const node* parent = pending_parent(n, k, by_hand);
            if (parent == nullptr || parent == &n) continue;
            if (const auto found = inserts.find(parent); found != inserts.end())
                each.needs.push_back({.of = found->second});
        }
    }
}

/// Links after the objects that they join; an association object that takes the place of a row that nobody has in
/// memory, after that row is gone.
void plan_builder::add_link_needs(std::vector<unit>& units, std::size_t link,
                                  const std::unordered_map<const node*, std::size_t>& inserts) const {
    const flush_step& step = plan_.steps[units[link].step];
    for (const auto& [first, second] : step.pairs) {
        if (step.does == flush_step::what::link) {
            for (const node* end : {first, second}) {
                if (const auto found = inserts.find(end); found != inserts.end())
                    units[link].needs.push_back({.of = found->second});
            }
            continue;
        }
        const node* taker = memory_.pairs.staged().find({step.links, first, second})->row;
        for (unit& each : units) {
            if (taker != nullptr && each.row == taker) each.needs.push_back({.of = link});
        }
    }
}

}  // namespace kin::detail
