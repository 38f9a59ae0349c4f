// Loading what stands below or above many owners, in one recursive statement.
#include <unordered_map>
#include <utility>

#include <kin/graph/tree_list.hpp>
#include <kin/mapping/column.hpp>
#include <kin/query/tree.hpp>

#include "graph/trees.hpp"
#include "loading/join_loading.hpp"
#include "loading/loader.hpp"
#include "loading/matching/unmatched_keys.hpp"
#include "statements/joining.hpp"
#include "statements/recursion.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

std::vector<graph::tree_list> loader::walk(std::span<node* const> owners, bool all_of_table,
                                           const sql::select* origin) {
    const mapping::model& m = *relation_.target;
    if (ask_.limit || ask_.offset) {
        throw usage_error{relation_.owner->name + "." + relation_.name +
                              " is a tree: its levels can be limited (depth), but not its rows",
                          {.where = where_}};
    }
    unmatched_keys left{memory_, loading_, m, key().columns, m, m.primary_key, where_};
    // Where all of a tree is asked for by several, each row comes once, not once for each owner: memory knows the ways.
    // A last level, or keys that the database takes for one and memory does not, are told apart by owner.
    const bool shared = owners.size() > 1 && ask_.tree_depth == 0 && !left.possible();
    mapping::recursion walk = mapping::recursion_of(relation_, !shared);
    walk.rows = source_of_target(ask_);
    walk.where = ask_.where;
    walk.depth = ask_.tree_depth;
    const std::vector<std::uint16_t>& begins = walk.down ? key().columns : m.primary_key;
    key_set keys{m, begins};
    std::unordered_map<const node*, std::size_t> place;
    for (node* n : owners) {
        if (!place.try_emplace(n, place.size()).second) continue;
        if (!statements_.unset(*n, m.primary_key)) (void)keys.add(m, m.primary_key, n->object());
    }
    std::vector<std::vector<node*>> members(shared ? 1 : owners.size());
    std::vector<char> cut(owners.size());
    std::vector<node*> fresh;
    graph::group* g = new_group(m);
    model_state& state = memory_.objects.state_of(m);
    const auto read = [&](const sql::expr& starts) {
        sql::select found_rows = statements_.select_tree(walk, starts);
        // Without its owner, a row does not say whether it is a member or the owner to whom a cycle comes back, with
        // whom nothing comes: what is to be joined is left to a statement of its own.
        engine::cursor row = send(shared ? std::move(found_rows) : with_joins(std::move(found_rows)));
        const int roots = shape_.width();
        while (row.next()) {
            const node* owner = shared ? nullptr : node_at(*state.objects, row, roots);
            if (owner == nullptr && !shared) left.add(row, roots);
            const auto at = place.find(owner);
            if (!shared && (owner == nullptr || at == place.end())) continue;
            const std::size_t before = state.objects->identities.size();
            node* n = loading_.hydrator.hydrate(state, row, 0, nullptr, false, &shape_);
            const bool known = state.objects->identities.size() == before;
            if (!known) {
                n->in = g;
                fresh.push_back(n);
            }
            if (!belongs(shared ? *n : *const_cast<node*>(owner), *n, known)) continue;
            if (walk.depth != 0 && row.integer(roots + static_cast<int>(m.primary_key.size())) != 0) {
                cut[at->second] = 1;
                ends_.insert(n);
            }
            // Where a cycle comes back to the owner, nothing comes with it: it is no member.
            const bool again = n == owner ? !shown_.insert({owner, n}).second : repeated(row, owner, *n);
            if (!again) members[shared ? 0 : at->second].push_back(n);
        }
    };
    if (!keys.empty() && all_of_table) {
        read({});
    } else if (!keys.empty()) {
        for (const sql::expr& starts : statements_.conditions(m, begins, keys, m, m.primary_key, origin)) read(starts);
    }
    (void)loading_.hydrator.finish_rows(g, fresh);
    for (const std::vector<node*>& each : members) {
        for (const node* n : each) {
            if (left.possible() && memory_.objects.arena().find_target(*n, key()) == nullptr) left.add(*n);
        }
    }
    left.require_none(false, [](const node&) { return true; });
    std::vector<graph::tree_members> met;
    for (const std::vector<node*>& each : members) met.emplace_back(relation_, each);
    std::vector<graph::tree_list> trees;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const std::size_t at = place.at(owners[i]);
        trees.push_back(graph::arrange(*owners[i], relation_, met[shared ? 0 : at]));
        trees.back().limit_reached = cut[at] != 0;
    }
    return trees;
}

