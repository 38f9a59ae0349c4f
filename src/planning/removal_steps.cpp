// The removals of a plan: what depends on the rows first, set by set, then the rows; and what comes back with a row.
#include <algorithm>
#include <utility>

#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"
#include "planning/flush_plan.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

void plan_builder::plan_removals(const std::vector<const mapping::model*>& models) {
    std::vector<flush_step> removals;
    for (std::size_t i = models.size(); i-- > 0;) {
        const mapping::model& m = *models[i];
        for (const bool keeps : {false, true}) {
            flush_step step{.does = flush_step::what::remove, .model = &m, .keeps = keeps};
            for (node* n : memory_.objects.state_of(m).removed) {
                if (n->state() != life::removed || plan_.held.holds(n)) continue;
                if (memory_.objects.keeps_row(*n) == keeps) step.nodes.push_back(n);
            }
            if (!step.nodes.empty()) removals.push_back(std::move(step));
        }
    }
    order_removals(removals);
    for (flush_step& step : removals) {
        plan_.removed.insert(plan_.removed.end(), step.nodes.begin(), step.nodes.end());
        plan_removal(std::move(step));
    }
}

/// What was removed in one go with an object comes back with it.
void plan_builder::plan_restores() {
    std::vector<flush_step> restores;
    for (const flush_step& s : plan_.steps) {
        const mapping::model& m = *s.model;
        if (s.does != flush_step::what::update || m.soft_deleted == nullptr) continue;
        const auto column = static_cast<std::size_t>(m.soft_deleted - m.columns.data());
        if ((s.mask >> column & 1) == 0) continue;
        const bool brings = std::any_of(m.incoming.begin(), m.incoming.end(), [](const mapping::foreign_key* k) {
            return goes_along(*k) && k->owner->soft_deleted != nullptr;
        });
        flush_step step{.does = flush_step::what::restore, .model = &m, .why = "their " + m.name + " is restored"};
        for (node* n : s.nodes) {
            if (brings && n->state() == life::persistent && n->snapshot() != nullptr && !soft_removed(*n)) {
                step.nodes.push_back(n);
            }
        }
        if (!step.nodes.empty()) restores.push_back(std::move(step));
    }
    for (flush_step& step : restores) plan_.steps.push_back(std::move(step));
}

/// First what depends on the rows, then the rows.
void plan_builder::plan_removal(flush_step step) {
    const mapping::model& m = *step.model;
    for (const mapping::relation& r : m.relations) {
        // A target that nothing in the program uses has no descriptor, so nobody knows its table.
        if (r.target != nullptr || !r.problem.empty() || !r.options.removes()) continue;
        throw mapping_error{
            m.name + "." + r.name +
                " owns rows of a model that the program says nothing else of: name it in a kin::models<…>",
            {.where = where_}};
    }
    for (const sql::expr& keys : key_conditions(m, step.nodes)) {
        remove_dependents(m, keys, "their " + m.name + " is removed", step.keeps);
    }
    plan_.steps.push_back(std::move(step));
}

/// Within a cycle of models the ranks are equal: what refers by a key that cannot be NULL goes before its target; the
/// keys that can be are cleared.
void plan_builder::order_removals(std::vector<flush_step>& steps) const {
    const auto needs = [](const mapping::model& child, const mapping::model& parent) {
        for (const mapping::foreign_key& k : child.foreign_keys) {
            if (k.target == &parent && !k.nullable) return true;
        }
        return false;
    };
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (std::size_t at = i; at < steps.size(); ++at) {
            bool referred_to = false;
            for (std::size_t other = i; other < steps.size() && !referred_to; ++other) {
                referred_to = other != at && steps[other].model->rank == steps[i].model->rank &&
                              needs(*steps[other].model, *steps[at].model);
            }
            if (referred_to || steps[at].model->rank != steps[i].model->rank) continue;
            std::rotate(steps.begin() + static_cast<std::ptrdiff_t>(i), steps.begin() + static_cast<std::ptrdiff_t>(at),
                        steps.begin() + static_cast<std::ptrdiff_t>(at) + 1);
            break;
        }
    }
}

