// Filters: what a list is asked for, as values; written in the program or read from the names and texts of a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/query/query.hpp>

namespace kin {

namespace detail {

struct filter_data {
    sql::expr where{};
    std::vector<sql::ordering> order{};
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    sql::row_lock lock = sql::row_lock::none;
    sql::when_locked locked = sql::when_locked::wait;
    load_tree loads{};
};

/// Brings a filter into a query: conditions together, orders one behind the other, the last limit and lock. Without
/// `limits`: its condition alone.
void apply(query_plan&, const filter_data&, bool limits);
/// LIKE on any of the columns, without regard to case; `negated`: none of them is like it.
[[nodiscard]] sql::expr searched(const std::vector<sql::expr>& columns, std::string_view text, bool negated);

}  // namespace detail

/// Any model's: limits, pages and locks.
struct any_filter {
    std::optional<std::int64_t> limit{};
    std::int64_t offset = 0;
    sql::row_lock lock = sql::row_lock::none;
    sql::when_locked locked = sql::when_locked::wait;
};

/// A condition, an order, a limit: anything that narrows a list of T. Made by conditions (`col(&Post::views) > 9`,
/// `any(&Post::tags)`), orders (`desc(&Post::views)`), loadings (`selectin(&Post::author)`), and kin::filters.
template <class T>
class filter_of {
  public:
    filter_of() = default;
    filter_of(const condition& c) { data_.where = c.tree(); }
    filter_of(const sql::ordering& by) { data_.order.push_back(by); }
    template <class Target>
    filter_of(const loading<T, Target>& what) {
        data_.loads.add(what.kin_tree());
    }
    filter_of(const any_filter& by) {
        data_.limit = by.limit;
        if (by.offset != 0) data_.offset = by.offset;
        data_.lock = by.lock;
        data_.locked = by.locked;
    }
    explicit filter_of(detail::filter_data data) : data_{std::move(data)} {}
    [[nodiscard]] const detail::filter_data& kin_data() const noexcept { return data_; }

  private:
    detail::filter_data data_;
};

namespace filters {

/// One of these values; of no values: nothing. `column IN (…)`.
template <class T, class C, class Values = std::vector<C>>
[[nodiscard]] filter_of<T> collection(C T::*column, const Values& values) {
    return expr::col(column).in(values);
}
/// None of these values. `column NOT IN (…)`.
template <class T, class C, class Values = std::vector<C>>
[[nodiscard]] filter_of<T> not_in_collection(C T::*column, const Values& values) {
    return expr::col(column).not_in(values);
}
/// `column < before AND column > after`, as far as they are given.
template <class T, class C>
[[nodiscard]] filter_of<T> before_after(C T::*column, std::optional<C> before, std::optional<C> after) {
    condition c;
    if (before) c = c && expr::col(column) < *before;
    if (after) c = c && expr::col(column) > *after;
    return c;
}
/// `column <= before AND column >= after`, as far as they are given.
template <class T, class C>
[[nodiscard]] filter_of<T> on_before_after(C T::*column, std::optional<C> before, std::optional<C> after) {
    condition c;
    if (before) c = c && expr::col(column) <= *before;
    if (after) c = c && expr::col(column) >= *after;
    return c;
}
/// The text stands in one of the columns, whatever its case; `%` and `_` mean themselves. LIKE.
template <class T, class... C>
[[nodiscard]] filter_of<T> search(std::string_view text, C T::*... columns) {
    return condition{detail::searched({expr::col(columns).tree()...}, text, false)};
}
/// It stands in none of them.
template <class T, class... C>
[[nodiscard]] filter_of<T> not_in_search(std::string_view text, C T::*... columns) {
    return condition{detail::searched({expr::col(columns).tree()...}, text, true)};
}
template <class T, class C>
[[nodiscard]] filter_of<T> is_null(C T::*column) {
    return condition{sql::unary(sql::op::is_null, expr::col(column).tree())};
}
template <class T, class C>
[[nodiscard]] filter_of<T> not_null(C T::*column) {
    return condition{sql::unary(sql::op::is_not_null, expr::col(column).tree())};
}
[[nodiscard]] inline any_filter limit_offset(std::int64_t limit, std::int64_t offset = 0) { return {limit, offset}; }
/// The n-th page, from 1.
[[nodiscard]] inline any_filter page(std::int64_t number, std::int64_t size) { return {size, (number - 1) * size}; }
/// The rows are this transaction's to change until it ends, and objects that are here take their values: SELECT … FOR
/// UPDATE (SQLite has no row locks and needs none).
[[nodiscard]] inline any_filter for_update(sql::when_locked locked = sql::when_locked::wait) {
    return {.lock = sql::row_lock::update, .locked = locked};
}
/// Nobody else changes them until then: SELECT … FOR SHARE.
[[nodiscard]] inline any_filter for_share(sql::when_locked locked = sql::when_locked::wait) {
    return {.lock = sql::row_lock::share, .locked = locked};
}

}  // namespace filters

/// What may be asked for from outside, without its model.
class filter_names {
  public:
    /// Of a name and its text: `{"views__ge", "100"}`.
    using pair = std::pair<std::string_view, std::string_view>;

