// Expressions with a C++ type: what can be compared with what is decided while compiling, the rest is data.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/sql/expr.hpp>
#include <kin/value/traits.hpp>

namespace kin {

template <class T>
class expression;

/// What `where` takes. A default-constructed condition is no restriction: `&&`, `||` and `!` pass over it.
using condition = expression<bool>;

namespace detail {

template <class T>
struct operand {
    using type = T;
    static constexpr bool typed = false;
};
template <class T>
struct operand<expression<T>> {
    using type = T;
    static constexpr bool typed = true;
};

template <class T>
struct nullable {
    using base = T;
    static constexpr bool value = false;
};
template <class T>
struct nullable<std::optional<T>> {
    using base = T;
    static constexpr bool value = true;
};

/// A type of Kin's that is an optional by itself.
template <class T>
requires requires { typename T::kin_optional; }
struct nullable<T> {
    using base = typename T::kin_optional;
    static constexpr bool value = true;
};

/// The type of an operand, be it an expression or a value, without optional.
template <class X>
using base_of = typename nullable<typename operand<X>::type>::base;
template <class X>
inline constexpr bool is_nullable = nullable<typename operand<X>::type>::value;
template <class X>
inline constexpr bool is_null_constant = std::is_same_v<X, std::nullptr_t> || std::is_same_v<X, std::nullopt_t>;

template <class T>
inline constexpr bool is_text = !is_null_constant<T> && std::is_convertible_v<const T&, std::string_view>;
template <class T>
inline constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && storable<T>;
/// What a database can add up: numbers, and classes that may stand for one; no text, and no list or blob.
template <class T>
inline constexpr bool is_summable = is_number<T> ||
                                    (std::is_class_v<T> && !is_text<T> && !requires(const T& v) { v.begin(); });

/// B stands for an A: a key for its number, a user's type for what it can be made of.
template <class A, class B>
consteval bool becomes() {
    if constexpr (!storable<A> || !std::is_class_v<A> || is_text<A>) {
        return false;
    } else if constexpr (requires { typename transparent<A>::type; }) {
        using inner = typename transparent<A>::type;
        return std::is_same_v<inner, B> || (is_number<inner> && is_number<B>) || (is_text<inner> && is_text<B>);
    } else {
        return std::is_convertible_v<const B&, A>;
    }
}

template <class A, class B>
consteval bool are_comparable() {
    if constexpr (std::is_same_v<A, B>) {
        return storable<A>;
    } else if constexpr ((is_number<A> && is_number<B>) || (is_text<A> && is_text<B>)) {
        return true;
    } else if constexpr (is_null_constant<A> || is_null_constant<B>) {
        return false;
    } else {
        return becomes<A, B>() || becomes<B, A>();
    }
}

/// X as part of a statement, where it stands beside something of type A.
template <class A, class X>
sql::expr as_operand(const X& x) {
    if constexpr (operand<X>::typed) {
        return x.tree();
    } else if constexpr (is_null_constant<X>) {
        return sql::literal({});
    } else if constexpr (is_text<X>) {
        return sql::literal(value{std::string_view{x}});
    } else if constexpr (!std::is_same_v<base_of<X>, A> && std::is_class_v<A> && std::is_convertible_v<const X&, A>) {
        return sql::literal(to_value(static_cast<A>(x)));
    } else {
        return sql::literal(to_value(x));
    }
}

template <bool Equality, class L, class R>
sql::expr compared(sql::op what, const L& left, const R& right) {
    if constexpr (is_null_constant<L> || is_null_constant<R>) {
        constexpr bool allowed = Equality && (is_nullable<L> || is_nullable<R>);
        static_assert(allowed, "kin: null can only be compared with an optional column, by == or !=");
        if constexpr (allowed) return sql::binary(what, as_operand<L>(left), as_operand<R>(right));
    } else {
        constexpr bool allowed = are_comparable<base_of<L>, base_of<R>>();
        static_assert(allowed, "kin: a column of this type cannot be compared with a value of that type");
        if constexpr (allowed) {
            return sql::binary(what, as_operand<base_of<R>>(left), as_operand<base_of<L>>(right));
        }
    }
    return {};  // one error is enough
}

template <class T, bool Nullable>
using maybe = std::conditional_t<Nullable && !nullable<T>::value, std::optional<T>, T>;

/// What arithmetic on two numbers gives, as C++ promotes them.
template <class L, class R>
using number_of = decltype(base_of<L>{} + base_of<R>{});

template <class L, class R>
auto calculated(sql::op what, const L& left, const R& right) {
    constexpr bool allowed = is_number<base_of<L>> && is_number<base_of<R>>;
    static_assert(allowed, "kin: arithmetic needs numbers on both sides, and + numbers or texts");
    if constexpr (allowed) {
        return expression<maybe<number_of<L, R>, is_nullable<L> || is_nullable<R>>>{
            sql::binary(what, as_operand<base_of<L>>(left), as_operand<base_of<R>>(right))};
    }
}

template <class L, class R>
auto added(const L& left, const R& right) {
    if constexpr (is_text<base_of<L>> && is_text<base_of<R>>) {
        return expression<maybe<std::string, is_nullable<L> || is_nullable<R>>>{
            sql::binary(sql::op::concat, as_operand<std::string>(left), as_operand<std::string>(right))};
    } else {
        return calculated(sql::op::add, left, right);
    }
}

}  // namespace detail

/// A column or something computed, of C++ type T (`std::optional<X>` where it can be NULL).
template <class T>
class expression {
  public:
    using type = T;
    using base = typename detail::nullable<T>::base;

