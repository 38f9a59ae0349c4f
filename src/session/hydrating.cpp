// From rows to objects: one row, one object, by way of the identity map.
#include <algorithm>
#include <bit>
#include <cstring>

#include <kin/graph/fields.hpp>
#include <kin/session/database.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/raw.hpp>

#include "session/autoflush.hpp"
#include "session/blank_object.hpp"
#include "session/core.hpp"
#include "session/distinct_owners.hpp"
#include "session/flush_choice.hpp"
#include "session/join_loading.hpp"
#include "session/model_sql.hpp"
#include "session/row_reader.hpp"

namespace kin::detail {

using graph::life;
using graph::mark;
using graph::node;
using graph::slot_access;

namespace {

void set_absent(node& n, std::uint64_t columns, bool absent) noexcept {
    const mapping::model& m = *n.in->what;
    for (std::uint64_t left = columns & m.deferred; left != 0; left &= left - 1) {
        const mapping::column& c = m.columns[static_cast<std::size_t>(std::countr_zero(left))];
        *(static_cast<bool*>(n.object()) + c.absent_at) = absent;
    }
}

}  // namespace

const std::byte* overwrite(node& n, const mapping::model& m, engine::cursor& row, int first, graph::arena& home) {
    // Decoding wants an object in its default state: one on the side, whose values then move by way of a snapshot.
    const blank_object side{*m.type};
    row.decode(m.fields, side.at, first);
    const std::byte* packed = graph::pack(m, side.at, home);
    graph::unpack(m, n.object(), packed);
    mark_read(n, m.deferred);
    return packed;
}

void mark_read(node& n, std::uint64_t columns) noexcept { set_absent(n, columns, false); }

void supply(node& n, const row_shape& shape, engine::cursor& row, int first, std::uint64_t columns, bool over_changes,
            graph::arena& home) {
    const mapping::model& m = shape.what;
    const blank_object side{*m.type};
    row.decode(shape.missing == 0 ? m.fields : shape.fields, side.at, first);
    std::uint64_t changed = 0;
    if (n.snapshot() != nullptr && !over_changes) (void)graph::compare(m, n.object(), n.snapshot(), changed);
    const auto copy = [&](void* to, std::uint64_t which) {
        value scratch;
        for (std::size_t i = 0; i < m.fields.size(); ++i) {
            if ((which >> i & 1) != 0) graph::assign(m.fields[i], to, graph::view(m.fields[i], side.at, scratch));
        }
    };
    if (n.snapshot() != nullptr) {
        const blank_object before{*m.type};
        graph::unpack(m, before.at, n.snapshot());
        copy(before.at, columns);
        n.snapshot(graph::pack(m, before.at, home));
    }
    copy(n.object(), columns & ~changed);
    mark_read(n, columns);
}

node* node_at(graph::pool& p, engine::cursor& row, int first) {
    if (p.identities.integer_key()) return p.identities.find(row.integer(first));
    const std::size_t count = p.what->primary_key.size();
    value_view parts[8];
    value kept[8];
    for (std::size_t i = 0; i < count; ++i) {
        kept[i] = value{row.cell(first + static_cast<int>(i))};  // reading the next cell may move the last one
        parts[i] = kept[i].view();
    }
    return p.identities.find(std::span<const value_view>{parts, count});
}

node* session_core::hydrate(model_state& s, engine::cursor& row, int first, graph::group* in, bool refresh,
                            const row_shape* shape) {
    graph::pool& p = *s.objects;
    const mapping::model& m = *p.what;
    const bool whole = shape == nullptr || shape->missing == 0;
    node* known = nullptr;
    std::int64_t key = 0;
    if (p.identities.integer_key()) {
        key = row.integer(first + (whole ? m.primary_key[0] : shape->at(m.primary_key[0])));
        known = p.identities.find(key);
    } else {
        value_view parts[8];
        value kept[8];
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) {
            parts[i] = row.cell(first + (whole ? m.primary_key[i] : shape->at(m.primary_key[i])));
            kept[i] = value{parts[i]};  // reading the next cell may move the last one
        }
        for (std::size_t i = 0; i < m.primary_key.size(); ++i) parts[i] = kept[i].view();
        known = p.identities.find(std::span<const value_view>{parts, m.primary_key.size()});
    }
    if (known != nullptr) return hydrate_known(*known, row, first, in, refresh, whole ? nullptr : shape);
    node* n = arena_->reserve(p);
    m.type->construct(n->object());
    n->word = 0;
    try {
        if (p.key_first) {
            // The key is known already: it is not read a second time.
            std::memcpy(static_cast<std::byte*>(n->object()) + m.fields[0].offset, &key, sizeof key);
            row.decode(std::span{whole ? m.fields : shape->fields}.subspan(1), n->object(), first + 1);
        } else {
            row.decode(whole ? m.fields : shape->fields, n->object(), first);
        }
        n->in = in != nullptr ? in : lacking(p.loners, whole ? 0 : shape->missing);
        if (wrote_) make_room(past_.turns);
        if (p.identities.integer_key()) {
            p.identities.insert(key, n);
        } else {
            p.identities.insert(n);
        }
    } catch (...) {
        m.type->destroy(n->object());
        throw;
    }
    arena_->keep(p);
    if (!whole) set_absent(*n, shape->missing, true);
    mark_unloaded(*n, p);
    now_read(*n);
    return n;
}