    std::vector<std::size_t> allowed{};                          ///< offsets of columns
    bool every = false;                                          ///< every column that is not hidden
    std::vector<std::pair<std::size_t, filter_names>> beyond{};  ///< relations, by offset, and what they open
    std::vector<std::size_t> searched{};                         ///< what `search` looks into
    std::int64_t page_size = 20;
    std::int64_t largest_page = 100;
    std::size_t most_conditions = 100;  ///< names of a request
    std::size_t most_values = 1000;     ///< of an `__in` or `__not_in`
};
/// What may be asked for from outside: `kin::filter_rules<Post>{}.columns(&Post::title,
/// &Post::views).search(&Post::title)`. Nothing else may: what can be asked for can be guessed, letter by letter. A
/// hidden column (`kin::hidden`) cannot be opened: usage_error.
template <class T>
class filter_rules : public filter_names {
  public:
    /// These columns, for conditions and orders.
    template <class... C>
    filter_rules& columns(C T::*... members) {
        (allowed.push_back(detail::column_offset(members)), ...);
        return *this;
    }
    /// Every column of T that is not hidden.
    filter_rules& every_column() {
        every = true;
        return *this;
    }
    /// Columns of what a relation leads to, for conditions, by dotted names (`author.name`):
    /// `.related(&Post::author, kin::filter_rules<User>{}.columns(&User::name))`.
    template <class R>
    filter_rules& related(R T::*relation, const filter_rules<typename R::kin_relation>& rules) {
        beyond.emplace_back(mapping::offset_of(relation), rules);
        return *this;
    }
    /// The columns that `search=…` looks into.
    template <class... C>
    filter_rules& search(C T::*... members) {
        (searched.push_back(detail::column_offset(members)), ...);
        return *this;
    }
    /// Rows of a page where the request names no number, and the most that it may name.
    filter_rules& pages(std::int64_t size, std::int64_t largest) {
        page_size = size;
        largest_page = largest;
        return *this;
    }
    /// So many names a request may have, and so many values each list of `__in` (100 and 1,000).
    filter_rules& at_most(std::size_t conditions, std::size_t values) {
        most_conditions = conditions;
        most_values = values;
        return *this;
    }
};

namespace detail {
[[nodiscard]] filter_data read_filters(const mapping::model&, const filter_names&,
                                       const std::vector<filter_names::pair>&, const site&);
}  // namespace detail

/// Reads what a request asks for; any map from text to text. The names:
/// `views=9`, `views__ge=9` (also ne, lt, le, gt), `status__in=a,b` (not_in), `title__contains=loom` (not_contains,
/// starts_with, ends_with: whatever the case), `bio__null=true`, `search=text`, `order_by=-views,title`, `page=2`,
/// `page_size=10`, or `limit=10` and `offset=20`. Nothing of it reaches SQL unverified: unknown_name lists what there
/// is, conversion_error says which name has a text that is no value of its column (its codec is asked). What the rules
/// do not open may not be asked for: without any, only pages and limits. A request of more names or values than the
/// rules take is a conversion_error, a path of more than 10 steps an unknown_name.
template <class T, class Map>
[[nodiscard]] filter_of<T> read_filters(const Map& said, const filter_rules<T>& rules = {},
                                        const site& where = site::current()) {
    std::vector<filter_names::pair> pairs;
    for (const auto& [name, text] : said) pairs.emplace_back(name, text);
    return filter_of<T>{detail::read_filters(mapping::model_of<T>(), rules, pairs, where)};
}

}  // namespace kin
