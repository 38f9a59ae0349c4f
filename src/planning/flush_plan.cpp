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

}  // namespace kin::detail
