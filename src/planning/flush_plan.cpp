// What a flush will do, in which order: parents before children, cycles broken, deletes last.
#include "planning/flush_plan.hpp"

#include <algorithm>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/soft_removal.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

flush_plan plan_builder::build(held_back held) {
    const auto models = by_rank();
    do {
        plan_ = {};
        if (!held.released.empty()) hold_back(held);
        plan_.held = std::move(held);
        plan_inserts(models);
        plan_updates(models);
        plan_restores();
        plan_links();
        plan_removals(models);
        held = std::move(plan_.held);
    } while (release_needed(held));
    plan_.held = std::move(held);
    free_unique_values();
    return std::move(plan_);
}

std::vector<const mapping::model*> plan_builder::by_rank() const {
    std::vector<const mapping::model*> models;
    for (const auto& s : memory_.objects.states()) {
        if (s != nullptr) models.push_back(s->objects->what);
    }
    std::sort(models.begin(), models.end(), [](const auto* a, const auto* b) {
        return a->rank != b->rank ? a->rank < b->rank : a->number < b->number;
    });
    return models;
}

// -- inserts --------------------------------------------------------------------------------------------------------

void plan_builder::plan_inserts(const std::vector<const mapping::model*>& models) {
    for (std::size_t i = 0; i < models.size();) {
        std::size_t end = i + 1;
        while (end < models.size() && models[end]->rank == models[i]->rank) ++end;
        if (models[i]->cyclic) {
            order_cycle(
                {models.begin() + static_cast<std::ptrdiff_t>(i), models.begin() + static_cast<std::ptrdiff_t>(end)});
        } else {
            for (std::size_t k = i; k < end; ++k) {
                flush_step step{.does = flush_step::what::insert, .model = models[k]};
                for (node* n : memory_.objects.state_of(*models[k]).pending) {
                    if (n->state() == life::pending && !plan_.held.holds(n)) step.nodes.push_back(n);
                }
                if (!step.nodes.empty()) plan_.steps.push_back(std::move(step));
            }
        }
        i = end;
    }
    for (const flush_step& s : plan_.steps) plan_.inserted.insert(plan_.inserted.end(), s.nodes.begin(), s.nodes.end());
}

/// Models that refer to themselves or to each other: objects are ordered one by one, in waves that only need what
/// stands in the waves before.
void plan_builder::order_cycle(const std::vector<const mapping::model*>& models) {
    std::vector<node*> waiting;
    for (const mapping::model* m : models) {
        for (node* n : memory_.objects.state_of(*m).pending) {
            if (n->state() == life::pending && !plan_.held.holds(n)) waiting.push_back(n);
        }
    }
    // How many parents each one waits for, and who waits for it.
    std::unordered_map<const node*, std::size_t> missing;
    std::unordered_map<const node*, std::size_t> place;
    for (const node* n : waiting) {
        place[n] = missing.size();
        missing[n] = 0;
    }
    std::unordered_map<const node*, std::vector<node*>> followers;
    for (node* n : waiting) {
        for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
            bool by_hand = false;
            node* parent = pending_parent(*n, k, by_hand);
            if (parent == nullptr || !missing.contains(parent)) continue;
            ++missing[n];
            followers[parent].push_back(n);
        }
    }
    std::vector<node*> wave;
    for (node* n : waiting) {
        if (missing[n] == 0) wave.push_back(n);
    }
    while (!missing.empty()) {
        if (wave.empty()) {
            std::vector<node*> rest;
            for (node* n : waiting) {
                if (missing.contains(n)) rest.push_back(n);
            }
            waiting = rest;
            const deferred_key& broken = break_cycle(waiting);
            bool by_hand = false;
            node* parent = pending_parent(*broken.child, *broken.key, by_hand);
            auto& waits = followers[parent];
            waits.erase(std::find(waits.begin(), waits.end(), broken.child));
            if (--missing[broken.child] == 0) wave.push_back(broken.child);
            continue;
        }
        for (const mapping::model* m : models) {
            flush_step step{.does = flush_step::what::insert, .model = m};
            for (node* n : wave) {
                if (n->in->what == m) step.nodes.push_back(n);
            }
            if (!step.nodes.empty()) plan_.steps.push_back(std::move(step));
        }
        std::vector<node*> next;
        for (const node* n : wave) {
            missing.erase(n);
            for (node* follower : followers[n]) {
                if (--missing[follower] == 0) next.push_back(follower);
            }
        }
        std::sort(next.begin(), next.end(), [&](const node* a, const node* b) { return place[a] < place[b]; });
        wave = std::move(next);
    }
}