void session_core::announce_read(node& n) {
    if (!hooked(event::after_load, n.in->what)) return;
    try {
        announce(n);
    } catch (...) {
        // Whoever reads the row again finds no object that its hook has not seen to the end.
        if (n.state() == life::persistent) {
            state_of(*n.in->what).objects->identities.erase(&n);
            n.word = 0;
            n.state(life::detached);
        }
        throw;
    }
}

void row_reader::read_all(std::vector<node*>& to, bool refresh) {
    while (row_.next()) {
        node* there = known();
        to.push_back(there == nullptr ? make() : session_.hydrate_known(*there, row_, 0, in_, refresh, nullptr));
    }
}

/// The group, or its copy for those of its objects that lack these columns.
graph::group* session_core::lacking(graph::group& g, std::uint64_t columns) {
    if (g.missing == columns) return &g;
    for (graph::group* part = g.parts; part != nullptr; part = part->parts) {
        if (part->missing == columns) return part;
    }
    auto* part = new (arena_->bytes(sizeof(graph::group))) graph::group{g};
    part->missing = columns;
    g.parts = part;
    return part;
}

void session_core::list_rows(graph::group& g, node* const* rows, std::size_t count) noexcept {
    for (graph::group* each = &g; each != nullptr; each = each->parts) {
        each->rows = rows;
        each->count = static_cast<std::uint32_t>(count);
    }
}

/// A row of an object that the session has: it stays as it is, but for what it lacks.
node* session_core::hydrate_known(node& n, engine::cursor& row, int first, graph::group* in, bool refresh,
                                  const row_shape* shape) {
    const mapping::model& m = *n.in->what;
    const std::uint64_t lacks = n.in->missing;
    const std::uint64_t unread = shape == nullptr ? 0 : shape->missing;
    if (unread == 0 && (refresh || (n.word & node::expired) != 0)) {
        const std::byte* packed = overwrite(n, m, row, first, *arena_);
        n.word &= ~node::expired;
        if (n.snapshot() != nullptr) n.snapshot(packed);
        if (wrote_) past_.turns.emplace_back(&n, turn::read);
    } else if ((n.word & node::expired) != 0 && (unread & ~lacks) == 0) {
        supply(n, *shape, row, first, ~unread, true, *arena_);  // all that it has
        n.word &= ~node::expired;
        if (wrote_) past_.turns.emplace_back(&n, turn::read);
    } else if ((lacks & ~unread) != 0) {
        supply(n, shape == nullptr ? row_shape{m, 0} : *shape, row, first, lacks & ~unread, false, *arena_);
        if (wrote_) past_.turns.emplace_back(&n, turn::read);
    }
    graph::group* const now = lacking(in != nullptr ? *in : *n.in, n.in->missing & unread);
    if (now != n.in) {
        if (now->plan != n.in->plan) sayings_.leaves_group(n, *arena_);
        n.in = now;
    }
    return &n;
}

graph::row_list session_core::finish_rows(graph::group* g, std::vector<node*>& found) {
    const auto count = static_cast<std::uint32_t>(found.size());
    node** rows = nullptr;
    if (count != 0) {
        rows = arena_->array<node*>(count);
        std::memcpy(static_cast<void*>(rows), found.data(), count * sizeof *rows);
    }
    list_rows(*g, rows, count);
    return {arena_, rows, count};
}

// -- one object -----------------------------------------------------------------------------------------------------

const model_sql& session_core::sql_of(model_state& s, const mapping::model& m, const site& where) {
    if (s.sql == nullptr) s.sql = &statements_of(m, connection(where).dialect());
    return *s.sql;
}

