// What a flush will do, in which order: parents before children, cycles broken, deletes last.
#include "session/flush_plan.hpp"

#include <algorithm>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

namespace kin::detail {

using graph::life;
using graph::node;

std::string name_of(const node& n) {
    const mapping::model& m = *n.in->what;
    std::string text = m.name;
    if (n.state() == life::pending && m.columns[m.primary_key[0]].generated &&
        graph::unset(m.fields[m.primary_key[0]], n.object())) {
        return text + " (new)";
    }
    for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
        value scratch;
        text += i == 0 ? " " : ", ";
        text += describe(graph::view(m.fields[m.primary_key[i]], n.object(), scratch));
    }
    return text;
}

std::vector<sql::expr> key_conditions(const mapping::model& m, const std::vector<node*>& nodes,
                                      const std::vector<std::uint16_t>& columns, const mapping::model& on,
                                      const std::vector<std::uint16_t>& on_columns) {
    const std::size_t chunk = columns.size() == 1 ? 1000 : 250;  // a database limits how deep conditions are
    std::vector<sql::expr> out;
    for (std::size_t from = 0; from < nodes.size(); from += chunk) {
        const std::size_t end = std::min(nodes.size(), from + chunk);
        value scratch;
        if (columns.size() == 1) {
            std::vector<sql::expr> args{sql::column(&on, on.columns[on_columns[0]].name)};
            for (std::size_t i = from; i < end; ++i) {
                args.push_back(sql::literal(value{graph::view(m.fields[columns[0]], nodes[i]->object(), scratch)}));
            }
            out.push_back(args.size() == 2 ? sql::binary(sql::op::equal, args[0], args[1])
                                           : sql::list(sql::op::in, std::move(args)));
            continue;
        }
        sql::expr any;
        for (std::size_t i = from; i < end; ++i) {
            sql::expr all;
            for (std::size_t k = 0; k < columns.size(); ++k) {
                all = sql::both(
                    all,
                    sql::binary(sql::op::equal, sql::column(&on, on.columns[on_columns[k]].name),
                                sql::literal(value{graph::view(m.fields[columns[k]], nodes[i]->object(), scratch)})));
            }
            any = sql::either(any, all);
        }
        out.push_back(any);
    }
    return out;
}

flush_plan plan_builder::build() {
    const auto models = by_rank();
    plan_inserts(models);
    plan_updates(models);
    plan_removals(models);
    return std::move(plan_);
}

