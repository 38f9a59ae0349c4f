// What the builders of queries say.
#include <unordered_set>

#include <kin/query/query.hpp>
#include <kin/sql/compare.hpp>

#include "mapping/dotted.hpp"
#include "mapping/fitting.hpp"
#include "mapping/scope.hpp"
#include "query/existence.hpp"
#include "query/load_options.hpp"
#include "query/query_plan.hpp"
#include "statements/joining.hpp"

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

sql::expr named_condition(const mapping::model& m, std::string_view column, std::string_view op, value v,
                          const site& where) {
    mapping::require_short(column, where);
    const std::size_t dot = column.rfind('.');
    if (dot != std::string_view::npos && m.find_column(column) == nullptr) {
        const auto path = path_of(m, column.substr(0, dot), where);
        return existing(path, named_condition(*path.back()->target, column.substr(dot + 1), op, std::move(v), where),
                        false, where);
    }
    const mapping::column& c = m.require_column(column, where);
    const sql::op how = sql::comparison_operator(op, where);
    if (how == sql::op::like || how == sql::op::not_like) {
        if (c.io.type != kind::text && c.io.type != kind::json) {
            throw unknown_name{m.name + "." + c.name + " is " + std::string{name_of(c.io.type)} + ": '" +
                                   std::string{op.substr(0, 40)} + "' is for text",
                               {.where = where}};
        }
        if (v.type() != kind::text && !v.is_null()) {
            throw conversion_error{m.name + "." + c.name + ": '" + std::string{op.substr(0, 40)} + "' takes a text",
                                   {.where = where}};
        }
    } else {
        v = mapping::fitting(m, c, std::move(v), where);
    }
    return sql::binary(how, sql::column(&m, c.name), sql::literal(std::move(v)));
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
    std::unordered_set<const mapping::column*> said;
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        std::string_view name = names.substr(0, comma);
        names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
        while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
        while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
        const bool descending = !name.empty() && name.front() == '-';
        if (descending) name.remove_prefix(1);
        const mapping::column& c = plan.what->require_column(name, where);
        if (!said.insert(&c).second) continue;  // rows that are equal in it are so a second time
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

void throw_no_row(const mapping::model& m, const site& where) {
    throw not_found{m.name + " has no row with this key", {.where = where}};
}

void throw_not_one(const mapping::model& m, bool none, const site& where) {
    if (none) throw not_found{"one " + m.name + " was asked for and none found", {.where = where}};
    throw multiple_found{"one " + m.name + " was asked for and more found", {.where = where}};
}

}  // namespace kin::detail
