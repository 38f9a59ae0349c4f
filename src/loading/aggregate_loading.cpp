// Aggregates over the relations of objects: with the query that finds them, or for objects that are here.
#include "loading/aggregate_loading.hpp"
#include "query/aggregates.hpp"
#include "query/query_plan.hpp"

#include <algorithm>
#include <span>

#include <kin/mapping/column.hpp>
#include <kin/query/existence.hpp>
#include <kin/query/query.hpp>
#include <kin/sql/compiler.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/session_loading.hpp"
#include "mapping/scope.hpp"
#include "query/existence.hpp"
#include "query/tables_read.hpp"
#include "reading/siblings.hpp"
#include "statements/key_conditions.hpp"

namespace kin::detail {

using graph::aggregate;
using graph::life;
using graph::node;

namespace {

constexpr std::string_view names[] = {"count", "", "sum", "min", "max", "avg"};

std::string described(const graph::kept_aggregate& kept) {
    std::string text = kept.over->owner->name + "." + kept.over->name;
    text += kept.what == aggregate::exists ? ".exists" : "." + std::string{names[static_cast<int>(kept.what)]};
    return text + "(" + (kept.column == nullptr ? std::string{} : kept.column->name) + ")";
}

}  // namespace

sql::expr answer_of(const graph::kept_aggregate& kept, const sql::expr& condition, std::string_view owner_alias,
                    const site& where) {
    const mapping::relation& r = *kept.over;
    if (kept.what == aggregate::exists) {
        sql::select s = targets_of(r, condition, owner_alias, where);
        s.columns.push_back({sql::literal(value{1}), {}});
        return sql::exists(std::move(s));
    }
    sql::expr what;
    if (kept.column != nullptr) {
        what = sql::function(names[static_cast<int>(kept.what)], {sql::column(kept.column_of, kept.column->name)});
    }
    return aggregate_of(r, what, condition, owner_alias, where);
}

object_list::object_list(node* one, const site& where) : only{one} {
    if (one == nullptr) throw usage_error{"an empty kin::ref was given to the session", {.where = where}};
}

void count_with(query_plan& plan, const asked& a) {
    plan.aggregates.push_back({&a.over, a.what, std::string{a.what.alias}, a.condition});
}

std::vector<graph::kept_aggregate*> aggregate_loading::add_aggregates(const query_plan& plan, sql::select& to,
                                                                      const site& where) {
    std::vector<graph::kept_aggregate*> all;
    for (const wanted_aggregate& each : plan.aggregates) {
        graph::kept_aggregate& kept = memory_.objects.arena().aggregates().keep(*each.over, each.question(), where);
        kept.condition = each.condition;
        to.columns.push_back({answer_of(kept, each.condition, to.from[0].alias, where), {}});
        all.push_back(&kept);
    }
    return all;
}

void aggregate_loading::load(std::span<node* const> nodes, const mapping::relation& over,
                             const graph::aggregate_ask& ask, const sql::expr& condition, const site& where) {
    if (!over.problem.empty()) throw mapping_error{over.problem, {.where = where}};
    graph::kept_aggregate& kept = memory_.objects.arena().aggregates().keep(over, ask, where);
    kept.condition = condition;
    load_answers(nodes, kept, condition, where);
}

/// One statement for a thousand objects: SELECT key, (SELECT …) FROM owners WHERE key IN (…).
void aggregate_loading::load_answers(std::span<node* const> nodes, graph::kept_aggregate& kept,
                                     const sql::expr& condition, const site& where) {
    const mapping::relation& r = *kept.over;
    const mapping::model& m = *r.owner;
    if (memory_.phase.autoflush && !memory_.phase.flushing) {
        const bool pending =
            std::any_of(nodes.begin(), nodes.end(), [](const node* n) { return n->state() == life::pending; });
        if (pending) {
            loading_.gate.pending().flush_ready(where);
        } else if (loading_.gate.may_flush()) {
            tables_read reads;
            reads.add(targets_of(r, condition, {}, where));
            if (r.holds_key() || r.through()) reads.add(m);  // a row of theirs may hold the first key of the way
            loading_.gate.flush_before(reads, where);
        }
    }
    key_set keys{m, m.primary_key};
    for (node* n : nodes) {
        memory_.objects.require_mine(*n, where);
        if (n->state() == life::pending) {
            throw usage_error{"only what has a row can be counted: this " + m.name + " has none, flush first",
                              {.where = where}};
        }
        (void)keys.add(m, m.primary_key, n->object());
    }
    keys.sort();
    graph::pool& pool = *memory_.objects.state_of(m).objects;
    for (const sql::expr& some : keys.exact()) {
        sql::select s;
        s.from.push_back(mapping::every_row_of(m));
        for (const std::uint16_t c : m.primary_key) s.columns.push_back({sql::column(&m, m.columns[c].name), {}});
        s.columns.push_back({answer_of(kept, condition, {}, where), {}});
        s.where = some;
        engine::connection& c = loading_.connection.open(where);
        const sql::compiled compiled = sql::compile(s, c.dialect(), where);
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        while (row.next()) {
            node* n = node_at(pool, row, 0);
            if (n == nullptr) continue;
            row.decode({kept.io, 1},
                       memory_.objects.arena().aggregates().room(kept, *n, condition, memory_.objects.arena()),
                       static_cast<int>(m.primary_key.size()));
            memory_.objects.arena().aggregates().settled(kept, *n);
        }
    }
}

const void* aggregate_loading::answer(node& owner, const mapping::relation& r, const graph::aggregate_ask& ask,
                                      const site& where) {
    graph::aggregate_table& table = memory_.objects.arena().aggregates();
    if (!ask.alias.empty() && table.find(r, ask) == nullptr) {
        throw usage_error{r.owner->name + "." + r.name + " was asked nothing under the name \"" +
                              std::string{ask.alias} + "\"; the names are: " + table.aliases(r),
                          {.where = where}};
    }
    graph::kept_aggregate& kept = table.keep(r, ask, where);
    const graph::kept_aggregate::answer* known = kept.find(owner);
    if (memory_.phase.strict) {
        if (known != nullptr) return known->value;  // the last one: nothing is sent unasked
        throw raised_load{described(kept) +
                              " is not loaded, and this session is strict: ask for it with .with_count(&" +
                              r.owner->name + "::" + r.name + ") or the like",
                          {.where = where}};
    }
    // What was found under a condition is asked again under it, for those that have the same answer outdated or none.
    const sql::expr condition = known != nullptr ? known->condition : ask.alias.empty() ? sql::expr{} : kept.condition;
    const auto same = [](const sql::expr& a, const sql::expr& b) {
        return a.empty() ? b.empty() : !b.empty() && &*a == &*b;
    };
    bool all = true;
    const auto owners = siblings(owner, all, [&](const node& n) {
        if (&n == &owner) return true;
        if (n.state() != life::persistent) return false;
        const graph::kept_aggregate::answer* has = kept.find(n);
        return has == nullptr ? condition.empty() || !ask.alias.empty()
                              : !table.fresh(*has) && same(has->condition, condition);
    });
    load_answers(owners, kept, condition, where);
    known = kept.find(owner);
    if (known == nullptr || !table.fresh(*known)) {
        throw not_found{"the row of this " + r.owner->name + " is gone", {.where = where}};
    }
    return known->value;
}

}  // namespace kin::detail