namespace {

/// Whether the database leaves it to the unit of work to see to the rows that refer to a removed one.
bool for_us(const mapping::foreign_key& k) noexcept { return !left_to_database(k); }

/// Whether the rows that refer by the key go with their target.
bool goes(const mapping::foreign_key& k, bool keeps) noexcept {
    return keeps ? goes_along(k) : owned_by(k) && for_us(k);
}

bool owns(const mapping::model& from, const mapping::model& to, bool keeps,
          std::vector<const mapping::model*>& passed) {
    if (&from == &to) return true;
    if (std::find(passed.begin(), passed.end(), &from) != passed.end()) return false;
    passed.push_back(&from);
    for (const mapping::foreign_key* k : from.incoming) {
        if (k->owner->rank == to.rank && goes(*k, keeps) && owns(*k->owner, to, keeps, passed)) return true;
    }
    return false;
}

void follow_ring(const mapping::model& at, const mapping::model& start, bool keeps,
                 std::vector<const mapping::foreign_key*>& ring) {
    for (const mapping::foreign_key* k : at.incoming) {
        std::vector<const mapping::model*> passed;
        if (k->owner->rank != start.rank || !goes(*k, keeps) || !owns(*k->owner, start, keeps, passed)) continue;
        if (std::find(ring.begin(), ring.end(), k) != ring.end()) continue;
        ring.push_back(k);
        follow_ring(*k->owner, start, keeps, ring);
    }
}

}  // namespace

std::vector<const mapping::foreign_key*> ownership_ring(const mapping::model& m, bool keeps) {
    std::vector<const mapping::foreign_key*> ring;
    follow_ring(m, m, keeps, ring);
    return ring;
}

/// What happens, set by set, to the rows that refer to the parents that `condition` selects.
void plan_builder::remove_dependents(const mapping::model& parent, const sql::expr& condition, const std::string& why,
                                     bool keeps) {
    const std::vector<const mapping::foreign_key*> ring =
        parent.cyclic ? ownership_ring(parent, keeps) : std::vector<const mapping::foreign_key*>{};
    bool tree = false;
    for (const mapping::foreign_key* k : parent.incoming) {
        const mapping::model& child = *k->owner;
        if (std::find(except_.begin(), except_.end(), k) != except_.end()) continue;
        // Where the row of the parent stays, so do all that it does not own.
        if (keeps ? !goes_along(*k) : !for_us(*k)) continue;
        const bool is_owned = keeps || owned_by(*k);
        // A child without a key that could be NULL, and without an owner, is for the database to refuse; it knows
        // nothing of polymorphic keys.
        if (!is_owned && !k->nullable && !k->tagged) continue;
        const bool stays = keeps && child.soft_deleted != nullptr;
        sql::expr of_parents = mapping::children_of(*k, condition);
        if (stays) of_parents = sql::both(of_parents, not_removed(child));
        if (!is_owned && !k->nullable) {
            plan_.steps.push_back(
                {.does = flush_step::what::refuse, .model = &child, .key = k, .condition = of_parents, .why = why});
            continue;
        }
        if (!is_owned) {
            plan_.steps.push_back(
                {.does = flush_step::what::clear_key, .model = &child, .key = k, .condition = of_parents, .why = why});
            continue;
        }
        if (std::find(ring.begin(), ring.end(), k) != ring.end()) {
            // How deep it goes only the rows know. One step follows all keys of the ring.
            if (!std::exchange(tree, true)) {
                plan_.steps.push_back({.does = flush_step::what::remove_tree,
                                       .model = &child,
                                       .keeps = keeps,
                                       .key = k,
                                       .condition = condition,
                                       .why = why});
            }
            continue;
        }
        remove_dependents(child, of_parents, "their " + child.name + " is removed", stays);
        plan_.steps.push_back({.does = flush_step::what::remove_where,
                               .model = &child,
                               .keeps = stays,
                               .key = k,
                               .condition = of_parents,
                               .why = why});
    }
}

std::vector<flush_step> plan_builder::dependents(const mapping::model& parent, const sql::expr& condition,
                                                 const std::vector<const mapping::foreign_key*>& except, bool keeps) {
    except_ = except;
    remove_dependents(parent, condition, {}, keeps);
    return std::move(plan_.steps);
}

}  // namespace kin::detail