/// The object whose row the child's row refers to and which has none yet: staged, or named by a key given by hand.
node* plan_builder::pending_parent(node& child, const mapping::foreign_key& k, bool& by_hand) {
    node* parent = nullptr;
    by_hand = false;
    if (memory_.parents.staged_parent(child, k, parent)) {
        return parent != nullptr && parent->state() == life::pending ? parent : nullptr;
    }
    const mapping::model& m = *child.in->what;
    if (!graph::speaks_of(k, child.object())) return nullptr;
    for (const std::uint16_t c : k.columns) {
        if (graph::unset(m.fields[c], child.object())) return nullptr;
    }
    auto [at, fresh] = named_.try_emplace({k.target, k.target_columns});
    if (fresh) {
        for (node* n : memory_.objects.state_of(*k.target).pending) {
            if (n->state() != life::pending) continue;
            bool given = true;
            for (const std::uint16_t c : k.target_columns)
                given = given && !graph::unset(k.target->fields[c], n->object());
            if (given) at->second.try_emplace(key_text(*k.target, n->object(), k.target_columns), n);
        }
    }
    if (at->second.empty()) return nullptr;
    const auto found = at->second.find(key_text(m, child.object(), k.columns));
    if (found == at->second.end() || found->second == &child) return nullptr;  // its own key it knows
    by_hand = true;
    return found->second;
}

/// Finds one cycle among objects that all wait for each other, and leaves one nullable key of it for a later update.
const deferred_key& plan_builder::break_cycle(const std::vector<node*>& waiting) {
    struct edge {
        node* child;
        const mapping::foreign_key* key;
        node* parent;
        bool by_hand;
    };
    const std::unordered_set<const node*> open(waiting.begin(), waiting.end());
    // Every one of them waits for another, so following any wait must come back to a place passed before.
    std::vector<edge> path;
    std::unordered_map<const node*, std::size_t> passed;
    node* at = waiting.front();
    for (;;) {
        if (const auto before = passed.find(at); before != passed.end()) {
            path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(before->second));
            break;
        }
        passed[at] = path.size();
        for (const mapping::foreign_key& k : at->in->what->foreign_keys) {
            bool by_hand = false;
            node* parent = pending_parent(*at, k, by_hand);
            if (parent == nullptr || !open.contains(parent) || plan_.defers(at, k)) continue;
            path.push_back({at, &k, parent, by_hand});
            break;
        }
        at = path.back().parent;
    }
    for (const edge& e : path) {
        if (!e.key->nullable) continue;
        plan_.deferred.push_back({e.child, e.key, e.by_hand});
        plan_.deferred_set.insert({e.child, e.key});
        return plan_.deferred.back();
    }
    std::string members;
    for (const edge& e : path) {
        members += name_of(*e.child) + "." + e.child->in->what->columns[e.key->columns[0]].name + " -> ";
    }
    members += name_of(*path.front().child);
    throw flush_error{"these objects need each other's rows first, and none of the keys can be NULL: " + members,
                      {.where = where_}};
}

// -- updates --------------------------------------------------------------------------------------------------------

/// Whether the row is about to get another value in the column: who has that value already refers to somebody else,
/// whose new name the database may write.
static bool is_renamed(const node& n, std::uint16_t column) {
    return n.snapshot() != nullptr &&
           !graph::equal(n.in->what->fields[column], n.object(), graph::packed(*n.in->what, n.snapshot(), column));
}