std::vector<const mapping::model*> plan_builder::by_rank() const {
    std::vector<const mapping::model*> models;
    for (const auto& s : session_.states_) {
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
                for (node* n : session_.state_of(*models[k]).pending) {
                    if (n->state() == life::pending) step.nodes.push_back(n);
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
        for (node* n : session_.state_of(*m).pending) {
            if (n->state() == life::pending) waiting.push_back(n);
        }
    }
    std::unordered_set<const node*> open(waiting.begin(), waiting.end());
    while (!waiting.empty()) {
        std::vector<node*> wave;
        std::vector<node*> rest;
        for (node* n : waiting) {
            bool ready = true;
            for (const mapping::foreign_key& k : n->in->what->foreign_keys) {
                node* parent = nullptr;
                if (session_.staged_parent(*n, k, parent) && parent != nullptr && open.contains(parent) &&
                    !plan_.defers(n, k)) {
                    ready = false;
                }
            }
            (ready ? wave : rest).push_back(n);
        }
        if (wave.empty()) {
            break_cycle(rest);
            continue;
        }
        for (const mapping::model* m : models) {
            flush_step step{.does = flush_step::what::insert, .model = m};
            for (node* n : wave) {
                if (n->in->what == m) step.nodes.push_back(n);
            }
            if (!step.nodes.empty()) plan_.steps.push_back(std::move(step));
        }
        for (const node* n : wave) open.erase(n);
        waiting = std::move(rest);
    }
}

/// Finds one cycle among objects that all wait for each other, and leaves one nullable key of it for a later update.
void plan_builder::break_cycle(const std::vector<node*>& waiting) {
    struct edge {
        node* child;
        const mapping::foreign_key* key;
        node* parent;
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
            node* parent = nullptr;
            if (!session_.staged_parent(*at, k, parent) || parent == nullptr || !open.contains(parent) ||
                plan_.defers(at, k)) {
                continue;
            }
            path.push_back({at, &k, parent});
            break;
        }
        at = path.back().parent;
    }
    for (const edge& e : path) {
        if (!e.key->nullable) continue;
        plan_.deferred.push_back({e.child, e.key});
        return;
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

/// The columns that an update of the object writes: what differs from the snapshot, and keys whose parent is staged.
std::uint64_t plan_builder::changes_of(node& n) {
    const mapping::model& m = *n.in->what;
    std::uint64_t mask = 0;
    graph::compare(m, n.object(), n.snapshot(), mask);
    for (const mapping::foreign_key& k : m.foreign_keys) {
        node* parent = nullptr;
        if (!session_.staged_parent(n, k, parent)) continue;
        bool by_hand = false;
        bool same = parent == nullptr || parent->state() != life::pending;
        for (std::size_t i = 0; i < k.columns.size(); ++i) {
            const field& f = m.fields[k.columns[i]];
            by_hand = by_hand || (mask >> k.columns[i] & 1) != 0;
            if (parent == nullptr) {
                value scratch;
                same = same && graph::view(f, n.object(), scratch).is_null();
            } else {
                same = same && graph::equal(f, n.object(), k.target->fields[k.target_columns[i]], parent->object());
            }
        }
        if (same) continue;
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
        for (const std::uint16_t c : k.columns) {
            if (parent != nullptr || m.columns[c].nullable()) mask |= std::uint64_t{1} << c;
        }
    }
    for (const std::uint16_t c : m.primary_key) {
        if ((mask >> c & 1) != 0) {
            throw flush_error{"the primary key of " + name_of(n) + " was changed: remove it and add it anew",
                              {.where = where_}};
        }
    }
    if (mask != 0 && m.stamped) {
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
            std::uint64_t mask = 0;
            for (const std::uint16_t c : d.key->columns) mask |= std::uint64_t{1} << c;
            add(d.child, mask, "closes a cycle");
        }
        for (node* n : session_.state_of(*m).touched) {
            if (n->state() != life::persistent || n->snapshot() == nullptr) continue;
            if (const std::uint64_t mask = changes_of(*n); mask != 0) add(n, mask, "");
        }
        for (flush_step& s : steps) plan_.steps.push_back(std::move(s));
    }
}

// -- removals -------------------------------------------------------------------------------------------------------

void plan_builder::plan_removals(const std::vector<const mapping::model*>& models) {
    for (std::size_t i = models.size(); i-- > 0;) {
        const mapping::model& m = *models[i];
        flush_step step{.does = flush_step::what::remove, .model = &m};
        for (node* n : session_.state_of(m).removed) {
            if (n->state() == life::removed) step.nodes.push_back(n);
        }
        if (step.nodes.empty()) continue;
        plan_.removed.insert(plan_.removed.end(), step.nodes.begin(), step.nodes.end());
        std::vector<const mapping::model*> above{&m};
        for (const sql::expr& keys : key_conditions(m, step.nodes, m.primary_key, m, m.primary_key)) {
            remove_dependents(m, keys, "their " + m.name + " is removed", above);
        }
        plan_.steps.push_back(std::move(step));
    }
    // Of a cycle of models, what refers comes before what is referred to wherever the ranks say so; within one rank
    // the keys were cleared above where they can be.
}

/// What happens, set by set, to the rows that refer to the parents that `condition` selects.
void plan_builder::remove_dependents(const mapping::model& parent, const sql::expr& condition, const std::string& why,
                                     std::vector<const mapping::model*>& above) {
    for (const mapping::foreign_key* k : parent.incoming) {
        const mapping::model& child = *k->owner;
        if (k->on_delete == mapping::referential_action::cascade ||
            k->on_delete == mapping::referential_action::set_null ||
            k->on_delete == mapping::referential_action::set_default) {
            continue;  // the database does it
        }
        bool is_owned = false;
        for (const mapping::relation* side : k->parent_sides) is_owned = is_owned || side->options.owned;
        // A child without a key that could be NULL, and without an owner, is for the database to refuse.
        if (!is_owned && !k->nullable) continue;
        sql::expr of_parents;
        sql::select parents;
        parents.from.push_back(mapping::source_of(parent));
        parents.where = condition;
        for (const std::uint16_t c : k->target_columns) {
            parents.columns.push_back({sql::column(&parent, parent.columns[c].name), {}});
        }
        sql::expr subject = sql::column(&child, child.columns[k->columns[0]].name);
        if (k->columns.size() > 1) {
            std::vector<sql::expr> parts;
            for (const std::uint16_t c : k->columns) parts.push_back(sql::column(&child, child.columns[c].name));
            subject = sql::list(sql::op::row, std::move(parts));
        }
        of_parents = sql::in_select(subject, parents);
        if (!is_owned) {
            plan_.steps.push_back(
                {.does = flush_step::what::clear_key, .model = &child, .key = k, .condition = of_parents, .why = why});
            continue;
        }
        if (std::find(above.begin(), above.end(), &child) == above.end()) {
            above.push_back(&child);
            remove_dependents(child, of_parents, "their " + child.name + " is removed", above);
            above.pop_back();
        }
        plan_.steps.push_back(
            {.does = flush_step::what::remove_where, .model = &child, .key = k, .condition = of_parents, .why = why});
    }
}

}  // namespace kin::detail
