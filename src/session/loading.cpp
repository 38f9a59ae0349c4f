// Loading relations: for one object, for all its siblings, or for a whole result with what lies below.
#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <kin/graph/fields.hpp>
#include <kin/mapping/column.hpp>
#include <kin/sql/compiler.hpp>

#include "mapping/joining.hpp"
#include "session/core.hpp"
#include "session/key_conditions.hpp"
#include "session/model_sql.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

/// One relation of many owners, all of one model.
struct loader {
    session_core& session;
    const mapping::relation& relation;
    const site& where;
    std::vector<node*> found{};  ///< the targets, once each, in the order in which they came
    bool whole = false;          ///< they are their whole table

    void run(std::span<node* const> owners, bool all_of_table) {
        // What is read after a change, flushed or not, must be read again should the change be undone.
        for (node* n : session.changing() ? owners : std::span<node* const>{}) {
            relation.to_many() ? session.journal_many(*n, relation) : session.journal_one(*n, relation);
        }
        if (relation.holds_key()) {
            to_parents(owners);
        } else if (relation.linked()) {
            to_linked(owners, all_of_table);
        } else {
            to_children(owners, all_of_table);
        }
    }

  private:
    const mapping::foreign_key& key() const noexcept { return *relation.key; }

    // -- belongs_to