    expression() noexcept = default;
    explicit expression(sql::expr tree) noexcept : tree_{std::move(tree)} {}
    /// A nullable truth value is a condition: NULL does not hold.
    expression(const expression<std::optional<T>>& other) requires std::is_same_v<T, bool> : tree_{other.tree()} {}

    [[nodiscard]] const sql::expr& tree() const noexcept { return tree_; }
    [[nodiscard]] bool empty() const noexcept { return tree_.empty(); }

    /// One of these values; none of no values, and an empty optional among them means NULL.
    [[nodiscard]] condition in(std::initializer_list<base> values) const { return in_values(sql::op::in, values); }
    [[nodiscard]] condition not_in(std::initializer_list<base> values) const {
        return in_values(sql::op::not_in, values);
    }
    template <class Range>
    requires requires(const Range& r) { r.begin() != r.end(); }
    [[nodiscard]] condition in(const Range& values) const { return in_values(sql::op::in, values); }
    template <class Range>
    requires requires(const Range& r) { r.begin() != r.end(); }
    [[nodiscard]] condition not_in(const Range& values) const { return in_values(sql::op::not_in, values); }
    [[nodiscard]] condition in(const sql::select& query) const { return condition{sql::in_select(tree_, query)}; }
    [[nodiscard]] condition not_in(const sql::select& query) const {
        return condition{sql::in_select(tree_, query, true)};
    }

    /// From low to high, both included.
    template <class Low, class High>
    [[nodiscard]] condition between(const Low& low, const High& high) const {
        constexpr bool allowed = detail::are_comparable<base, detail::base_of<Low>>() &&
                                 detail::are_comparable<base, detail::base_of<High>>();
        static_assert(allowed, "kin: a column of this type cannot be compared with a value of that type");
        if constexpr (allowed) {
            return condition{
                sql::list(sql::op::between, {tree_, detail::as_operand<base>(low), detail::as_operand<base>(high)})};
        }
    }

    /// `%` stands for any text, `_` for one character, `\` before them for themselves. A and a are two letters, in
    /// every database and whatever the column's collation (`x LIKE …`, SQLite: `x GLOB …`; a citext is the exception):
    /// `lower(column).like("%ada%")` where they are to be one. The same holds for all five.
    [[nodiscard]] condition like(std::string_view pattern) const { return matched(sql::op::like, pattern); }
    [[nodiscard]] condition not_like(std::string_view pattern) const { return matched(sql::op::not_like, pattern); }
    /// The text as it is: nothing in it is a pattern.
    [[nodiscard]] condition contains(std::string_view text) const { return matched(sql::match::contains, text); }
    [[nodiscard]] condition starts_with(std::string_view text) const { return matched(sql::match::starts_with, text); }
    [[nodiscard]] condition ends_with(std::string_view text) const { return matched(sql::match::ends_with, text); }

