// Queries, gets and statements over sets.
#include "loading/query_runner.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include <kin/graph/aggregate_table.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/raw.hpp>

#include "lifecycle/session_memory.hpp"
#include "loading/join_loading.hpp"
#include "loading/session_loading.hpp"
#include "mapping/fitting.hpp"
#include "mapping/scope.hpp"
#include "query/distinct_owners.hpp"
#include "query/query_plan.hpp"
#include "reading/row_reader.hpp"
#include "statements/joining.hpp"
#include "statements/key_conditions.hpp"
#include "statements/model_statements.hpp"

namespace kin::detail {

using graph::life;
using graph::node;

/// The one row of a statement, with what its model says comes with it. A get is little beside its frames, so this and
/// load_visible stand in theirs.
[[gnu::always_inline]] inline node* query_runner::load_one(model_state& s, engine::cursor&& row,
                                                           std::span<const value> key, const site& where) {
    if (!row.next()) return nullptr;
    // Most have nobody of that key here and one whole row to read; a flush meanwhile may have written its object.
    row_reader reader{memory_, loading_.hydrator, s, row, &s.objects->loners, s.sql->shape};
    const auto key_of_row = [&] { return key[0].type() == kind::int64 ? key[0].integer() : row.integer(0); };
    node* n = reader.reads() && reader.known(key_of_row()) == nullptr
                  ? reader.make()
                  : loading_.hydrator.hydrate(s, row, 0, nullptr, false, &s.sql->shape);
    row.finish();
    if (s.objects->what->eager) load_declared(n, where);
    return n;
}

/// What the model says comes with its objects.
void query_runner::load_declared(node* n, const site& where) {
    std::unique_ptr<std::vector<load_option>> declared = resolved(*n->in->what, nullptr);
    if (declared == nullptr) return;
    const query_scope query{memory_.contents, false};
    const load_level level{memory_.contents.keep(declared), nullptr};
    loading_.gate.flush_before(level, where);
    loading_.relations.load_below({&n, 1}, level, true, nullptr, nullptr, where);
}

[[gnu::always_inline]] inline node* query_runner::load_visible(model_state& s, std::span<const value> key,
                                                               const site& where) {
    const mapping::model& m = *s.objects->what;
    if (m.scope != nullptr) return load_in_scope(s, key, where);
    loading_.gate.flush_before_get(m, where);
    engine::connection& c = loading_.connection.open(where);
    return load_one(s, c.run(loading_.hydrator.sql_of(s, m, where).by_key, {.values = key}), key, where);
}

node* query_runner::get(const mapping::model& m, std::int64_t key, const site& where) {
    model_state& s = memory_.objects.state_of(m);
    graph::pool& p = *s.objects;
    if (!p.identities.integer_key()) {
        const value one{key};
        return get(m, std::span{&one, 1}, where);
    }
    node* known = p.identities.find(key);
    if (known != nullptr && (m.scope == nullptr || known->state() == life::removed))
        return loading_.columns.shown(*known, where);
    const value one{key};
    return load_visible(s, {&one, 1}, where);
}

node* query_runner::get(const mapping::model& m, std::span<const value> key, const site& where) {
    if (key.size() != m.primary_key.size()) {
        throw usage_error{m.name + "'s primary key has " + std::to_string(m.primary_key.size()) + " columns, not " +
                              std::to_string(key.size()),
                          {.where = where}};
    }
    std::vector<value> typed;  // where a text, say, is to stand for a number
    for (std::size_t i = 0; i < key.size(); ++i) {
        const mapping::column& c = m.columns[m.primary_key[i]];
        if (key[i].type() == c.io.type || (key[i].type() == kind::int64 && c.io.type < kind::float32)) continue;
        if (typed.empty()) typed.assign(key.begin(), key.end());
        typed[i] = mapping::fitting(m, c, key[i], where);
    }
    if (!typed.empty()) key = typed;
    model_state& s = memory_.objects.state_of(m);
    std::vector<value_view> views;
    for (const value& v : key) views.push_back(v.view());
    node* known = s.objects->identities.find(views);
    if (known != nullptr && (m.scope == nullptr || known->state() == life::removed))
        return loading_.columns.shown(*known, where);
    return load_visible(s, key, where);
}

[[gnu::noinline]] node* query_runner::load_in_scope(model_state& s, std::span<const value> key, const site& where) {
    const mapping::model& m = *s.objects->what;
    sql::select q;
    q.from.push_back(mapping::source_of(m));
    loading_.hydrator.sql_of(s, m, where).shape.add_to(q);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const sql::expr column = sql::column(&m, m.columns[m.primary_key[i]].name);
        q.where = sql::both(q.where, sql::binary(sql::op::equal, column, sql::literal(key[i])));
    }
    loading_.gate.flush_before(q, {}, where);
    engine::connection& c = loading_.connection.open(where);
    const sql::compiled text = sql::compile(q, c.dialect(), where);
    return load_one(s, c.run(text.text, {.values = text.parameters}), key, where);
}