    void to_parents(std::span<node* const> owners) {
        const mapping::model& parent = *relation.target;
        model_state& state = session.state_of(parent);
        const bool by_identity = key().target_columns == parent.primary_key;
        key_set keys{parent, key().target_columns};
        std::vector<node*> waiting;
        for (node* n : owners) {
            std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation));
            node* known = by_identity ? session.parent_by_key(*n, key()) : nullptr;
            if (known != nullptr) {
                word = graph::tagged(mark::loaded, known);
                found.push_back(known);
            } else if (!keys.add(*key().owner, key().columns, n->object())) {
                word = graph::tagged(mark::loaded);  // NULL: no parent, and no query
            } else if (unset_key(*n)) {
                word = graph::tagged(mark::loaded);
            } else {
                waiting.push_back(n);
            }
        }
        if (waiting.empty()) {
            unique_found();
            return;
        }
        keys.sort();
        graph::group* g = new_group(parent);
        std::vector<node*> fresh;
        for (const sql::expr& condition : keys.ranges()) select(state, parent, condition, g, fresh, {});
        (void)session.finish_rows(g, fresh);
        for (node* n : waiting) {
            node* target = by_identity ? session.parent_by_key(*n, key()) : match(*n, fresh);
            slot_access::word(slot_access::one(*n, relation)) = graph::tagged(mark::loaded, target);
            if (target != nullptr) found.push_back(target);
        }
        unique_found();
    }

    /// A key of 0 that nobody gave: an object that was added and not flushed.
    bool unset_key(const node& n) const {
        if (n.state() != life::pending) return false;
        for (const std::uint16_t c : key().columns) {
            if (graph::unset(key().owner->fields[c], n.object())) return true;
        }
        return false;
    }

    node* match(const node& child, const std::vector<node*>& parents) const {
        for (node* p : parents) {
            bool same = true;
            for (std::size_t i = 0; same && i < key().columns.size(); ++i) {
                same = graph::equal(key().owner->fields[key().columns[i]], child.object(),
                                    relation.target->fields[key().target_columns[i]], p->object());
            }
            if (same) return p;
        }
        return nullptr;
    }

    void unique_found() {
        if (found.size() < 2) return;
        std::vector<node*> sorted = found;
        std::sort(sorted.begin(), sorted.end());
        sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
        found = std::move(sorted);
    }

    // -- has_many, has_one

    void to_children(std::span<node* const> owners, bool all_of_table) {
        const mapping::model& child = *relation.target;
        const mapping::model& parent = *relation.owner;
        model_state& state = session.state_of(child);
        key_set keys{child, key().columns};
        std::vector<node*> persistent;
        for (node* n : owners) {
            if (!unset_parent(*n) && keys.add(parent, key().target_columns, n->object())) persistent.push_back(n);
        }
        keys.sort();
        std::vector<node*> children;
        std::vector<node*> parents;
        children.reserve(owners.size());
        graph::group* g = new_group(child);
        std::size_t skipped = 0;
        if (all_of_table && !persistent.empty()) {
            const sql::expr some =
                key().nullable
                    ? sql::unary(sql::op::is_not_null, sql::column(&child, child.columns[key().columns[0]].name))
                    : sql::expr{};
            skipped += select(state, child, some, g, children, &parents);
            g->whole_table = whole =
                !key().nullable && skipped == 0 && relation.options.order_count == 0 && relation.fixed.empty();
        } else {
            for (const sql::expr& condition : keys.ranges()) {
                skipped += select(state, child, condition, g, children, &parents);
            }
        }
        g->rows = distribute(owners, children, parents);
        g->count = static_cast<std::uint32_t>(children.size());
        found = std::move(children);
    }

    // -- many_to_many

    void to_linked(std::span<node* const> owners, bool all_of_table) {
        const mapping::model& parent = *relation.owner;
        const mapping::model& pivot = *relation.links->through;
        key_set keys{pivot, key().columns};
        bool any = false;
        for (node* n : owners) {
            if (!unset_parent(*n) && keys.add(parent, key().target_columns, n->object())) any = true;
        }
        keys.sort();
        std::vector<node*> children;
        std::vector<node*> parents;
        std::vector<node*> fresh;
        graph::group* g = new_group(*relation.target);
        if (any && all_of_table) {
            select_linked({}, g, children, parents, fresh);
        } else if (any) {
            for (const sql::expr& condition : keys.ranges()) select_linked(condition, g, children, parents, fresh);
        }
        (void)session.finish_rows(g, fresh);
        (void)distribute(owners, children, parents);
        merge_staged(owners);
        found = std::move(children);
        unique_found();
    }

    /// The targets with the keys of their owners behind their columns: a row for each pair.
    void select_linked(const sql::expr& condition, graph::group* g, std::vector<node*>& children,
                       std::vector<node*>& parents, std::vector<node*>& fresh) {
        const mapping::model& m = *relation.target;
        const mapping::model& pivot = *relation.links->through;
        model_state& state = session.state_of(m);
        sql::select s = select_of(m);
        s.joins.push_back({sql::join_kind::inner, mapping::source_of(pivot), mapping::key_condition(*relation.far)});
        for (const std::uint16_t c : key().columns)
            s.columns.push_back({sql::column(&pivot, pivot.columns[c].name), {}});
        s.where = sql::both(condition, mapping::fixed_condition(relation));
        mapping::add_order(s.order_by, relation);
        engine::connection& c = session.connection(where);
        const sql::compiled compiled = sql::compile(s, c.dialect(), where);
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        graph::pool& owners = *session.state_of(*relation.owner).objects;
        const bool by_integer = owners.identities.integer_key();
        const int key_column = static_cast<int>(m.columns.size());
        while (row.next()) {
            node* owner = nullptr;
            if (by_integer) {
                owner = owners.identities.find(row.integer(key_column));
            } else {
                value kept[8];
                value_view parts[8];
                const std::size_t count = key().columns.size();
                for (std::size_t i = 0; i < count; ++i) kept[i] = value{row.cell(key_column + static_cast<int>(i))};
                for (std::size_t i = 0; i < count; ++i) parts[i] = kept[i].view();
                owner = owners.identities.find(std::span<const value_view>{parts, count});
            }
            if (owner == nullptr || !graph::unloaded(*owner, relation)) continue;
            const std::size_t before = state.objects->identities.size();
            node* n = session.hydrate(state, row, 0, nullptr, false);
            if (state.objects->identities.size() != before) {
                n->in = g;
                fresh.push_back(n);
            } else if (n->state() == life::removed) {
                continue;
            }
            if (!session.pairs_.empty() && is_unlinked(*owner, *n)) continue;
            children.push_back(n);
            parents.push_back(owner);
        }
    }

    /// What is staged in memory wins over what the database still says.
    bool is_unlinked(node& owner, node& target) {
        const auto at = session.pairs_.find(pair_of(relation, owner, target));
        if (at == session.pairs_.end()) return false;
        if (at->second.state == staged_pair::what::removed) return true;
        if (at->second.row == nullptr) session.stage_pair(pair_key{at->first}, {});  // it is there already
        return false;
    }

    void merge_staged(std::span<node* const> owners) {
        if (session.pairs_.empty()) return;
        const std::unordered_set<const node*> wanted(owners.begin(), owners.end());
        std::vector<std::pair<node*, node*>> more;
        for (const auto& [pair, staged] : session.pairs_) {
            if (pair.links != relation.links || staged.state != staged_pair::what::added) continue;
            const bool forward = relation.key == relation.links->first;
            node* owner = forward ? pair.first : pair.second;
            if (wanted.contains(owner)) more.emplace_back(owner, forward ? pair.second : pair.first);
        }
        for (const auto& [owner, target] : more) session.push_item(*owner, relation, *target, true);
    }

    bool unset_parent(const node& n) const {
        if (n.state() != life::pending) return false;
        for (const std::uint16_t c : key().target_columns) {
            if (graph::unset(relation.owner->fields[c], n.object())) return true;
        }
        return false;
    }

    /// As `run` does for the owners, for others whose children lie in the same range of keys.
    void journal_others(std::span<node* const> owners, const std::vector<node*>& parents) {
        std::unordered_set<const node*> known(owners.begin(), owners.end());
        for (node* p : parents) {
            if (!known.insert(p).second) continue;
            relation.to_many() ? session.journal_many(*p, relation) : session.journal_one(*p, relation);
        }
    }

    /// Hands every child to its parent. Children of one parent mostly come in a run, and then stay where they are:
    /// the parent's collection is a span of the row array. Where they are shuffled, each gets a place by counting.
    /// Returns all of them in one array, for their group.
    node* const* distribute(std::span<node* const> owners, const std::vector<node*>& children,
                            const std::vector<node*>& parents) {
        graph::arena& home = session.arena();
        const auto count = static_cast<std::uint32_t>(children.size());
        node** row = nullptr;
        if (count != 0) {
            row = home.array<node*>(count);
            std::memcpy(static_cast<void*>(row), children.data(), count * sizeof *row);
        }
        if (session.changing()) journal_others(owners, parents);
        if (!relation.to_many()) {
            for (std::uint32_t i = 0; i < count; ++i) {
                std::uintptr_t& word = slot_access::word(slot_access::one(*parents[i], relation));
                if (graph::mark_of(word) == mark::loaded && graph::pointer_of(word) != children[i]) {
                    for (node* n : owners) {
                        slot_access::word(slot_access::one(*n, relation)) = graph::tagged(mark::unloaded);
                    }
                    throw multiple_found{relation.owner->name + "." + relation.name + ": more than one " +
                                             relation.target->name + " refers to the same " + relation.owner->name,
                                         {.where = where}};
                }
                word = graph::tagged(mark::loaded, children[i]);
                set_inverse(*children[i], parents[i]);
            }
            for (node* n : owners) {
                std::uintptr_t& word = slot_access::word(slot_access::one(*n, relation));
                if (graph::mark_of(word) == mark::unloaded) word = graph::tagged(mark::loaded);
            }
            return row;
        }
        // What was added to collections that were not loaded is put behind what is now found.
        std::vector<std::pair<node*, std::vector<node*>>> additions;
        const auto empty = [&](node* n) {
            graph::to_many& slot = slot_access::many(*n, relation);
            if (graph::mark_of(slot_access::word(slot)) == mark::added) {
                auto** items = static_cast<node**>(graph::pointer_of(slot_access::word(slot)));
                additions.emplace_back(n, std::vector<node*>(items, items + slot_access::size(slot)));
            }
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = slot_access::capacity(slot) = 0;
        };
        for (node* n : owners) empty(n);
        // A range of keys also finds the children of others, which are filled on this occasion.
        for (node* n : parents) {
            if (graph::mark_of(slot_access::word(slot_access::many(*n, relation))) == mark::added) empty(n);
        }
        bool shuffled = false;
        for (std::uint32_t i = 0; i < count && !shuffled;) {
            std::uint32_t end = i + 1;
            while (end < count && parents[end] == parents[i]) ++end;
            graph::to_many& slot = slot_access::many(*parents[i], relation);
            shuffled = graph::mark_of(slot_access::word(slot)) == mark::loaded;
            slot_access::word(slot) = graph::tagged(mark::loaded, row + i);
            slot_access::size(slot) = end - i;
            for (; i < end; ++i) set_inverse(*row[i], parents[i]);
        }
        if (shuffled) place_by_counting(owners, children, parents, row);
        for (node* n : owners) {
            graph::to_many& slot = slot_access::many(*n, relation);
            if (graph::mark_of(slot_access::word(slot)) == mark::unloaded) {
                slot_access::word(slot) = graph::tagged(mark::loaded);
            }
        }
        for (auto& [n, items] : additions) {
            for (node* item : items) session.push_item(*n, relation, *item, true);
        }
        return row;
    }

    void place_by_counting(std::span<node* const> owners, const std::vector<node*>& children,
                           const std::vector<node*>& parents, node** row) {
        for (node* n : owners) {
            graph::to_many& slot = slot_access::many(*n, relation);
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = 0;
        }
        for (node* p : parents) {  // not all of them are owners
            graph::to_many& slot = slot_access::many(*p, relation);
            slot_access::word(slot) = graph::tagged(mark::unloaded);
            slot_access::size(slot) = 0;
        }
        for (node* p : parents) ++slot_access::size(slot_access::many(*p, relation));
        node** next = row;
        for (std::size_t i = 0; i < children.size(); ++i) {
            graph::to_many& slot = slot_access::many(*parents[i], relation);
            std::uintptr_t& word = slot_access::word(slot);
            if (graph::mark_of(word) == mark::unloaded) {
                word = graph::tagged(mark::loaded, next);
                next += slot_access::size(slot);
                slot_access::size(slot) = 0;
            }
            static_cast<node**>(graph::pointer_of(word))[slot_access::size(slot)++] = children[i];
            set_inverse(*children[i], parents[i]);
        }
    }

    void set_inverse(node& child, node* parent) const {
        if (relation.linked() || key().child_side == nullptr) return;
        std::uintptr_t& word = slot_access::word(slot_access::one(child, *key().child_side));
        if (graph::mark_of(word) != mark::unloaded) return;
        if (session.changing()) session.journal_one(child, *key().child_side);
        word = graph::tagged(mark::loaded, parent);
    }

    // -- rows

    graph::group* new_group(const mapping::model& m) {
        auto* g = new (session.arena().bytes(sizeof(graph::group))) graph::group{&session.arena(), &m, m.type};
        g->where = where;
        return g;
    }

    /// Runs one SELECT of the target; with `parents`, keeps only rows whose parent the session has and wants filled.
    /// Returns how many rows were left out.
    std::size_t select(model_state& state, const mapping::model& m, const sql::expr& condition, graph::group* g,
                       std::vector<node*>& out, std::vector<node*>* parents) {
        sql::select s = select_of(m);
        s.where = sql::both(condition, mapping::fixed_condition(relation));
        if (parents != nullptr) mapping::add_order(s.order_by, relation);
        engine::connection& c = session.connection(where);
        const sql::compiled compiled = sql::compile(s, c.dialect(), where);
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        std::size_t skipped = 0;
        graph::pool* owners = parents != nullptr ? session.state_of(*relation.owner).objects : nullptr;
        const bool by_identity = key().target_columns == key().target->primary_key;
        const bool by_integer = by_identity && owners != nullptr && owners->identities.integer_key() &&
                                key().owner->fields[key().columns[0]].rep == layout::i64;
        const int key_column = parents != nullptr ? static_cast<int>(key().columns[0]) : 0;
        std::int64_t last_key = 0;
        node* last_parent = nullptr;
        bool looked_up = false;
        while (row.next()) {
            node* parent = nullptr;
            if (by_integer) {
                // Children mostly come in runs of one parent.
                const std::int64_t k = row.integer(key_column);
                if (k != last_key || !looked_up) {
                    last_parent = owners->identities.find(k);
                    if (last_parent != nullptr && !graph::unloaded(*last_parent, relation)) last_parent = nullptr;
                    last_key = k;
                    looked_up = true;
                }
                parent = last_parent;
                if (parent == nullptr) {
                    ++skipped;
                    continue;
                }
            }
            const std::size_t before = state.objects->identities.size();
            node* n = session.hydrate(state, row, 0, g, false);
            const bool known = state.objects->identities.size() == before;
            if (known && n->state() == life::removed) continue;
            if (parents == nullptr) {
                out.push_back(n);
                continue;
            }
            if (!by_integer) {
                parent = by_identity ? session.parent_by_key(*n, key()) : find_owner(*n);
                if (parent == nullptr || !graph::unloaded(*parent, relation)) {
                    ++skipped;
                    continue;
                }
            }
            // What is staged in memory wins over what the database still says.
            node* staged = nullptr;
            if (known && session.staged_parent(*n, key(), staged) && staged != parent) continue;
            out.push_back(n);
            parents->push_back(parent);
        }
        return skipped;
    }

    /// For keys onto unique columns that are no primary key.
    node* find_owner(const node& child) const {
        graph::pool* p = session.arena().find_pool(*relation.owner);
        for (graph::slab* b = p == nullptr ? nullptr : p->current; b != nullptr; b = b->next) {
            for (std::uint32_t i = 0; i < b->used; ++i) {
                bool same = true;
                for (std::size_t k = 0; same && k < key().columns.size(); ++k) {
                    same = graph::equal(key().owner->fields[key().columns[k]], child.object(),
                                        relation.owner->fields[key().target_columns[k]], b->at(i)->object());
                }
                if (same) return b->at(i);
            }
        }
        return nullptr;
    }
};