/// The one row of a statement, with what its model says comes with it.
node* session_core::load_one(model_state& s, engine::cursor&& row, const site& where) {
    if (!row.next()) return nullptr;
    // Most have nobody of that key here and one whole row to read.
    row_reader reader{*this, s, row, &s.objects->loners, s.sql->shape};
    node* n =
        reader.reads() && reader.known() == nullptr ? reader.make() : hydrate(s, row, 0, nullptr, false, &s.sql->shape);
    row.finish();
    if (std::unique_ptr<std::vector<eager>> declared = resolved(*s.objects->what, nullptr)) {
        const query_scope query{*this, false};
        const load_level level{keep(declared), nullptr};
        flush_before(level, where);
        load_below({&n, 1}, level, true, nullptr, nullptr, where);
    }
    return n;
}

bool still_there(node& known) {
    if (known.state() == life::removed) return false;
    try {
        graph::look(&known);
    } catch (const not_found&) {
        return false;
    }
    return true;
}

/// Whether a scope shows what is here already, only the database knows; that it is removed, memory does. What lacks
/// columns is not handed out: they are read.
node* session_core::shown(node& known, const site& where) {
    if (!still_there(known) || soft_removed(known)) return nullptr;
    const std::uint64_t columns = graph::left_out(known);
    if (columns == 0 || known.state() != life::persistent) return &known;
    node* const one = &known;
    load_columns({&one, 1}, columns, false, where);
    return graph::left_out(known) == 0 ? &known : nullptr;
}

node* session_core::get(const mapping::model& m, std::int64_t key, const site& where) {
    const session_guard guard{*this, where};
    model_state& s = state_of(m);
    graph::pool& p = *s.objects;
    if (!p.identities.integer_key()) {
        const value one{key};
        return get(m, std::span{&one, 1}, where);
    }
    node* known = p.identities.find(key);
    if (known != nullptr && (m.scope == nullptr || known->state() == life::removed)) return shown(*known, where);
    const value one{key};
    return load_visible(s, {&one, 1}, where);
}

node* session_core::get(const mapping::model& m, std::span<const value> key, const site& where) {
    const session_guard guard{*this, where};
    if (key.size() != m.primary_key.size()) {
        throw usage_error{m.name + "'s primary key has " + std::to_string(m.primary_key.size()) + " columns, not " +
                              std::to_string(key.size()),
                          {.where = where}};
    }
    model_state& s = state_of(m);
    std::vector<value_view> views;
    for (const value& v : key) views.push_back(v.view());
    node* known = s.objects->identities.find(views);
    if (known != nullptr && (m.scope == nullptr || known->state() == life::removed)) return shown(*known, where);
    return load_visible(s, key, where);
}

node* session_core::load_visible(model_state& s, std::span<const value> key, const site& where) {
    const mapping::model& m = *s.objects->what;
    if (m.scope == nullptr) {
        flush_before_get(m, where);
        return load_one(s, connection(where).run(sql_of(s, m, where).by_key, {.values = key}), where);
    }
    sql::select q;
    q.from.push_back(mapping::source_of(m));
    sql_of(s, m, where).shape.add_to(q);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const sql::expr column = sql::column(&m, m.columns[m.primary_key[i]].name);
        q.where = sql::both(q.where, sql::binary(sql::op::equal, column, sql::literal(key[i])));
    }
    flush_before(q, {}, where);
    engine::connection& c = connection(where);
    const sql::compiled text = sql::compile(q, c.dialect(), where);
    return load_one(s, c.run(text.text, {.values = text.parameters}), where);
}

// -- queries --------------------------------------------------------------------------------------------------------

