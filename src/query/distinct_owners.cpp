#include "query/distinct_owners.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kin::detail {

namespace {

std::vector<sql::expr> key_of(const query_plan& plan) {
    std::vector<sql::expr> key;
    for (const std::uint16_t c : plan.what->primary_key) {
        key.push_back(sql::column(plan.what, plan.what->columns[c].name, plan.select.from[0].alias));
    }
    return key;
}

std::string key_label(std::size_t i) { return "kin_key" + std::to_string(i); }

sql::expr is_among(const query_plan& plan, sql::select keys) {
    std::vector<sql::expr> key = key_of(plan);
    return sql::in_select(key.size() == 1 ? key[0] : sql::list(sql::op::row, std::move(key)), std::move(keys));
}

/// Whether all rows of an object have the same value.
bool of_object(const query_plan& plan, const sql::expr& e) {
    if (e.empty()) return true;
    if (e->query || e->over || e->what == sql::op::raw) return false;
    if (e->what == sql::op::column) return e->identity == plan.what && e->text2 == plan.select.from[0].alias;
    return std::all_of(e->args.begin(), e->args.end(), [&](const sql::expr& each) { return of_object(plan, each); });
}

bool ordered_by_object(const query_plan& plan) {
    return std::all_of(plan.select.order_by.begin(), plan.select.order_by.end(),
                       [&](const sql::ordering& o) { return of_object(plan, o.by); });
}

/// The rows of the plan, of no column yet and in no order, for use within another select.
sql::select rows_of(const query_plan& plan) {
    sql::select s = plan.select;
    s.with.clear();  // what is around them has it
    s.columns.clear();
    s.order_by.clear();
    s.limit.reset();
    s.offset.reset();
    s.lock = sql::row_lock::none;
    return s;
}

sql::select keys_found(const query_plan& plan) {
    sql::select s = rows_of(plan);
    for (sql::expr& part : key_of(plan)) s.columns.push_back({std::move(part), {}});
    return s;
}

/// Each object once, in order, where its own columns say the order.
sql::select objects_found(const query_plan& plan) {
    sql::select s = plan.select;
    s.from.resize(1);
    s.joins.clear();
    s.where = is_among(plan, keys_found(plan));
    return s;
}

/// The keys of the first objects, in the order of the rows that show them first.
sql::select first_keys(const query_plan& plan) {
    constexpr const char* rows = "kin_rows";
    constexpr const char* place = "kin_row";
    std::vector<sql::expr> key = key_of(plan);
    sql::select numbered = rows_of(plan);
    std::vector<sql::ordering> order = plan.select.order_by;
    for (const sql::expr& part : key) order.push_back({part, false, {}});
    sql::select first;
    for (std::size_t i = 0; i < key.size(); ++i) {
        numbered.columns.push_back({std::move(key[i]), key_label(i)});
        const sql::expr part = sql::column(nullptr, key_label(i), rows);
        first.columns.push_back({part, key_label(i)});
        first.group_by.push_back(part);
    }
    numbered.columns.push_back({sql::over(sql::function("row_number", {}), {.order_by = std::move(order)}), place});
    first.from.push_back(sql::derived(std::move(numbered), rows));
    first.order_by.push_back({sql::function("min", {sql::column(nullptr, place, rows)}), false, {}});
    return first;
}

/// Not every database takes a LIMIT inside of IN (…).
sql::select limited(sql::select keys, const query_plan& plan) {
    constexpr const char* owners = "kin_owners";
    for (std::size_t i = 0; i < keys.columns.size(); ++i) keys.columns[i].label = key_label(i);
    keys.limit = plan.select.limit;
    keys.offset = plan.select.offset;
    sql::select outer;
    for (std::size_t i = 0; i < keys.columns.size(); ++i) {
        outer.columns.push_back({sql::column(nullptr, key_label(i), owners), {}});
    }
    outer.from.push_back(sql::derived(std::move(keys), owners));
    return outer;
}

}  // namespace

bool limits_rows(const query_plan& plan) noexcept {
    const sql::select& s = plan.select;
    return plan.repeats && (s.limit || s.offset) && !s.distinct && s.group_by.empty() && s.having.empty();
}

sql::select of_whole_objects(const query_plan& plan, bool rows) {
    const bool by_object = plan.select.from.size() == 1 && ordered_by_object(plan);
    if (by_object && !rows) return objects_found(plan);
    sql::select keys;
    if (by_object) {
        keys = objects_found(plan);
        keys.with.clear();
        keys.lock = sql::row_lock::none;
        for (sql::expr& part : key_of(plan)) keys.columns.push_back({std::move(part), {}});
    } else {
        keys = first_keys(plan);
    }
    sql::select s = plan.select;
    s.limit.reset();
    s.offset.reset();
    s.where = sql::both(s.where, is_among(plan, limited(std::move(keys), plan)));
    return s;
}

sql::select any_found(const query_plan& plan) {
    // A limit leaves one, unless it leaves none; an offset may skip all.
    sql::select s = plan.select.offset && limits_rows(plan) ? of_whole_objects(plan, false) : plan.select;
    s.columns.clear();
    s.columns.push_back({sql::literal(value{1}), {}});
    s.order_by.clear();
    s.lock = sql::row_lock::none;
    s.limit = std::min<std::int64_t>(s.limit.value_or(1), 1);
    return s;
}

sql::select counting(const query_plan& plan) {
    const sql::select& asked = plan.select;
    const bool grouped = !asked.group_by.empty() || !asked.having.empty();
    const bool once = plan.repeats && !grouped && !asked.distinct;
    sql::select s = limits_rows(plan) ? of_whole_objects(plan, false) : asked;
    s.columns.clear();
    s.order_by.clear();
    s.lock = sql::row_lock::none;
    std::vector<sql::expr> key = key_of(plan);
    const bool repeats = once && !s.joins.empty();
    if (repeats && key.size() == 1) {
        s.columns.push_back({sql::function("count", {key[0]}, true), {}});
        return s;
    }
    // What makes rows is kept: limits and groups go into a subquery.
    if (repeats || s.distinct || grouped || s.limit || s.offset) {
        s.distinct = s.distinct || repeats;
        for (std::size_t i = 0; s.distinct && i < key.size(); ++i) s.columns.push_back({std::move(key[i]), {}});
        sql::select whole;
        whole.from.push_back(sql::derived(std::move(s), {}));
        s = std::move(whole);
    }
    s.columns.push_back({sql::function("count", {sql::star()}), {}});
    return s;
}

}  // namespace kin::detail