/// Whether a pending change writes what a load of the relation reads.
bool session_core::pending_for(const mapping::relation& r) const {
    return concerned(*r.target) || (r.linked() && concerned(*r.links->through));
}

void session_core::load(node& owner, const mapping::relation& r, const site& call) {
    const session_guard guard{*this, site::current()};
    const site& where = call.line() != 0 ? call : owner.in->where;
    graph::look(&owner);
    if (strict || r.options.strategy == kin::load::raise) {
        throw raised_load{r.owner->name + "." + r.name + " is not loaded, and " +
                              (strict ? "this session is strict" : "its declaration says load::raise") +
                              ": ask for it with .with(&" + r.owner->name + "::" + r.name + ")",
                          {.where = where}};
    }
    std::vector<node*> owners;
    bool whole = false;
    const graph::group& g = *owner.in;
    if (r.options.strategy == kin::load::select || g.count < 2) {
        owners.push_back(&owner);
    } else {
        // The touched one and those after it, then from the start, up to the limit: who walks a result asks in order.
        std::uint32_t at = 0;
        while (at < g.count && g.rows[at] != &owner) ++at;
        if (at == g.count || owner.state() == life::detached) owners.push_back(&owner);
        bool all = true;
        for (std::uint32_t i = 0; i < g.count; ++i) {
            node* n = g.rows[(at + i) % g.count];
            if (n->in != &g || n->state() == life::detached || !graph::unloaded(*n, r)) continue;
            if (owners.size() == batch_limit) {
                all = false;
                break;
            }
            owners.push_back(n);
        }
        whole = g.whole_table && all && owners.size() == g.count;
    }
    if (!r.holds_key()) {
        // A pending change of the children is part of what is read.
        if (autoflush && !flushing_ && pending_for(r)) flush(where);
    }
    loader l{*this, r, where};
    l.run(owners, whole);
}