graph::row_list session_core::run(query_plan& plan, const site& where) {
    const session_guard guard{*this, where};
    const query_scope query{*this, true};
    const mapping::model& m = *plan.what;
    std::unique_ptr<std::vector<eager>> tree = resolved(m, plan.with.level());
    const load_level level{keep(tree), nullptr};
    if (level.said != nullptr) {
        for (const eager& e : *level.said) {
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

    join_loading joins{*this, where};
    std::optional<sql::select> joined;
    if (level.said != nullptr || !plan.aggregates.empty()) {
        joined = found_by;
        joins.add_to(*joined, shape, level);
    }
    const int first_answer = joined ? static_cast<int>(joined->columns.size()) : 0;
    std::vector<graph::kept_aggregate*> asked;
    if (!plan.aggregates.empty()) asked = add_aggregates(plan, *joined, where);
    const sql::select& s = joins.empty() && asked.empty() ? found_by : *joined;
    flush_before(s, level, where);
    engine::connection& c = connection(where);
    const sql::compiled compiled = sql::compile(s, c.dialect(), where);

    model_state& state = state_of(m);
    auto* g = new (arena_->bytes(sizeof(graph::group))) graph::group{arena_, &m, m.type};
    g->whole_table = plan.unrestricted();
    g->where = where;
    g->missing = shape.missing;
    g->plan = sayings_.lasting(level, *arena_);
    // Taken, not borrowed: a nested load may run while this one is open.
    std::vector<node*> found = std::exchange(scratch_, {});
    found.clear();
    {
        engine::cursor row = c.run(compiled.text, {.values = compiled.parameters});
        const auto answered = [&](const node& n) {
            for (std::size_t i = 0; i < asked.size(); ++i) {
                row.decode({asked[i]->io, 1},
                           arena_->aggregates().room(*asked[i], n, plan.aggregates[i].condition, *arena_),
                           first_answer + static_cast<int>(i));
                arena_->aggregates().settled(*asked[i], n);
            }
        };
        page_end* const end = plan.end;
        if (joins.empty() && s.joins.empty()) {
            row_reader reader{*this, state, row, g, shape};
            if (reader.reads() && asked.empty() && end == nullptr) {
                reader.read_all(found, plan.refresh);
            } else {
                while (row.next() && (end == nullptr || !end->reached(found.size()))) {
                    found.push_back(hydrate(state, row, 0, g, plan.refresh, &shape));
                    if (!asked.empty()) answered(*found.back());
                    if (end != nullptr) end->note(row, shape);
                }
            }
        } else {
            // A join may show a row several times: it is one object, in the place where it came first.
            std::unordered_set<const node*> met;
            while (row.next()) {
                node* n = hydrate(state, row, 0, g, plan.refresh, &shape);
                if (met.insert(n).second) {
                    if (end != nullptr && end->reached(found.size())) {
                        n->in = lacking(state.objects->loners, n->in->missing);
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
    graph::row_list rows = finish_rows(g, found);
    found.clear();
    scratch_ = std::move(found);
    say({rows.begin(), rows.size()}, level);
    joins.finish();
    // Places of DISTINCT rows are not those of their keys: what counts them is no subquery.
    const bool counted = plan.select.distinct && (plan.select.limit || plan.select.offset);
    load_below({rows.begin(), rows.size()}, level, true, counted ? nullptr : &found_by, &joins, where);
    return rows;
}

engine::cursor session_core::rows(const sql::select& s, const site& where) {
    const session_guard guard{*this, where};
    flush_before(s, {}, where);
    engine::connection& c = connection(where);
    sql::compiled compiled = sql::compile(s, c.dialect(), where);
    return c.run_holding(compiled.text, std::move(compiled.parameters));
}

graph::row_list session_core::run_raw(const mapping::model& m, std::string_view sql, std::span<const value> parameters,
                                      const site& where) {
    const session_guard guard{*this, where};
    if (autoflush && !flushing_ && dirty())
        flush(where, flush_choice::ready());  // nobody knows which tables the text reads
    model_state& s = state_of(m);
    engine::connection& link = connection(where);
    const std::string text = sql::with_placeholders(sql, link.dialect());
    before_writing();
    engine::cursor row = link.run(text, {.values = parameters});
    wrote_ = true;  // it may: INSERT … RETURNING
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
    auto* g = new (arena_->bytes(sizeof(graph::group))) graph::group{arena_, &m, m.type};
    g->where = where;
    std::vector<node*> found;
    for (; more; more = row.next()) found.push_back(hydrate(s, row, 0, g, false));
    graph::row_list rows = finish_rows(g, found);
    const query_scope query{*this, true};
    say({rows.begin(), rows.size()}, {});
    return rows;
}

std::int64_t session_core::execute(const sql::update& u, const mapping::model& m, const site& where) {
    const session_guard guard{*this, where};
    if (may_flush()) {
        tables_read both;  // what it writes is read, too
        both.add(m);
        both.add(u.where);
        for (const sql::assignment& each : u.set) both.add(each.to);
        flush_before(both, where);
    }
    engine::connection& c = connection(where);
    const sql::compiled compiled = sql::compile(u, c.dialect(), where);
    before_writing();
    wrote_ = true;
    arena_->aggregates().outdate();
    return c.execute(compiled.text, compiled.parameters);
}

std::int64_t session_core::execute(std::string_view sql, std::span<const value> parameters, const site& where) {
    const session_guard guard{*this, where};
    flush(where);
    engine::connection& c = connection(where);
    before_writing();
    wrote_ = true;
    arena_->aggregates().outdate();
    return c.execute(sql::with_placeholders(sql, c.dialect()), parameters);
}

std::int64_t session_core::execute(const sql::remove& r, const mapping::model& m, const site& where) {
    const session_guard guard{*this, where};
    if (autoflush && dirty()) flush(where, flush_choice::ready());
    engine::connection& c = connection(where);
    const sql::compiled compiled = sql::compile(r, c.dialect(), where);
    before_writing();
    wrote_ = true;
    arena_->aggregates().outdate();
    (void)m;
    return c.execute(compiled.text, compiled.parameters);
}

}  // namespace kin::detail
