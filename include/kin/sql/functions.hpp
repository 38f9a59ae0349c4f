// The functions of queries: what users bring in with `using namespace kin::expr`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/sql/expression.hpp>

namespace kin::detail {

template <class T>
sql::expr call(std::string_view name, const expression<T>& argument, bool distinct = false) {
    return sql::function(name, {argument.tree()}, distinct);
}

/// The type of a sum: wide enough, whatever the column's width.
template <class T>
using total =
    std::conditional_t<std::is_integral_v<T>, std::int64_t, std::conditional_t<std::is_floating_point_v<T>, double, T>>;

/// Dependent, so that what an average is made of is not compiled where nobody asks for one.
template <class>
using average = double;

template <class T>
using stored_text = std::conditional_t<is_text<T>, std::string, T>;

sql::expr shifted(std::string_view name, const sql::expr&, int rows);

/// CASE as far as it is written.
template <class T>
class cases {
  public:
    explicit cases(std::vector<sql::expr> pairs) : pairs_{std::move(pairs)} {}
    template <class V>
    [[nodiscard]] cases when(const condition& c, const V& then) const {
        cases more{pairs_};
        more.pairs_.push_back(c.tree());
        more.pairs_.push_back(branch(then));
        return more;
    }
    template <class V>
    [[nodiscard]] expression<T> otherwise(const V& v) const {
        return expression<T>{sql::case_when(pairs_, branch(v))};
    }
    /// NULL where no condition holds.
    [[nodiscard]] auto end() const { return expression<maybe<T, true>>{sql::case_when(pairs_)}; }

  private:
    template <class V>
    static sql::expr branch(const V& v) {
        using base = typename nullable<T>::base;
        static_assert(are_comparable<base, base_of<V>>(), "kin: all branches of a case must have one type");
        static_assert(nullable<T>::value || !is_nullable<V>,
                      "kin: where a branch of a case can be NULL, its first one must be optional too");
        return as_operand<base>(v);
    }

    std::vector<sql::expr> pairs_;
};

}  // namespace kin::detail

namespace kin::expr {

template <class T>
[[nodiscard]] expression<T> lower(const expression<T>& text) {
    static_assert(detail::is_text<typename expression<T>::base>, "kin: lower needs text");
    return expression<T>{detail::call("lower", text)};
}
template <class T>
[[nodiscard]] expression<T> upper(const expression<T>& text) {
    static_assert(detail::is_text<typename expression<T>::base>, "kin: upper needs text");
    return expression<T>{detail::call("upper", text)};
}
/// In characters.
template <class T>
[[nodiscard]] auto length(const expression<T>& text) {
    static_assert(detail::is_text<typename expression<T>::base>, "kin: length needs text");
    return expression<detail::maybe<std::int64_t, detail::nullable<T>::value>>{detail::call("length", text)};
}

/// The first that is not NULL; nullable only where all of them are.
template <class T, class... Others>
[[nodiscard]] auto coalesce(const expression<T>& first, const Others&... others) {
    using base = typename expression<T>::base;
    constexpr bool allowed = sizeof...(Others) != 0 && (detail::are_comparable<base, detail::base_of<Others>>() && ...);
    static_assert(allowed, "kin: coalesce needs at least two operands, all of one type");
    if constexpr (allowed) {
        return expression<detail::maybe<base, detail::nullable<T>::value && (detail::is_nullable<Others> && ...)>>{
            sql::function("coalesce", {first.tree(), detail::as_operand<base>(others)...})};
    }
}

template <class T>
[[nodiscard]] expression<T> abs(const expression<T>& number) {
    static_assert(detail::is_number<typename expression<T>::base>, "kin: abs needs a number");
    return expression<T>{detail::call("abs", number)};
}
template <class T>
[[nodiscard]] expression<T> round(const expression<T>& number) {
    static_assert(detail::is_number<typename expression<T>::base>, "kin: round needs a number");
    return expression<T>{detail::call("round", number)};
}

/// How many rows.
[[nodiscard]] expression<std::int64_t> count_all();
/// How many rows where it is not NULL.
template <class T>
[[nodiscard]] expression<std::int64_t> count(const expression<T>& of) {
    return expression<std::int64_t>{detail::call("count", of)};
}
template <class T>
[[nodiscard]] expression<std::int64_t> count_distinct(const expression<T>& of) {
    return expression<std::int64_t>{detail::call("count", of, true)};
}
/// Of no rows, sums, averages and extremes are NULL.
template <class T>
[[nodiscard]] auto sum(const expression<T>& of) {
    using base = typename expression<T>::base;
    static_assert(detail::is_summable<base>, "kin: sum needs a number");
    return expression<std::optional<detail::total<base>>>{detail::call("sum", of)};
}
template <class T>
[[nodiscard]] auto(min)(const expression<T>& of) {
    return expression<std::optional<typename expression<T>::base>>{detail::call("min", of)};
}
template <class T>
[[nodiscard]] auto(max)(const expression<T>& of) {
    return expression<std::optional<typename expression<T>::base>>{detail::call("max", of)};
}
template <class T>
[[nodiscard]] auto avg(const expression<T>& of) {
    using base = typename expression<T>::base;
    static_assert(detail::is_summable<base>, "kin: avg needs a number");
    return expression<std::optional<detail::average<base>>>{detail::call("avg", of)};
}

/// The aggregate of the rows that the condition holds for: `filter(count_all(), col(&Post::views) > 10)`.
template <class T>
[[nodiscard]] expression<T> filter(const expression<T>& aggregate, const condition& c) {
    return expression<T>{sql::filtered(aggregate.tree(), c.tree())};
}

/// For `over(…)`.
[[nodiscard]] expression<std::int64_t> row_number();
[[nodiscard]] expression<std::int64_t> rank();
[[nodiscard]] expression<std::int64_t> dense_rank();
/// Of the row before or after in the window's order; NULL where there is none.
template <class T>
[[nodiscard]] auto lag(const expression<T>& of, int rows = 1) {
    return expression<detail::maybe<T, true>>{detail::shifted("lag", of.tree(), rows)};
}
template <class T>
[[nodiscard]] auto lead(const expression<T>& of, int rows = 1) {
    return expression<detail::maybe<T, true>>{detail::shifted("lead", of.tree(), rows)};
}

/// CASE: `when(col(&User::age) < 18, "child").when(…).otherwise("grown")`.
template <class V>
[[nodiscard]] auto when(const condition& c, const V& then) {
    using type = typename detail::operand<detail::stored_text<V>>::type;
    return detail::cases<type>{{c.tree(), detail::as_operand<typename detail::nullable<type>::base>(then)}};
}

/// `.nulls_first()` and `.nulls_last()` say where NULL goes; databases differ.
template <class T>
[[nodiscard]] sql::ordering asc(const expression<T>& by) {
    return {by.tree(), false, {}};
}
template <class T>
[[nodiscard]] sql::ordering desc(const expression<T>& by) {
    return {by.tree(), true, {}};
}

/// A value where an expression is wanted; bound, like every value.
template <class V>
[[nodiscard]] auto lit(const V& v) {
    return expression<detail::stored_text<V>>{detail::as_operand<detail::stored_text<V>>(v)};
}

/// SQL of your own of type T; every `?` outside quotes takes the next argument, an expression or a value to bind.
template <class T, class... Args>
[[nodiscard]] expression<T> raw(std::string_view text, const Args&... args) {
    return expression<T>{sql::raw(text, {detail::as_operand<detail::base_of<Args>>(args)...})};
}

}  // namespace kin::expr