graph::row_list query_runner::run(query_plan& plan, const site& where) {
    const query_scope query{memory_.contents, true};
    const mapping::model& m = *plan.what;
    std::unique_ptr<std::vector<load_option>> tree = resolved(m, plan.with.level());
    const load_level level{memory_.contents.keep(tree), nullptr};
    if (level.said != nullptr) {
        for (const load_option& e : *level.said) {
            if (e.what != nullptr && !e.what->problem.empty()) throw mapping_error{e.what->problem, {.where = where}};
        }
    }
    plan.select.columns.clear();
    plan.add_relation_order();
    const row_shape shape{m, plan.missing()};
    std::optional<sql::select> narrowed;
    if (limits_rows(plan)) narrowed = of_whole_objects(plan, level.contains());
    sql::select& found_by = narrowed ? *narrowed : plan.select;
    shape.add_to(found_by, found_by.from[0].alias);

    join_loading joins{memory_, loading_, where};
    std::optional<sql::select> joined;
    if (level.said != nullptr || !plan.aggregates.empty()) {
        joined = found_by;
        joins.add_to(*joined, shape, level);
    }
    const int first_answer = joined ? static_cast<int>(joined->columns.size()) : 0;
    std::vector<graph::kept_aggregate*> asked;
    if (!plan.aggregates.empty()) asked = loading_.aggregates.add_aggregates(plan, *joined, where);
    const sql::select& s = joins.empty() && asked.empty() ? found_by : *joined;
    if (s.lock != sql::row_lock::none) [[unlikely]]
        loading_.connection.before_locking(where);
    loading_.gate.flush_before(s, level, where);
    engine::connection& c = loading_.connection.open(where);
    const sql::compiled compiled = sql::compile(s, c.dialect(), where);

    model_state& state = memory_.objects.state_of(m);
    graph::group* const g = loading_.hydrator.new_group(m, where);
    g->whole_table = plan.unrestricted();
    g->missing = shape.missing;
    g->plan = memory_.contents.said.lasting(level, memory_.objects.arena());
    // Taken, not borrowed: a nested load may run while this one is open.
    std::vector<node*> found = std::exchange(scratch_, {});
    found.clear();
    {
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        const auto answered = [&](const node& n) {
            for (std::size_t i = 0; i < asked.size(); ++i) {
                row.decode({asked[i]->io, 1},
                           memory_.objects.arena().aggregates().room(*asked[i], n, plan.aggregates[i].condition,
                                                                     memory_.objects.arena()),
                           first_answer + static_cast<int>(i));
                memory_.objects.arena().aggregates().settled(*asked[i], n);
            }
        };
        page_end* const end = plan.end;
        if (joins.empty() && s.joins.empty()) {
            row_reader reader{memory_, loading_.hydrator, state, row, g, shape};
            if (reader.reads() && asked.empty() && end == nullptr) {
                reader.read_all(found, plan.refresh);
            } else {
                while (row.next() && (end == nullptr || !end->reached(found.size()))) {
                    found.push_back(loading_.hydrator.hydrate(state, row, 0, g, plan.refresh, &shape));
                    if (!asked.empty()) answered(*found.back());
                    if (end != nullptr) end->note(row, shape);
                }
            }
        } else {
            // A join may show a row several times: it is one object, in the place where it came first.
            std::unordered_set<const node*> met;
            while (row.next()) {
                node* n = loading_.hydrator.hydrate(state, row, 0, g, plan.refresh, &shape);
                if (met.insert(n).second) {
                    if (end != nullptr && end->reached(found.size())) {
                        n->in = loading_.hydrator.lacking(state.objects->loners, n->in->missing);
                        break;
                    }
                    found.push_back(n);
                    answered(*n);
                    if (end != nullptr) end->note(row, shape);
                }
                joins.read(row, *n);
            }
        }
    }
    graph::row_list rows = loading_.hydrator.finish_rows(g, found);
    found.clear();
    scratch_ = std::move(found);
    loading_.relations.record_options({rows.begin(), rows.size()}, level);
    joins.finish();
    // Places of DISTINCT rows are not those of their keys: what counts them is no subquery.
    const bool counted = plan.select.distinct && (plan.select.limit || plan.select.offset);
    loading_.relations.load_below({rows.begin(), rows.size()}, level, true, counted ? nullptr : &found_by, &joins,
                                  where);
    return rows;
}