void loader::load_trees(std::span<node* const> owners, bool all_of_table, const sql::select* origin) {
    const std::vector<graph::tree_list> trees = walk(owners, all_of_table, origin);
    found_children targets;
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        if (!slots_.claimed(*owners[i])) continue;
        mine.push_back(i);
        for (const graph::branch& b : trees[i].branches) targets.add(owners[i], b.at);
    }
    node* const* row = slots_.distribute(owners, targets);
    for (const std::size_t i : mine) {
        // Nobody adds to the collection: what is room elsewhere says here that there is more.
        slot_access::capacity(slot_access::many(*owners[i], relation_)) = trees[i].limit_reached ? 1 : 0;
        fill(*owners[i], trees[i], row);
        row += trees[i].branches.size();
    }
    found = std::move(targets.nodes);
    unique_found();
}

/// Parents, and where it was asked for children: what a tree says of other relations over the same key.
void loader::fill(node& owner, const graph::tree_list& t, node* const* row) {
    if (relation_.kind == mapping::relation_kind::ancestors) {
        node* child = &owner;
        for (const graph::branch& b : t.branches) slots_.set_parent_side(*std::exchange(child, b.at), b.at);
        return;
    }
    // Where the walk came back to its owner, that is a child, too, but stands nowhere among the members.
    const node* ring = t.cycles.empty() ? nullptr : memory_.objects.arena().find_target(owner, key());
    const auto children = [&](node& n, std::uint32_t depth, std::uint32_t first, std::uint32_t count) {
        for (std::uint32_t i = first; i < first + count; ++i) slots_.set_parent_side(*t.branches[i].at, &n);
        if (!ask_.fill_tree || &n == ring || (depth == ask_.tree_depth && depth != 0 && ends_.contains(&n))) return;
        for (const mapping::relation* side : key().parent_sides) {
            if (!side->to_many() || !side->fixed.empty() || graph::mark_of(n, *side) != mark::unloaded) continue;
            memory_.log.journal_read(n, *side);
            graph::to_many& slot = slot_access::many(n, *side);
            slot_access::word(slot) = graph::tagged(mark::loaded, count == 0 ? nullptr : row + first);
            slot_access::size(slot) = count;
            slot_access::capacity(slot) = 0;
            const bool part = !ask_.where.empty() || !ask_.sees.usual();
            memory_.contents.shown.set(n, *side, part ? content::part : content::whole, memory_.contents.query);
        }
    };
    children(owner, 0, 0, t.roots);
    for (const graph::branch& b : t.branches) children(*b.at, b.depth + 1, b.first, b.count);
}

graph::tree_list loading_strategies::walk(node& owner, const load_option& ask, const site& where) {
    const mapping::relation& r = *ask.what;
    loading_.gate.flush_before(ask, {}, where);
    if (owner.state() == life::pending) {
        throw usage_error{r.owner->name + "." + r.name + " cannot be queried: its owner has no row yet",
                          {.where = where}};
    }
    loader l{memory_, loading_, ask, {}, where};
    node* one = &owner;
    graph::tree_list t = std::move(l.walk({&one, 1}, false, nullptr).front());
    graph::list_all(t, owner);
    return t;
}

}  // namespace kin::detail
