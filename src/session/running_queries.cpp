// What queries ask of their session.
#include <algorithm>

#include <kin/mapping/column.hpp>
#include <kin/query/aggregates.hpp>
#include <kin/query/pages.hpp>
#include <kin/query/projection.hpp>
#include <kin/query/query.hpp>
#include <kin/query/tree.hpp>
#include <kin/repository.hpp>

#include "graph/blank_object.hpp"
#include "mapping/scope.hpp"
#include "query/distinct_owners.hpp"
#include "query/pages.hpp"
#include "query/query_plan.hpp"
#include "session/core.hpp"
#include "statements/soft_removal.hpp"
#include "statements/stamping.hpp"
#include "writing/named_values.hpp"

namespace kin::detail {

using graph::node;

namespace {
void require_plain(const query_plan& plan, const char* what, const site& where) {
    const sql::select& s = plan.select;
    const bool plain =
        s.joins.empty() && !s.distinct && !s.limit && !s.offset && s.group_by.empty() && s.having.empty();
    if (plain || plan.unrestricted()) return;
    throw usage_error{std::string{what} + " takes conditions only: no joins, groups or limits", {.where = where}};
}
}  // namespace

node* first(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    guard.before_reading();
    return core.loading.queries.first(plan, where);
}

node* one_or_none(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    guard.before_reading();
    query_plan two = plan;
    two.select.limit = std::min<std::int64_t>(plan.select.limit.value_or(2), 2);
    const graph::row_list found = core.loading.queries.run(two, where);
    if (found.size() > 1) throw_not_one(*plan.what, false, where);
    return found.size() == 0 ? nullptr : *found.begin();
}

void load(session_core& core, node* const* nodes, std::size_t count, const std::vector<const mapping::relation*>& path,
          bool missing_only, const site& where) {
    const session_guard guard{core, where};
    load_tree what;
    what.add(path);
    core.loading.relations.load({nodes, count}, what, missing_only, where);
}

std::int64_t count(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    engine::cursor row = core.loading.queries.rows(counting(plan), where);
    row.next();
    return row.integer(0);
}

bool exists(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    engine::cursor row = core.loading.queries.rows(any_found(plan), where);
    return row.next();
}

std::int64_t update(session_core& core, const query_plan& plan, std::vector<sql::assignment> set, const site& where) {
    const session_guard guard{core, where};
    require_plain(plan, "update", where);
    sql::update u;
    u.table = plan.select.from[0];
    u.set = std::move(set);
    u.where = sql::both(plan.select.where, plan.select.from[0].only);
    return core.loading.queries.execute(u, *plan.what, where);
}

std::int64_t remove(session_core& core, const query_plan& plan, bool for_good, const site& where) {
    const session_guard guard{core, where};
    require_plain(plan, "remove", where);
    const sql::expr rows = sql::both(plan.select.where, plan.select.from[0].only);
    if (!for_good && plan.what->soft_deleted != nullptr) {
        return core.loading.queries.execute(soft_removal(*plan.what, rows, now_in_microseconds()), *plan.what, where);
    }
    sql::remove r;
    r.from = plan.select.from[0];
    r.where = rows;
    return core.loading.queries.execute(r, *plan.what, where);
}

std::int64_t restore(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    require_plain(plan, "restore", where);
    mapping::visibility sees = plan.sees;
    sees.soft = mapping::visibility::removed::alone;
    const sql::expr rows = sql::both(plan.select.where, mapping::visible_rows(*plan.what, sees));
    return core.loading.queries.execute(soft_removal(*plan.what, rows, std::nullopt), *plan.what, where);
}

void read_rows(session_core& core, const sql::select& s, const field* fields, std::size_t count, row_sink to,
               const site& where) {
    const session_guard guard{core, where};
    engine::cursor row = core.loading.queries.rows(s, where);
    while (row.next()) {
        void* at = to.next(to.rows);
        if (at == nullptr) return;
        row.decode({fields, count}, at);
    }
}

graph::row_list read_page(session_core& core, const query_plan& plan, std::int64_t number, std::int64_t size,
                          std::int64_t& total, const site& where) {
    query_plan part = page_of(plan, number, size, where);
    const session_guard guard{core, where};
    graph::row_list found = core.loading.queries.run(part, where);
    const auto here = static_cast<std::int64_t>(found.size());
    const std::int64_t before = (number - 1) * size;
    // The last page says itself how many there are.
    const bool last = here < size && (here > 0 || before == 0) && plan.select.group_by.empty();
    total = last ? before + here : count(core, plan, where);
    return found;
}

graph::row_list read_after(session_core& core, const query_plan& plan, std::string_view cursor, std::int64_t size,
                           std::string& next, const site& where) {
    keyset_page page{plan, cursor, size, where};
    const session_guard guard{core, where};
    graph::row_list found = core.loading.queries.run(page.part, where);
    next = page.next();
    return found;
}

void load_columns(session_core& core, node* const* nodes, std::size_t count, std::initializer_list<std::size_t> offsets,
                  bool again, const site& where) {
    const session_guard guard{core, where};
    if (count == 0) return;
    std::uint64_t columns = 0;
    for (const std::size_t each : offsets) columns |= column_bit(*nodes[0]->in->what, each);
    core.loading.columns.load_columns({nodes, count}, columns, again, where);
}

void refresh(session_core& core, node& n, std::initializer_list<named_member> parts, const site& where) {
    const session_guard guard{core, where};
    node* const one = &n;
    std::uint64_t columns = 0;
    for (const named_member& each : parts) {
        if (each.relation == nullptr) columns |= column_bit(*n.in->what, each.offset);
    }
    core.loading.columns.load_columns({&one, 1}, columns, true, where);
    for (const named_member& each : parts) {
        if (each.relation != nullptr) load(core, &one, 1, {each.relation}, false, where);
    }
}

void load(session_core& core, const object_list& objects, const asked& a, const site& where) {
    const session_guard guard{core, where};
    core.loading.aggregates.load({objects.all, objects.count}, a.over, a.what, a.condition, where);
}

const mapping::relation& relation_of(const graph::to_many& slot, const site& where) {
    if (!graph::slot_access::attached(slot)) {
        throw usage_error{"the relation of an object that is in no session cannot be queried: add it first",
                          {.where = where}};
    }
    const mapping::relation& r = graph::slot_access::relation(*graph::owner_of(&slot), slot);
    if (!r.problem.empty()) throw mapping_error{r.problem, {.where = where}};
    return r;
}

session_core& session_along(const graph::to_many& slot, const site& where) {
    const mapping::relation& r = relation_of(slot, where);
    graph::host* host = graph::owner_of(&slot)->in->home->session();
    if (host == nullptr) {
        throw raised_load{r.owner->name + "." + r.name + " cannot be queried: its session is gone", {.where = where}};
    }
    return static_cast<session_core&>(*host);
}

graph::tree_list walk(const graph::to_many& slot, const load_tree& ask, const site& where) {
    session_core& core = session_along(slot, where);
    const session_guard guard{core, where};
    return core.loading.relations.walk(*graph::owner_of(&slot), ask.level()->front(), where);
}

void plan_along(const graph::to_many& slot, query_plan& plan, const site& where) {
    node& owner = *graph::owner_of(&slot);
    session_core& core = session_along(slot, where);
    const session_guard guard{core, where};
    core.loading.queries.plan_along(owner, graph::slot_access::relation(owner, slot), plan, where);
}

void add_at_once(session_core& core, const mapping::model& m, void* objects, node** nodes, std::size_t count,
                 const site& where) {
    const session_guard guard{core, where};
    core.writing.creation.add_at_once(m, objects, nodes, count, where);
}

graph::row_list list_and_count(session_core& core, const query_plan& plan, std::int64_t& total, const site& where) {
    const session_guard guard{core, where};
    query_plan part = plan;
    graph::row_list found = core.loading.queries.run(part, where);
    const auto here = static_cast<std::int64_t>(found.size());
    const std::int64_t before = plan.select.offset.value_or(0);
    // What ends before its limit says itself how many there are.
    if ((!plan.select.limit || here < *plan.select.limit) && (here > 0 || before == 0)) {
        total = before + here;
        return found;
    }
    query_plan whole = plan;
    whole.select.limit.reset();
    whole.select.offset.reset();
    total = count(core, whole, where);
    return found;
}

void require_key(session_core& core, const mapping::model& m, const void* object, const site& where) {
    const session_guard guard{core, where};
    std::vector<value> key;
    for (const std::uint16_t c : m.primary_key) {
        if (graph::unset(m.fields[c], object)) {
            throw usage_error{"this " + m.name + " has no key, so there is no row to update", {.where = where}};
        }
        value scratch;
        key.emplace_back(graph::view(m.fields[c], object, scratch));
    }
    if (core.loading.queries.get(m, key, where) == nullptr) throw_no_row(m, where);
}

namespace {

void require_no_relations(const mapping::model& m, const void* object, const site& where) {
    for (const mapping::relation& r : m.relations) {
        if (r.outside != nullptr) continue;
        const auto* word = reinterpret_cast<const std::uintptr_t*>(static_cast<const std::byte*>(object) + r.offset);
        if (*word == 0) continue;
        throw usage_error{"columns are written, no relations: set " + m.name + "." + r.name + " of what is returned",
                          {.where = where}};
    }
}

}  // namespace

graph::node* write_columns(session_core& core, const mapping::model& m, const void* object,
                           const std::vector<std::size_t>& offsets, const site& where) {
    const session_guard guard{core, where};
    require_no_relations(m, object, where);
    require_key(core, m, object, where);
    node* n = core.writing.merging.known_row(m, object, where);
    if (n == nullptr) throw_no_row(m, where);
    std::uint64_t columns = offsets.empty() ? ~std::uint64_t{0} : 0;
    for (const std::size_t offset : offsets) {
        columns |= std::uint64_t{1} << (m.column_at(offset) - m.columns.data());
    }
    graph::all_or_nothing whole{core.memory.host};
    core.writing.merging.copy_columns(m, *n, object, columns);
    core.work.flushing.flush(where);
    whole.done();
    return n;
}

graph::node* write_values(session_core& core, const mapping::model& m, const key_parts& key,
                          const std::vector<sql::assignment>& are, const site& where) {
    const session_guard guard{core, where};
    node* n = key.is_number() ? core.loading.queries.get(m, key.number(), where)
                              : core.loading.queries.get(m, key.parts(), where);
    if (n == nullptr) throw_no_row(m, where);
    const blank_object values{*m.type};
    std::uint64_t allowed = 0;
    for (std::size_t i = 0; i < m.columns.size(); ++i) {
        const mapping::column& c = m.columns[i];
        const bool kept = c.primary_key || c.computed || &c == m.version || &c == m.soft_deleted ||
                          c.does == mapping::behaviour::updated_at;
        if (!kept) allowed |= std::uint64_t{1} << i;
    }
    const std::uint64_t columns = assign_named(m, are, allowed, values.at, where);
    graph::all_or_nothing whole{core.memory.host};
    core.writing.merging.copy_columns(m, *n, values.at, columns);
    core.work.flushing.flush(where);
    whole.done();
    return n;
}

std::vector<node*> upsert(session_core& core, const mapping::model& m, void* first, std::size_t count,
                          const std::vector<std::size_t>& offsets, const std::vector<std::size_t>* written,
                          const site& where) {
    const session_guard guard{core, where};
    return core.writing.creation.upsert(m, first, count, offsets, written, where);
}

}  // namespace kin::detail

namespace kin {

detail::session_core& savepoint::open(const site& where) const {
    if (number_ == 0) throw usage_error{"this savepoint has ended already", {.where = where}};
    return session_.at(where);
}

savepoint::~savepoint() {
    detail::session_core* session = session_.find();
    if (number_ == 0 || session == nullptr) return;
    session->abandon(number_);
}

std::string session::explain_flush(const site& where) { return detail::explain(*core_, where); }

}  // namespace kin
