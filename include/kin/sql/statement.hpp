// Statements as data: what the compiler turns into the text of one dialect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/expr.hpp>
#include <kin/value/counted.hpp>
#include <kin/value/value.hpp>

namespace kin::sql {

struct node {
    op what = op::literal;
    value data{};
    const void* identity = nullptr;
    std::string text{};
    std::string text2{};
    std::vector<expr> args{};
    counted<const select> query{};
    counted<const window> over{};
    kind to_kind = kind::null;
    bool distinct = false;
    std::uint8_t outward = 0;  ///< column: how many selects to step out of before sources are searched
    std::uint8_t rank = 0;     ///< AND and OR: a full part of a long chain, made of full parts of the rank below
    std::uint16_t depth = 1;   ///< levels of expressions and selects, this one among them
};

struct join {
    join_kind how = join_kind::inner;
    source to{};
    expr on{};
};

/// The rows around the current one that a window function sees, counted from it: -1 is the one before, nothing is as
/// far as the partition goes.
struct frame {
    std::optional<std::int64_t> from{};
    std::optional<std::int64_t> to{};
};

struct window {
    std::vector<expr> partition_by{};
    std::vector<ordering> order_by{};
    std::optional<frame> rows{};  ///< nothing: what is usual, all up to the current row and its equals
};

struct result_column {
    expr what{};
    std::string label{};  ///< AS; empty for none
};

/// A common table expression: a source of the statement is it by the table's name.
struct cte {
    std::string name{};
    std::vector<std::string> columns{};
    counted<const select> query{};
    bool materialized = false;  ///< all of it is found before the first row is read
    bool recursive = false;  ///< the query is a first select and, by union_all, a step that reads the expression itself
};

struct combination {
    set_operation how = set_operation::unite_all;
    counted<const select> query{};
};

struct select {
    std::vector<cte> with{};
    bool distinct = false;
    std::vector<result_column> columns{};
    std::vector<source> from{};
    std::vector<join> joins{};
    expr where{};
    std::vector<expr> group_by{};
    expr having{};
    /// From the left, whatever the database ranks first. What follows is about the whole, and an order then names
    /// columns of the result.
    std::vector<combination> combined{};
    std::vector<ordering> order_by{};
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    row_lock lock = row_lock::none;
    when_locked locked = when_locked::wait;
    std::uint16_t depth = 0;  ///< levels of expressions and selects inside, where it stands in another one
};

/// A select that stands in something else, with its depth counted.
[[nodiscard]] counted<const select> inner(select);
/// A select as a source of another; `identity` (a model's descriptor) lets its columns be found as those of a table.
[[nodiscard]] source derived(select, std::string_view alias, const void* identity = nullptr);
[[nodiscard]] cte with(std::string_view name, select, std::vector<std::string> columns = {});
/// `first UNION ALL step`; the step reads `source{.table = name}`.
[[nodiscard]] cte with_recursive(std::string_view name, select first, select step,
                                 std::vector<std::string> columns = {});
/// Both in one; a select that is already ordered or limited is so within its part.
[[nodiscard]] select combine(select left, set_operation, select right);

enum class on_conflict : std::uint8_t { fail, do_nothing, update };

struct insert {
    source into{};
    std::vector<std::string> columns{};
    std::vector<std::vector<expr>> rows{};  ///< empty: one row of placeholders, bound by the caller
    std::vector<kind> arrays{};             ///< not empty: any number of rows, an array parameter for each column
    on_conflict conflict = on_conflict::fail;
    std::vector<std::string> conflict_columns{};
    std::vector<assignment> conflict_set{};
    std::vector<std::string> returning{};
};

struct update {
    std::vector<cte> with{};
    source table{};
    std::vector<assignment> set{};
    expr where{};
    /// Not empty: any number of rows at once; every placeholder, in order, stands for an element of an array of this
    /// kind, a parameter each.
    std::vector<kind> arrays{};
    std::vector<std::string> array_columns{};  ///< the column that each of them is written to or compared with
};

struct remove {
    std::vector<cte> with{};
    source from{};
    expr where{};
};

}  // namespace kin::sql
