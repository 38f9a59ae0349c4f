// What a query does beyond building its statement.
#include <kin/session/query.hpp>
#include <kin/session/session.hpp>
#include <kin/sql/compare.hpp>

#include "mapping/joining.hpp"
#include "session/core.hpp"
#include "session/distinct_owners.hpp"
#include "session/existence.hpp"
#include "session/model_sql.hpp"
#include "session/soft_removal.hpp"
#include "session/stamping.hpp"

namespace kin::detail {

void start(query_plan& plan, const mapping::model& m) {
    plan.what = &m;
    plan.select.from.push_back(mapping::source_of(m));
}

void restrict_to(query_plan& plan, const sql::expr& condition) {
    plan.select.where = sql::both(plan.select.where, condition);
}

void order(query_plan& plan, sql::ordering by) { plan.select.order_by.push_back(std::move(by)); }

void join(query_plan& plan, sql::join_kind how, sql::source to, const sql::expr& on) {
    plan.repeats = true;
    plan.select.joins.push_back({how, std::move(to), on});
}

void join(query_plan& plan, sql::join_kind how, const mapping::relation& r) {
    if (!r.problem.empty()) throw mapping_error{r.problem};
    if (r.tree()) {
        throw usage_error{r.owner->name + "." + r.name +
                          " is found by recursion, and cannot be joined: ask with any(…) or .with(…)"};
    }
    for (const mapping::relation* hop : r.hops) join(plan, how, *hop);
    if (r.through()) return;
    const bool one = r.holds_key() || (!r.to_many() && (r.computed() || r.target->unique(r.key->columns)));
    const bool repeats = plan.repeats || !one;
    if (r.linked()) join(plan, how, mapping::source_of(*r.links->through), mapping::key_condition(*r.key));
    join(plan, how, mapping::source_of(*r.target),
         sql::both(mapping::key_condition(r.linked() ? *r.far : *r.key),
                   sql::both(mapping::fixed_condition(r), mapping::chosen_condition(r))));
    plan.repeats = repeats;
}

std::int64_t count(session_core& core, const query_plan& plan, const site& where) {
    const session_guard guard{core, where};
    engine::cursor row = core.rows(counting(plan), where);
    row.next();
    return row.integer(0);
}

bool exists(session_core& core, const query_plan& plan, const site& where) {
    sql::select s = plan.select;
    s.columns.clear();
    s.columns.push_back({sql::literal(value{1}), {}});
    s.order_by.clear();
    s.lock = sql::row_lock::none;
    s.limit = 1;
    const session_guard guard{core, where};
    engine::cursor row = core.rows(s, where);
    return row.next();
}

sql::expr named_condition(const mapping::model& m, std::string_view column, std::string_view op, value v,
                          const site& where) {
    const std::size_t dot = column.rfind('.');
    if (dot != std::string_view::npos && m.find_column(column) == nullptr) {
        const auto path = path_of(m, column.substr(0, dot), where);
        return existing(path, named_condition(*path.back()->target, column.substr(dot + 1), op, std::move(v), where),
                        false, where);
    }
    const mapping::column& c = m.require_column(column, where);
    return sql::compare(sql::column(&m, c.name), op, std::move(v), where);
}

sql::expr named_existence(const mapping::model& m, std::string_view path, std::string_view op, std::int64_t count,
                          const site& where) {
    std::vector<const mapping::relation*> relations = path_of(m, path, where);
    const sql::op how = sql::comparison_operator(op, where);
    if (how == sql::op::like || how == sql::op::not_like) {
        throw usage_error{"rows are counted: '" + std::string{op} + "' does not compare numbers", {.where = where}};
    }
    const mapping::relation& last = *relations.back();
    relations.pop_back();
    const bool some = (how == sql::op::greater_equal && count == 1) ||
                      ((how == sql::op::greater || how == sql::op::not_equal) && count == 0);
    const bool none =
        (how == sql::op::less && count == 1) || ((how == sql::op::equal || how == sql::op::less_equal) && count == 0);
    sql::expr held = some || none ? existing(last, sql::expr{}, none, where)
                                  : sql::binary(how, related(last, {}, {}, where), sql::literal(value{count}));
    return existing(relations, held, false, where);
}

void named_order(query_plan& plan, std::string_view names, const site& where) {
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        std::string_view name = names.substr(0, comma);
        names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
        while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
        while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
        const bool descending = !name.empty() && name.front() == '-';
        if (descending) name.remove_prefix(1);
        const mapping::column& c = plan.what->require_column(name, where);
        plan.select.order_by.push_back({sql::column(plan.what, c.name), descending, {}});
    }
}