    [[nodiscard]] condition is_null() const { return condition{sql::unary(sql::op::is_null, tree_)}; }
    [[nodiscard]] condition is_not_null() const { return condition{sql::unary(sql::op::is_not_null, tree_)}; }

    /// The same, converted by the database.
    template <class U>
    [[nodiscard]] auto as() const {
        static_assert(storable<U>, "kin: this is not the type of a column");
        return expression<detail::maybe<U, detail::nullable<T>::value>>{sql::cast(tree_, kind_of<U>)};
    }

  private:
    template <class Range>
    condition in_values(sql::op what, const Range& values) const {
        using element = detail::base_of<std::remove_cvref_t<decltype(*values.begin())>>;
        constexpr bool allowed = detail::are_comparable<base, element>();
        static_assert(allowed, "kin: a column of this type cannot be compared with a value of that type");
        if constexpr (allowed) {
            std::vector<sql::expr> args{tree_};
            if constexpr (requires { values.size(); }) args.reserve(values.size() + 1);
            for (const auto& v : values) args.push_back(detail::as_operand<base>(v));
            return condition{sql::list(what, std::move(args))};
        }
    }
    condition matched(sql::op what, std::string_view pattern) const {
        static_assert(detail::is_text<base>, "kin: only text is matched with a pattern");
        return condition{sql::binary(what, tree_, sql::literal(value{pattern}))};
    }
    condition matched(sql::match how, std::string_view text) const {
        static_assert(detail::is_text<base>, "kin: only text is matched with a pattern");
        return condition{sql::like_text(tree_, text, how)};
    }

