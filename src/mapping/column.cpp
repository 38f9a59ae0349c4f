// A model's columns and table in statements.
#include <kin/mapping/column.hpp>
#include <kin/mapping/model.hpp>
#include <kin/mapping/terms.hpp>
#include <kin/sql/statement.hpp>

namespace kin::mapping {

sql::expr column_expression(const model& m, std::size_t offset, std::string_view alias) {
    const column* c = m.column_at(offset);
    if (c == nullptr) throw mapping_error{m.name + ": the member given to col() is no column"};
    return sql::column(&m, c->name, alias);
}

sql::expr outer_column_expression(const model& m, std::size_t offset) {
    return sql::outer_column(&m, column_expression(m, offset)->text);
}

sql::source source_of(const model& m, std::string_view alias) {
    return {.identity = &m, .schema = m.schema, .table = m.table, .alias = std::string{alias}};
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
