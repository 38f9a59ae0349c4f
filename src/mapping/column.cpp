// A model's columns and table in statements.
#include <kin/mapping/column.hpp>
#include <kin/mapping/model.hpp>
#include <kin/mapping/terms.hpp>
#include <kin/sql/statement.hpp>

#include "mapping/scope.hpp"

namespace kin::mapping {

sql::expr column_expression(const model& m, std::size_t offset, std::string_view alias) {
    const column* c = m.column_at(offset);
    if (c == nullptr) throw mapping_error{m.name + ": the member given to col() is no column"};
    return sql::column(&m, c->name, alias);
}

sql::expr outer_column_expression(const model& m, std::size_t offset) {
    return sql::outer_column(&m, column_expression(m, offset)->text);
}

sql::source every_row_of(const model& m, std::string_view alias) {
    return {.identity = &m,
            .schema = m.schema,
            .table = m.table,
            .alias = std::string{alias},
            .hidden = m.hidden.empty() ? nullptr : &m.hidden};
}

sql::source source_of(const model& m, std::string_view alias) {
    sql::source s = every_row_of(m, alias);
    if (m.scoped()) s.only = visible_rows(m);
    return s;
}

sql::expr visible_rows(const model& m, visibility v) {
    sql::expr rows;
    if (m.soft_deleted != nullptr && v.soft != visibility::removed::shown) {
        const bool alone = v.soft == visibility::removed::alone;
        rows = sql::unary(alone ? sql::op::is_not_null : sql::op::is_null, sql::column(&m, m.soft_deleted->name));
    }
    if (m.scope == nullptr || !v.scope) return rows;
    std::call_once(m.scope->once, [&] { m.scope->make(m.scope->made); });
    return sql::both(rows, m.scope->made);
}

}  // namespace kin::mapping

namespace kin {

namespace detail {

const sql::ordering& as_ordering(const sql::ordering& o) { return o; }

sql::expr in_rows(bool positive, std::vector<sql::expr> columns, std::vector<sql::expr> rows) {
    rows.insert(rows.begin(), sql::list(sql::op::row, std::move(columns)));
    return sql::list(positive ? sql::op::in : sql::op::not_in, std::move(rows));
}

}  // namespace detail

namespace {

/// Windows are shared, like statements: a change is made to a copy.
template <class Change>
void change(counted<const sql::window>& of, Change change_it) {
    sql::window w;
    if (of) w = *of;
    change_it(w);
    of = counted<const sql::window>::make(std::move(w));
}

}  // namespace

window& window::rows(std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
    change(of_, [&](sql::window& w) { w.rows = sql::frame{from, to}; });
    return *this;
}

void window::kin_partition_by(const sql::expr& e) {
    change(of_, [&](sql::window& w) { w.partition_by.push_back(e); });
}

void window::order_by_one(const sql::ordering& o) {
    change(of_, [&](sql::window& w) { w.order_by.push_back(o); });
}

sql::expr window::kin_over(const sql::expr& function) const { return sql::over(function, of_ ? *of_ : sql::window{}); }

}  // namespace kin
