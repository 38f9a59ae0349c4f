// What a flush will do, in which order: parents before children, cycles broken, deletes last.
#include "planning/flush_plan.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <unordered_map>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>

#include "mapping/scope.hpp"
#include "planning/contradiction.hpp"
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
    refuse_views();
    free_unique_values();
    return std::move(plan_);
}

void plan_builder::refuse_views() const {
    for (const flush_step& step : plan_.steps) {
        // Of a pivot there may be pairs alone.
        if (!step.model->view || (step.nodes.empty() && step.pairs.empty())) continue;
        throw flush_error{(step.nodes.empty() ? "a " + step.model->name : name_of(*step.nodes[0])) +
                              " is to be written, but the table's description says view(): " + step.model->table +
                              " is only read",
                          {.where = where_}};
    }
}

std::vector<const mapping::model*> plan_builder::by_rank() const {
    std::vector<const mapping::model*> models;
    for (const auto& s : memory_.objects.states()) {
        if (s != nullptr && !s->idle()) models.push_back(s->objects->what);
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
                const model_state& s = memory_.objects.state_of(*models[k]);
                if (!s.stale_lists && plan_.held.nodes.empty()) {
                    step.nodes = s.pending;  // all of them, without a look at each
                } else {
                    for (node* n : s.pending) {
                        if (n->state() == life::pending && !plan_.held.holds(n)) step.nodes.push_back(n);
                    }
                }
                if (!step.nodes.empty()) plan_.steps.push_back(std::move(step));
            }
        }
        i = end;
    }
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
    const auto in_order = [&](std::vector<node*>& nodes) {
        std::sort(nodes.begin(), nodes.end(), [&](const node* a, const node* b) { return place[a] < place[b]; });
    };
    while (!missing.empty()) {
        if (wave.empty()) {
            std::erase_if(waiting, [&](const node* n) { return !missing.contains(n); });
            for (const deferred_key& each : break_cycles(waiting)) {
                bool by_hand = false;
                auto& waits = followers[pending_parent(*each.child, *each.key, by_hand)];
                waits.erase(std::find(waits.begin(), waits.end(), each.child));
                if (--missing[each.child] == 0) wave.push_back(each.child);
            }
            in_order(wave);
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
        in_order(next);
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
    // A model that this program only declares has no new objects.
    if (k.target == nullptr || !graph::speaks_of(k, child.object())) return nullptr;
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

/// Leaves keys of objects that wait for each other in rings for a later update, one of each ring, and gives those. A
/// search along what each one waits for: where it comes back to its own path there is a ring, and where that is broken
/// the search goes back to the object that waits no more, so each ring costs what it is long.
std::span<const deferred_key> plan_builder::break_cycles(const std::vector<node*>& waiting) {
    const std::size_t before = plan_.deferred.size();
    struct stop {
        node* at;
        std::size_t next = 0;                       ///< of its keys
        const mapping::foreign_key* via = nullptr;  ///< to the stop after it
        bool by_hand = false;
    };
    enum class mark : std::uint8_t { open, entered, done };
    std::unordered_map<const node*, mark> marks;
    for (const node* n : waiting) marks.emplace(n, mark::open);
    std::vector<stop> path;
    for (node* start : waiting) {
        if (marks[start] != mark::open) continue;
        path.assign(1, {start});
        marks[start] = mark::entered;
        while (!path.empty()) {
            stop& here = path.back();
            const auto& keys = here.at->in->what->foreign_keys;
            if (here.next == keys.size()) {
                marks[here.at] = mark::done;
                path.pop_back();
                continue;
            }
            here.via = &keys[here.next++];
            node* const parent = pending_parent(*here.at, *here.via, here.by_hand);
            const auto there = parent == nullptr || plan_.defers(here.at, *here.via) ? marks.end() : marks.find(parent);
            if (there == marks.end() || there->second == mark::done) continue;
            if (there->second == mark::open) {
                there->second = mark::entered;
                path.push_back({parent});
                continue;
            }
            std::size_t first = path.size() - 1;
            while (path[first].at != parent) --first;
            std::size_t broken = first;
            while (broken < path.size() && !path[broken].via->nullable) ++broken;
            if (broken == path.size()) {
                std::string members;
                for (std::size_t i = first; i < path.size(); ++i) {
                    const stop& each = path[i];
                    members += name_of(*each.at) + "." + each.at->in->what->columns[each.via->columns[0]].name + " -> ";
                }
                throw flush_error{"these objects need each other's rows first, and none of the keys can be NULL: " +
                                      members + name_of(*parent),
                                  {.where = where_}};
            }
            plan_.deferred.push_back({path[broken].at, path[broken].via, path[broken].by_hand});
            plan_.deferred_set.insert({path[broken].at, path[broken].via});
            for (std::size_t i = broken + 1; i < path.size(); ++i) marks[path[i].at] = mark::open;
            path.resize(broken + 1);
        }
    }
    return std::span{plan_.deferred}.subspan(before);
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
    if (graph::compare(m, n.object(), n.snapshot(), by_member) == 0) {  // nearly all
        node* parent = nullptr;
        const auto& keys = m.foreign_keys;
        if (std::none_of(keys.begin(), keys.end(),
                         [&](const mapping::foreign_key& k) { return memory_.parents.staged_parent(n, k, parent); }))
            return 0;
    }
    return changes_of(n, by_member);
}

/// Of one some of whose members differ, or whose parents are staged.
[[gnu::noinline]] std::uint64_t plan_builder::changes_of(node& n, std::uint64_t by_member) {
    const mapping::model& m = *n.in->what;
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
            const bool same =
                parent == nullptr
                    ? graph::view(f, n.object(), scratch).is_null()
                    : parent->state() != life::pending &&
                          graph::matches(f, n.object(), k.target->fields[k.target_columns[i]], parent->object()) &&
                          !is_renamed(*parent, k.target_columns[i]);
            if (!same) written |= std::uint64_t{1} << c;
        }
        if (written == 0) continue;
        const auto column = [&] { return m.name + "." + m.columns[k.columns[0]].name; };
        if (by_hand) refuse_contradiction(n, k, parent, where_);
        if (parent == nullptr && !k.nullable) {
            throw flush_error{name_of(n) + " was taken out of its " + k.target->name + ", but " + column() +
                                  " cannot be NULL: give it another parent, remove it, or declare the relation owned",
                              {.where = where_}};
        }
        mask |= written;
    }
    if (mask == 0) return 0;
    if ((mask & m.computed) != 0) {
        const auto c = static_cast<std::size_t>(__builtin_ctzll(mask & m.computed));
        throw flush_error{m.name + "." + m.columns[c].name + " of " + name_of(n) +
                              " was assigned, but the database makes it: change what it is made from",
                          {.where = where_}};
    }
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

/// Rows in the order of their keys, whichever was accessed first: sessions that change the same rows at once lock them
/// in the same order, and the plan does not depend on the order in which a compiler evaluates arguments.
static void order_by_key(const mapping::model& m, std::vector<node*>& rows) {
    const auto sort = [&](auto before) {
        if (!std::is_sorted(rows.begin(), rows.end(), before)) std::sort(rows.begin(), rows.end(), before);
    };
    const field& first = m.fields[m.primary_key[0]];
    if (m.primary_key.size() == 1 && first.rep == layout::i64 && first.optional == nullptr) {
        const auto number = [&](const node* n) {
            std::int64_t key = 0;
            std::memcpy(&key, static_cast<const std::byte*>(n->object()) + first.offset, sizeof key);
            return key;
        };
        return sort([&](const node* a, const node* b) { return number(a) < number(b); });
    }
    sort([&](const node* a, const node* b) {
        for (const std::uint16_t c : m.primary_key) {
            value of_a, of_b;
            const value_view x = graph::view(m.fields[c], a->object(), of_a);
            const value_view y = graph::view(m.fields[c], b->object(), of_b);
            if (x.integer != y.integer) return x.integer < y.integer;
            if (const int order = x.bytes.compare(y.bytes); order != 0) return order < 0;
        }
        return false;
    });
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
        for (flush_step& s : steps) {
            if (s.why.empty()) order_by_key(*m, s.nodes);
            plan_.steps.push_back(std::move(s));
        }
    }
}

// -- links ----------------------------------------------------------------------------------------------------------

/// Pairs that came and went; those of an association object that is in memory are its row's business.
void plan_builder::plan_links() {
    std::vector<const pair_list::entry*> staged;
    for (const pair_list::entry& pair : memory_.pairs.staged()) {
        const auto& [key, what] = pair;
        if ((what.row == nullptr || what.replaces) && !plan_.held.holds(key, what)) staged.push_back(&pair);
    }
    if (staged.empty()) return;
    // They are, unless what was undone has come back.
    const auto earlier = [](const auto* a, const auto* b) { return a->now.order < b->now.order; };
    if (!std::is_sorted(staged.begin(), staged.end(), earlier)) std::sort(staged.begin(), staged.end(), earlier);
    const auto stays = [&](const node& n) {
        return n.state() == life::persistent || n.state() == life::pending ||
               (n.state() == life::removed && memory_.objects.keeps_row(n));
    };
    for (const auto kind : {flush_step::what::unlink, flush_step::what::link}) {
        const std::size_t from = plan_.steps.size();
        for (const pair_list::entry* pair : staged) {
            const auto& [key, now] = *pair;
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
