// What stands below or above the rows of a model that refers to itself, as a recursive common table expression.
#include "statements/recursion.hpp"

#include <string>

#include <kin/mapping/column.hpp>

#include "sql/rewriting.hpp"
#include "statements/joining.hpp"

namespace kin::mapping {
namespace {

constexpr const char* level = "kin_depth";

std::vector<std::string> labels(const char* prefix, std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(prefix + (count == 1 ? std::string{} : std::to_string(i)));
    return all;
}

std::vector<sql::expr> columns_of_walk(const char* prefix, std::size_t count) {
    std::vector<sql::expr> all;
    for (const std::string& name : labels(prefix, count)) all.push_back(sql::column(nullptr, name, recursion::name));
    return all;
}

void add(sql::select& s, const model& m, const std::vector<std::uint16_t>& columns) {
    for (const std::uint16_t c : columns) s.columns.push_back({sql::column(&m, m.columns[c].name), {}});
}

/// Numbers of one type wherever a database has to guess.
sql::expr number(std::int64_t n) { return sql::cast(sql::literal(value{n}), kind::int64); }

sql::expr refers(const foreign_key& k) {
    sql::expr all;
    for (const std::uint16_t c : k.columns) {
        const column& of = k.owner->columns[c];
        if (of.nullable()) all = sql::both(all, sql::unary(sql::op::is_not_null, sql::column(k.owner, of.name)));
    }
    return all;
}

}  // namespace

sql::expr equal_columns(const model& m, const std::vector<std::uint16_t>& columns, const std::vector<sql::expr>& to) {
    sql::expr all;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        all = sql::both(all, sql::binary(sql::op::equal, sql::column(&m, m.columns[columns[i]].name), to[i]));
    }
    return all;
}

sql::expr row_of(const model& m, const std::vector<std::uint16_t>& columns, std::string_view alias) {
    std::vector<sql::expr> row;
    for (const std::uint16_t c : columns) row.push_back(sql::column(&m, m.columns[c].name, alias));
    return row.size() == 1 ? row[0] : sql::list(sql::op::row, row);
}

recursion recursion_of(const relation& r, bool rooted) {
    return {
        .key = *r.key, .down = r.kind == relation_kind::descendants, .rooted = rooted, .rows = source_of(*r.target)};
}

sql::source recursion::source() { return {.table = name}; }
std::vector<sql::expr> recursion::roots() const { return columns_of_walk("kin_root", key.columns.size()); }
std::vector<sql::expr> recursion::met() const { return columns_of_walk("kin_node", key.columns.size()); }
sql::expr recursion::of_met() const { return equal_columns(*key.owner, key.target_columns, met()); }

sql::cte recursion::from(const sql::expr& starts) const {
    const model& m = *key.owner;
    const std::vector<std::uint16_t>& begins = this->begins();
    const std::vector<std::uint16_t>& leads = down ? key.target_columns : key.columns;
    sql::select first;
    // Where a walk up begins is no part of it: neither a scope nor a condition is asked.
    first.from.push_back(rows);
    if (!down) first.from[0].only = {};
    if (rooted) add(first, m, begins);
    add(first, m, leads);
    first.where = sql::both(starts, down ? where : refers(key));
    if (down && starts.empty()) first.where = sql::both(refers(key), first.where);
    sql::select step;
    step.from.push_back(rows);
    step.joins.push_back({sql::join_kind::inner, source(), equal_columns(m, begins, met())});
    if (rooted) {
        for (sql::expr& c : roots()) step.columns.push_back({std::move(c), {}});
    }
    add(step, m, leads);
    step.where = sql::both(down ? sql::expr{} : refers(key), where);
    if (depth != 0) {
        const sql::expr at = sql::column(nullptr, level, name);
        first.columns.push_back({number(1), {}});
        step.columns.push_back({sql::binary(sql::op::add, at, number(1)), {}});
        step.where = sql::both(step.where, sql::binary(sql::op::less, at, number(depth)));
    }
    sql::cte made;
    made.name = name;
    made.recursive = true;
    if (rooted) made.columns = labels("kin_root", leads.size());
    for (std::string& label : labels("kin_node", leads.size())) made.columns.push_back(std::move(label));
    if (depth != 0) made.columns.emplace_back(level);
    const auto how = depth != 0 ? sql::set_operation::unite_all : sql::set_operation::unite;
    made.query = sql::inner(sql::combine(std::move(first), how, std::move(step)));
    return made;
}

sql::expr recursion::goes_on() const {
    const char* other = "kin_next";
    const model& m = *key.owner;
    sql::select next;
    next.columns.push_back({sql::literal(value{1}), {}});
    next.from.push_back(rows);
    next.from[0].alias = other;
    const auto& theirs = down ? key.columns : key.target_columns;
    const auto& own = down ? key.target_columns : key.columns;
    for (std::size_t i = 0; i < own.size(); ++i) {
        next.where =
            sql::both(next.where, sql::binary(sql::op::equal, sql::column(&m, m.columns[theirs[i]].name, other),
                                              sql::outer_column(&m, m.columns[own[i]].name)));
    }
    next.where = sql::both(next.where, sql::at_alias(where, &m, other));
    const sql::expr last = sql::binary(sql::op::equal, sql::column(nullptr, level, name), number(depth));
    return sql::case_when({sql::both(last, sql::exists(std::move(next))), number(1)}, number(0));
}

sql::expr in_met(const recursion& walk, const sql::expr& starts, std::string_view alias) {
    sql::select s;
    s.with.push_back(walk.from(starts));
    for (sql::expr& c : walk.met()) s.columns.push_back({std::move(c), {}});
    s.from.push_back(recursion::source());
    return sql::in_select(row_of(*walk.key.owner, walk.key.target_columns, alias), s);
}

}  // namespace kin::mapping