    sql::expr tree_;
};

// Free and written out: as friends they would be declared again for every T.
template <class T, class U>
[[nodiscard]] condition operator==(const expression<T>& left, const U& right) {
    return condition{detail::compared<true>(sql::op::equal, left, right)};
}
template <class T, class U>
[[nodiscard]] condition operator!=(const expression<T>& left, const U& right) {
    return condition{detail::compared<true>(sql::op::not_equal, left, right)};
}
template <class T, class U>
[[nodiscard]] condition operator<(const expression<T>& left, const U& right) {
    return condition{detail::compared<false>(sql::op::less, left, right)};
}
template <class T, class U>
[[nodiscard]] condition operator<=(const expression<T>& left, const U& right) {
    return condition{detail::compared<false>(sql::op::less_equal, left, right)};
}
template <class T, class U>
[[nodiscard]] condition operator>(const expression<T>& left, const U& right) {
    return condition{detail::compared<false>(sql::op::greater, left, right)};
}
template <class T, class U>
[[nodiscard]] condition operator>=(const expression<T>& left, const U& right) {
    return condition{detail::compared<false>(sql::op::greater_equal, left, right)};
}

/// The column on the right reads the same: `5 < col` is `col > 5`.
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator==(const U& left, const expression<T>& right) {
    return right == left;
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator!=(const U& left, const expression<T>& right) {
    return right != left;
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator<(const U& left, const expression<T>& right) {
    return right > left;
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator<=(const U& left, const expression<T>& right) {
    return right >= left;
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator>(const U& left, const expression<T>& right) {
    return right < left;
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition operator>=(const U& left, const expression<T>& right) {
    return right <= left;
}

/// A column of M's table as such, under no alias; a condition on it and a value knows whose it is.
template <class M, class T>
class column_in : public expression<T> {
  public:
    using expression<T>::expression;
};
template <class M>
class condition_on : public condition {
  public:
    condition_on(const condition& c) : condition{c} {}
};

namespace detail {
template <class M, class T>
struct operand<column_in<M, T>> : operand<expression<T>> {};
/// Beside another column a condition is about two tables.
template <class M, class U>
using compared_with = std::conditional_t<operand<U>::typed, condition, condition_on<M>>;
}  // namespace detail

template <class M, class T, class U>
[[nodiscard]] detail::compared_with<M, U> operator==(const column_in<M, T>& left, const U& right) {
    return condition{detail::compared<true>(sql::op::equal, static_cast<const expression<T>&>(left), right)};
}
template <class M, class T, class U>
[[nodiscard]] detail::compared_with<M, U> operator!=(const column_in<M, T>& left, const U& right) {
    return condition{detail::compared<true>(sql::op::not_equal, static_cast<const expression<T>&>(left), right)};
}
template <class M, class T, class U>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator<(const column_in<M, T>& left,
                                                                             const U& right) {
    return condition{detail::compared<false>(sql::op::less, static_cast<const expression<T>&>(left), right)};
}
template <class M, class T, class U>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator<=(const column_in<M, T>& left,
                                                                              const U& right) {
    return condition{detail::compared<false>(sql::op::less_equal, static_cast<const expression<T>&>(left), right)};
}
template <class M, class T, class U>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator>(const column_in<M, T>& left,
                                                                             const U& right) {
    return condition{detail::compared<false>(sql::op::greater, static_cast<const expression<T>&>(left), right)};
}
template <class M, class T, class U>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator>=(const column_in<M, T>& left,
                                                                              const U& right) {
    return condition{detail::compared<false>(sql::op::greater_equal, static_cast<const expression<T>&>(left), right)};
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator==(const U& left,
                                                                              const column_in<M, T>& right) {
    return right == left;
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator!=(const U& left,
                                                                              const column_in<M, T>& right) {
    return right != left;
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator<(const U& left,
                                                                             const column_in<M, T>& right) {
    return right > left;
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator<=(const U& left,
                                                                              const column_in<M, T>& right) {
    return right >= left;
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator>(const U& left,
                                                                             const column_in<M, T>& right) {
    return right < left;
}
template <class U, class M, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] condition_on<M> operator>=(const U& left,
                                                                              const column_in<M, T>& right) {
    return right <= left;
}

[[nodiscard]] condition operator&&(const condition& left, const condition& right);
[[nodiscard]] condition operator||(const condition& left, const condition& right);
[[nodiscard]] condition operator!(const condition& subject);

template <class T, class U>
[[nodiscard]] auto operator+(const expression<T>& left, const U& right) {
    return detail::added(left, right);
}
template <class T, class U>
[[nodiscard]] auto operator-(const expression<T>& left, const U& right) {
    return detail::calculated(sql::op::subtract, left, right);
}
template <class T, class U>
[[nodiscard]] auto operator*(const expression<T>& left, const U& right) {
    return detail::calculated(sql::op::multiply, left, right);
}
template <class T, class U>
[[nodiscard]] auto operator/(const expression<T>& left, const U& right) {
    return detail::calculated(sql::op::divide, left, right);
}
template <class T, class U>
[[nodiscard]] auto operator%(const expression<T>& left, const U& right) {
    return detail::calculated(sql::op::modulo, left, right);
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] auto operator+(const U& left, const expression<T>& right) {
    return detail::added(left, right);
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] auto operator-(const U& left, const expression<T>& right) {
    return detail::calculated(sql::op::subtract, left, right);
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] auto operator*(const U& left, const expression<T>& right) {
    return detail::calculated(sql::op::multiply, left, right);
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] auto operator/(const U& left, const expression<T>& right) {
    return detail::calculated(sql::op::divide, left, right);
}
template <class U, class T>
requires(!detail::operand<U>::typed) [[nodiscard]] auto operator%(const U& left, const expression<T>& right) {
    return detail::calculated(sql::op::modulo, left, right);
}
template <class T>
[[nodiscard]] auto operator-(const expression<T>& subject) {
    static_assert(detail::is_number<typename expression<T>::base>, "kin: only a number has a negative");
    return expression<T>{sql::unary(sql::op::negate, subject.tree())};
}

}  // namespace kin