/// The columns that an update of the object writes: what differs from the snapshot, and keys whose parent is staged.
std::uint64_t plan_builder::changes_of(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t by_member = 0;
    graph::compare(m, n.object(), n.snapshot(), by_member);
    std::uint64_t mask = by_member;
    for (const mapping::foreign_key& k : m.foreign_keys) {
        node* parent = nullptr;
        if (!memory_.parents.written_parent(n, k, parent)) continue;
        bool by_hand = false;
        std::uint64_t written = 0;
        if (k.tagged && (parent == nullptr || !graph::speaks_of(k, n.object())))
            written = std::uint64_t{1} << k.tag.column;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            const std::uint16_t c = k.columns[i];
            const field& f = m.fields[c];
            if (parent == nullptr && k.nullable && !m.columns[c].nullable()) continue;  // shared with another key
            by_hand = by_hand || (!k.tagged && (by_member >> c & 1) != 0);
            value scratch;
            const bool same = parent == nullptr ? graph::view(f, n.object(), scratch).is_null()
                                                : parent->state() != life::pending &&
                                                      graph::equal(f, n.object(), k.target->fields[k.target_columns[i]],
                                                                   parent->object()) &&
                                                      !is_renamed(*parent, k.target_columns[i]);
            if (!same) written |= std::uint64_t{1} << c;
        }
        if (written == 0) continue;
        const std::string column = m.name + "." + m.columns[k.columns[0]].name;
        if (by_hand) {
            throw flush_error{column + " of " + name_of(n) + " was set by hand, and its relation to " +
                                  (parent == nullptr ? "nothing" : name_of(*parent)) + ": they contradict each other",
                              {.where = where_}};
        }
        if (parent == nullptr && !k.nullable) {
            throw flush_error{name_of(n) + " was taken out of its " + k.target->name + ", but " + column +
                                  " cannot be NULL: give it another parent, remove it, or declare the relation owned",
                              {.where = where_}};
        }
        mask |= written;
    }
    if (mask == 0) return 0;
    for (const std::uint16_t c : m.primary_key) {
        if ((mask >> c & 1) != 0) {
            throw flush_error{"the primary key of " + name_of(n) + " was changed: remove it and add it anew",
                              {.where = where_}};
        }
    }
    if (m.stamped) {
        for (std::size_t i = 0; i < m.columns.size(); ++i) {
            if (m.columns[i].does == mapping::behaviour::updated_at) mask |= std::uint64_t{1} << i;
        }
    }
    return mask;
}

void plan_builder::plan_updates(const std::vector<const mapping::model*>& models) {
    for (const mapping::model* m : models) {
        std::vector<flush_step> steps;
        const auto add = [&](node* n, std::uint64_t mask, const char* why) {
            for (flush_step& s : steps) {
                if (s.mask == mask && s.why == why) {
                    s.nodes.push_back(n);
                    return;
                }
            }
            steps.push_back({.does = flush_step::what::update, .model = m, .nodes = {n}, .mask = mask, .why = why});
        };
        for (const deferred_key& d : plan_.deferred) {
            if (d.child->in->what != m) continue;
            add(d.child, d.key->mask(), "closes a cycle");
        }
        for (node* n : memory_.objects.state_of(*m).touched) {
            if (n->state() != life::persistent || n->snapshot() == nullptr || plan_.held.holds(n)) continue;
            if (const std::uint64_t mask = changes_of(*n); mask != 0) add(n, mask, "");
        }
        for (flush_step& s : steps) plan_.steps.push_back(std::move(s));
    }
}

// -- links ----------------------------------------------------------------------------------------------------------

/// Pairs that came and went; those of an association object that is in memory are its row's business.
void plan_builder::plan_links() {
    std::vector<std::pair<std::uint32_t, pair_key>> staged;
    for (const auto& [key, what] : memory_.pairs.staged()) {
        if ((what.row != nullptr && !what.replaces) || plan_.held.holds(key, what)) continue;
        staged.emplace_back(what.order, key);
    }
    if (staged.empty()) return;
    std::sort(staged.begin(), staged.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto stays = [](const node& n) { return n.state() == life::persistent || n.state() == life::pending; };
    for (const auto kind : {flush_step::what::unlink, flush_step::what::link}) {
        const std::size_t from = plan_.steps.size();
        for (const auto& [order, key] : staged) {
            const staged_pair& now = memory_.pairs.staged().at(key);
            const bool added = now.state == staged_pair::what::added && !now.replaces;
            if (added != (kind == flush_step::what::link)) continue;
            if (!stays(*key.first) || !stays(*key.second)) continue;  // its rows go with the object
            flush_step* step = nullptr;
            for (std::size_t i = from; i < plan_.steps.size(); ++i) {
                if (plan_.steps[i].links == key.links) step = &plan_.steps[i];
            }
            if (step == nullptr) {
                step = &plan_.steps.emplace_back(
                    flush_step{.does = kind, .model = key.links->through, .links = key.links});
            }
            step->pairs.emplace_back(key.first, key.second);
        }
    }
}

// -- removals -------------------------------------------------------------------------------------------------------

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