node* query_runner::first(const query_plan& plan, const site& where) {
    query_plan one = plan;
    one.select.limit = std::min<std::int64_t>(plan.select.limit.value_or(1), 1);
    const graph::row_list found = run(one, where);
    return found.size() == 0 ? nullptr : *found.begin();
}

engine::cursor query_runner::rows(const sql::select& s, const site& where) {
    if (s.lock != sql::row_lock::none) [[unlikely]]
        loading_.connection.before_locking(where);
    loading_.gate.flush_before(s, {}, where);
    engine::connection& c = loading_.connection.open(where);
    sql::compiled compiled = sql::compile(s, c.dialect(), where);
    return c.run_holding(compiled.text, std::move(compiled.parameters));
}

graph::row_list query_runner::run_raw(const mapping::model& m, std::string_view sql, std::span<const value> parameters,
                                      const site& where) {
    loading_.gate.flush_before_any(where);  // nobody knows which tables the text reads
    model_state& s = memory_.objects.state_of(m);
    engine::connection& link = loading_.connection.open(where);
    const std::string text = sql::with_placeholders(sql, link.dialect());
    loading_.connection.before_any_sql();
    engine::cursor row = link.run(text, {.values = parameters});
    memory_.phase.wrote = true;  // it may: INSERT … RETURNING
    bool more = row.next();
    // Columns are found by name, in any order; the model's own order is a run of its own.
    std::vector<int> at(m.columns.size(), -1);
    for (int i = 0; i < row.columns(); ++i) {
        for (std::size_t c = 0; c < m.columns.size(); ++c) {
            if (m.columns[c].name == row.column_name(i)) at[c] = i;
        }
    }
    for (std::size_t c = 0; c < m.columns.size(); ++c) {
        if (at[c] != static_cast<int>(c)) {
            throw mapping_error{"raw SQL for " + m.name + " must select its columns in their order, as " +
                                    "SELECT * of its table does; column " + std::to_string(c + 1) + " should be \"" +
                                    m.columns[c].name + "\"",
                                {.sql = std::string{sql}, .where = where}};
        }
    }
    graph::group* const g = loading_.hydrator.new_group(m, where);
    std::vector<node*> found;
    for (; more; more = row.next()) found.push_back(loading_.hydrator.hydrate(s, row, 0, g, false));
    graph::row_list rows = loading_.hydrator.finish_rows(g, found);
    const query_scope query{memory_.contents, true};
    loading_.relations.record_options({rows.begin(), rows.size()}, {});
    return rows;
}

std::int64_t query_runner::execute(const sql::update& u, const mapping::model& m, const site& where) {
    if (loading_.gate.may_flush()) {
        tables_read both;  // what it writes is read, too
        both.add(m);
        both.add(u.where);
        for (const sql::assignment& each : u.set) both.add(each.to);
        loading_.gate.flush_before(both, where);
    }
    engine::connection& c = loading_.connection.open(where);
    const sql::compiled compiled = sql::compile(u, c.dialect(), where);
    loading_.connection.before_writing(where);
    memory_.phase.wrote = true;
    memory_.objects.arena().aggregates().outdate();
    return c.execute(compiled.text, compiled.parameters);
}

std::int64_t query_runner::execute(std::string_view sql, std::span<const value> parameters, const site& where) {
    loading_.gate.pending().flush(where);
    engine::connection& c = loading_.connection.open(where);
    loading_.connection.before_any_sql();
    memory_.phase.wrote = true;
    memory_.objects.arena().aggregates().outdate();
    return c.execute(sql::with_placeholders(sql, c.dialect()), parameters);
}

std::int64_t query_runner::execute(const sql::remove& r, const mapping::model& m, const site& where) {
    loading_.gate.flush_before_any(where);
    engine::connection& c = loading_.connection.open(where);
    const sql::compiled compiled = sql::compile(r, c.dialect(), where);
    loading_.connection.before_writing(where);
    memory_.phase.wrote = true;
    memory_.objects.arena().aggregates().outdate();
    (void)m;
    return c.execute(compiled.text, compiled.parameters);
}

void query_runner::read_rows_of(const pair_key& key) {
    const mapping::link_pair& links = *key.links;
    query_plan plan;
    start(plan, *links.through);
    for (const auto& [k, end] : {std::pair{links.first, key.first}, std::pair{links.second, key.second}}) {
        key_set keys{*links.through, k->columns};
        (void)keys.add(*k->target, k->target_columns, end->object());
        plan.select.where = sql::both(plan.select.where, sql::both(mapping::tag_condition(*k), keys.exact().front()));
    }
    // A change of a relation writes nothing.
    const flag_set_to quiet{memory_.phase.autoflush, false};
    (void)run(plan, site::current());
}

}  // namespace kin::detail
