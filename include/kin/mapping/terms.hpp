// Members as terms of a query: in expressions, orders, windows and rows of several columns.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/mapping/column.hpp>

namespace kin {

namespace detail {

const sql::ordering& as_ordering(const sql::ordering&);
template <class T>
sql::ordering as_ordering(const expression<T>& e) {
    return {e.tree(), false, {}};
}
template <class M, class T>
sql::ordering as_ordering(T M::*member) {
    return {expr::col(member).tree(), false, {}};
}
template <class T>
const expression<T>& as_expression(const expression<T>& e) {
    return e;
}
template <class M, class T>
column_of<T> as_expression(T M::*member) {
    return expr::col(member);
}
template <class E>
using expression_type = typename std::remove_cvref_t<decltype(as_expression(std::declval<E>()))>::type;

sql::expr in_rows(bool positive, std::vector<sql::expr> columns, std::vector<sql::expr> rows);

/// Several columns that are compared as one.
template <class... T>
class row_of {
  public:
    explicit row_of(std::initializer_list<sql::expr> columns) : columns_(columns) {}

    using values = std::tuple<typename nullable<T>::base...>;
    [[nodiscard]] condition in(std::initializer_list<values> rows) const { return in_range(true, rows); }
    [[nodiscard]] condition not_in(std::initializer_list<values> rows) const { return in_range(false, rows); }
    template <class Range>
    requires requires(const Range& r) { r.begin() != r.end(); }
    [[nodiscard]] condition in(const Range& rows) const { return in_range(true, rows); }
    template <class Range>
    requires requires(const Range& r) { r.begin() != r.end(); }
    [[nodiscard]] condition not_in(const Range& rows) const { return in_range(false, rows); }
    [[nodiscard]] condition in(const sql::select& query) const {
        return condition{sql::in_select(sql::list(sql::op::row, columns_), query)};
    }
    [[nodiscard]] condition not_in(const sql::select& query) const {
        return condition{sql::in_select(sql::list(sql::op::row, columns_), query, true)};
    }

  private:
    template <class Range>
    condition in_range(bool positive, const Range& rows) const {
        std::vector<sql::expr> all;
        for (const auto& row : rows) all.push_back(one(row, std::index_sequence_for<T...>{}));
        return condition{in_rows(positive, columns_, std::move(all))};
    }
    template <class Row, std::size_t... At>
    static sql::expr one(const Row& row, std::index_sequence<At...>) {
        return sql::list(sql::op::row, {as_operand<typename nullable<T>::base>(get<At>(row))...});
    }

    std::vector<sql::expr> columns_;
};

}  // namespace detail

/// What a window function sees; made by `partition_by`.
class window {
  public:
    template <class... Order>
    window& order_by(const Order&... order) {
        (order_by_one(detail::as_ordering(order)), ...);
        return *this;
    }
    /// ROWS BETWEEN, counted from the current one: `rows(-2, 0)` are three, an empty bound goes as far as it can.
    window& rows(std::optional<std::int64_t> from, std::optional<std::int64_t> to);

    /// The core's ways in.
    void kin_partition_by(const sql::expr&);
    [[nodiscard]] sql::expr kin_over(const sql::expr& function) const;

  private:
    void order_by_one(const sql::ordering&);

    counted<const sql::window> of_;
};

namespace expr {

/// What may be without a value though its column never is, as a left join leaves it where it finds no row: reads as a
/// std::optional, `select(&Post::title, or_null(&User::name))`.
template <class E>
[[nodiscard]] auto or_null(const E& e) {
    return expression<detail::maybe<detail::expression_type<E>, true>>{detail::as_expression(e).tree()};
}

/// `over(row_number(), partition_by(&Post::user_id).order_by(desc(&Post::views)))`; of nothing: all rows.
template <class... E>
[[nodiscard]] window partition_by(const E&... e) {
    window w;
    (w.kin_partition_by(detail::as_expression(e).tree()), ...);
    return w;
}
template <class T>
[[nodiscard]] expression<T> over(const expression<T>& function, const window& w = {}) {
    return expression<T>{w.kin_over(function.tree())};
}

/// `row(&Stock::shop, &Stock::item).in({{1, 7}, {2, 7}})`.
template <class... E>
[[nodiscard]] auto row(const E&... e) {
    return detail::row_of<detail::expression_type<E>...>{detail::as_expression(e).tree()...};
}

}  // namespace expr
}  // namespace kin