void session_core::load(std::span<node* const> nodes, const std::vector<eager>& what, bool missing_only,
                        const site& where) {
    const session_guard guard{*this, where};
    if (nodes.empty()) return;
    for (const eager& each : what) {
        const mapping::relation& r = *each.what;
        if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
        if (!r.holds_key() && autoflush && !flushing_ && pending_for(r)) flush(where);
        std::vector<node*> owners;
        owners.reserve(nodes.size());
        for (node* n : nodes) {
            if (!missing_only && n->state() == life::persistent) {
                // Read anew: what is staged stays, what was loaded goes.
                if (r.to_many()) {
                    std::uintptr_t& word = slot_access::word(slot_access::many(*n, r));
                    if (graph::mark_of(word) == mark::loaded) {
                        word = graph::tagged(mark::unloaded);
                        slot_access::size(slot_access::many(*n, r)) = 0;
                        slot_access::capacity(slot_access::many(*n, r)) = 0;
                    }
                } else {
                    std::uintptr_t& word = slot_access::word(slot_access::one(*n, r));
                    if (graph::mark_of(word) == mark::loaded) word = graph::tagged(mark::unloaded);
                }
            }
            if (graph::unloaded(*n, r)) owners.push_back(n);
        }
        loader l{*this, r, where};
        if (!owners.empty()) {
            const graph::group& g = *nodes[0]->in;
            l.run(owners, g.whole_table && owners.size() == g.count && nodes.size() == g.count);
        }
        if (each.nested.empty()) continue;
        // Some owners had it before: the next level starts from all of them.
        if (owners.size() != nodes.size()) {
            l.found.clear();
            for (node* n : nodes) {
                if (r.to_many()) {
                    graph::to_many& slot = slot_access::many(*n, r);
                    auto** items = static_cast<node**>(graph::pointer_of(slot_access::word(slot)));
                    l.found.insert(l.found.end(), items, items + slot_access::size(slot));
                } else if (auto* t =
                               static_cast<node*>(graph::pointer_of(slot_access::word(slot_access::one(*n, r))))) {
                    l.found.push_back(t);
                }
            }
        }
        load(l.found, each.nested, missing_only, where);
    }
}

}  // namespace kin::detail
