// Expressions as data, and what builds them: all that the typed front of queries needs. Whole statements are in
// statement.hpp, which takes much longer to compile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/value/counted.hpp>
#include <kin/value/value.hpp>

namespace kin::sql {

struct select;
struct window;
struct cte;

enum class op : std::uint8_t {
    literal,   ///< data
    column,    ///< identity, alias (text2), name (text); without identity and alias: a label of the result;
               ///< without identity: the alias or the name of a source (of a derived table, say)
    excluded,  ///< text: the value that a conflicting insert would have stored
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    like,
    not_like,
    is_null,
    is_not_null,
    between,  ///< args: subject, low, high
    in,
    not_in,  ///< args: subject, then the values; no value means false (true for not_in)
    in_select,
    not_in_select,  ///< args: subject; query
    logical_and,
    logical_or,
    logical_not,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    negate,
    concat,
    function,   ///< text: name; args; distinct: count(distinct x)
    filtered,   ///< args: an aggregate, the condition of the rows that it is over
    windowed,   ///< args: a function or a filtered one; over
    case_when,  ///< args: condition, value, condition, value, …, and the value otherwise, if there is one
    exists,
    not_exists,   ///< query
    subquery,     ///< query, as a scalar
    cast,         ///< args: subject; to_kind
    raw,          ///< text with `?` for each of args
    star,         ///< `*`, for count(*)
    row,          ///< (a, b, …)
    placeholder,  ///< bound by the caller
    too_deep,     ///< stands for what is nested deeper than `deepest`: compiling it is a mapping_error
};

/// Levels of one expression or select inside of another. Whoever walks a statement does it by recursion, also on the
/// stack of a small thread; a chain of AND or OR counts little, however long it is.
inline constexpr std::uint16_t deepest = 500;

struct node;

/// An expression: an immutable tree, cheap to copy and to share between queries and threads.
class expr {
  public:
    expr() noexcept = default;
    explicit expr(counted<const node>) noexcept;
    [[nodiscard]] bool empty() const noexcept { return !node_; }
    [[nodiscard]] const node& operator*() const noexcept;
    [[nodiscard]] const node* operator->() const noexcept;

  private:
    counted<const node> node_{};
};

[[nodiscard]] expr literal(value);
[[nodiscard]] expr column(const void* identity, std::string_view name, std::string_view alias = {});
/// A column of the select around the one that it is written in: the far side of a correlation, also where both
/// select from the same table.
[[nodiscard]] expr outer_column(const void* identity, std::string_view name, std::string_view alias = {},
                                std::uint8_t levels = 1);
/// In `insert::conflict_set`: the value that the insert would have stored.
[[nodiscard]] expr excluded(std::string_view name);
[[nodiscard]] expr unary(op, expr);
[[nodiscard]] expr binary(op, expr, expr);
[[nodiscard]] expr list(op, std::vector<expr>);  ///< between, in, not_in, row, logical_and, logical_or
[[nodiscard]] expr function(std::string_view name, std::vector<expr> args, bool distinct = false);
/// `aggregate FILTER (WHERE condition)`; where the database has no FILTER, the aggregate of a CASE.
[[nodiscard]] expr filtered(expr aggregate, expr condition);
[[nodiscard]] expr over(expr function, window);
/// Pairs of a condition and a value, and what holds otherwise (empty: NULL).
[[nodiscard]] expr case_when(std::vector<expr> pairs, expr otherwise = {});
[[nodiscard]] expr exists(select, bool negated = false);
[[nodiscard]] expr subquery(select);
[[nodiscard]] expr in_select(expr subject, const select&, bool negated = false);
[[nodiscard]] expr raw(std::string_view text, std::vector<expr> args = {});
[[nodiscard]] expr star();
/// Either side may be empty: then the other one.
[[nodiscard]] expr both(expr, expr);
[[nodiscard]] expr either(expr, expr);
/// Empty stays empty: no restriction has no opposite.
[[nodiscard]] expr negated(expr);
[[nodiscard]] expr cast(expr, kind);
/// LIKE with the text taken literally: `%`, `_` and the escape character in it are escaped.
enum class match : std::uint8_t { contains, starts_with, ends_with };
[[nodiscard]] expr like_text(expr subject, std::string_view text, match);
/// A placeholder that the caller binds (for statements that are built once and run often).
[[nodiscard]] expr placeholder();

/// What a column of a query belongs to: a table, a common table expression or a select of its own, under the identity
/// that made it (a model's descriptor) and a label.
struct source {
    const void* identity = nullptr;  ///< what column nodes are matched by, innermost query first
    std::string schema{};
    std::string table{};
    std::string alias{};            ///< given by the user or the loader; empty: the compiler names it if it must
    counted<const select> query{};  ///< a derived table: `(SELECT …) AS` alias, or else the table's name
    const std::vector<std::string>* hidden = nullptr;  ///< columns whose values no message shows
    /// What rows of the table are the source's, whatever a select says of them: beside its WHERE in FROM, beside ON in
    /// a join. Columns stand without an alias.
    expr only{};
};

enum class join_kind : std::uint8_t { inner, left, cross };

/// Where NULL stands in an order; databases differ in what is usual.
enum class nulls : std::uint8_t { as_usual, first, last };

struct ordering {
    expr by{};
    bool descending = false;
    nulls place = nulls::as_usual;

    [[nodiscard]] ordering nulls_first() const;
    [[nodiscard]] ordering nulls_last() const;
};

enum class set_operation : std::uint8_t { unite, unite_all, intersect, except };

/// Locks on the rows that are selected, of the first source where it can be told; held to the transaction's end.
enum class row_lock : std::uint8_t { none, share, update };
enum class when_locked : std::uint8_t { wait, skip, fail };

struct assignment {
    std::string column{};
    expr to{};
};

}  // namespace kin::sql