void join(query_plan& plan, sql::join_kind how, const table_expression& t, const sql::expr& on) {
    sql::source to = t.joined_to(plan.select);
    join(plan, how, std::move(to), on);
}

void lock(query_plan& plan, sql::row_lock how, sql::when_locked locked) {
    plan.select.lock = how;
    plan.select.locked = locked;
}

key_parts::key_parts() noexcept = default;
key_parts::key_parts(std::int64_t number) noexcept : number_{number} {}
key_parts::key_parts(const key_parts&) = default;
key_parts::key_parts(key_parts&&) noexcept = default;
key_parts& key_parts::operator=(const key_parts&) = default;
key_parts& key_parts::operator=(key_parts&&) noexcept = default;
key_parts::~key_parts() = default;
bool key_parts::is_number() const noexcept { return parts_.empty(); }
const std::vector<value>& key_parts::parts() const noexcept { return parts_; }
void key_parts::add(value part) { parts_.push_back(std::move(part)); }

void throw_no_row(const mapping::model& m, const site& where) {
    throw not_found{m.name + " has no row with this key", {.where = where}};
}

void throw_not_one(const mapping::model& m, bool none, const site& where) {
    if (none) throw not_found{"one " + m.name + " was asked for and none found", {.where = where}};
    throw multiple_found{"one " + m.name + " was asked for and more found", {.where = where}};
}

namespace {
void require_plain(const query_plan& plan, const char* what, const site& where) {
    const sql::select& s = plan.select;
    const bool plain =
        s.joins.empty() && !s.distinct && !s.limit && !s.offset && s.group_by.empty() && s.having.empty();
    if (plain || plan.unrestricted()) return;
    throw usage_error{std::string{what} + " takes conditions only: no joins, groups or limits", {.where = where}};
}
}  // namespace

std::int64_t update(session_core& core, const query_plan& plan, std::vector<sql::assignment> set, const site& where) {
    require_plain(plan, "update", where);
    sql::update u;
    u.table = plan.select.from[0];
    u.set = std::move(set);
    u.where = sql::both(plan.select.where, plan.select.from[0].only);
    return core.execute(u, *plan.what, where);
}

std::int64_t remove(session_core& core, const query_plan& plan, bool for_good, const site& where) {
    require_plain(plan, "remove", where);
    const sql::expr rows = sql::both(plan.select.where, plan.select.from[0].only);
    if (!for_good && plan.what->soft_deleted != nullptr) {
        return core.execute(soft_removal(*plan.what, rows, now_in_microseconds()), *plan.what, where);
    }
    sql::remove r;
    r.from = plan.select.from[0];
    r.where = rows;
    return core.execute(r, *plan.what, where);
}

std::int64_t restore(session_core& core, const query_plan& plan, const site& where) {
    require_plain(plan, "restore", where);
    mapping::visibility sees = plan.sees;
    sees.soft = mapping::visibility::removed::alone;
    const sql::expr rows = sql::both(plan.select.where, mapping::visible_rows(*plan.what, sees));
    return core.execute(soft_removal(*plan.what, rows, std::nullopt), *plan.what, where);
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
