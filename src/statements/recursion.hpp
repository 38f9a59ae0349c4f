// What stands below or above the rows of a model that refers to itself, as a recursive common table expression.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::mapping {

/// A walk over the key of a model to itself. Its rows are pairs of keys, of the row where the walk began and of one
/// that it met, each pair once, so that a cycle in the data ends it.
struct recursion {
    const foreign_key& key;
    bool down = true;         ///< to those that refer to a row; else to those that it refers to
    bool rooted = true;       ///< says where the walk began; else only what it met
    sql::source rows{};       ///< of the model, without an alias: what may be met
    sql::expr where{};        ///< of each that is met: what does not fulfil it ends its branch
    std::uint32_t depth = 0;  ///< so many levels; 0: all. Then a pair may come on several levels
    static constexpr const char* name = "kin_tree";

    /// `starts`: of the rows where it begins, as a condition on the columns that the next step is made over: walking
    /// down on the foreign keys of those below them, walking up on their own primary keys; empty for all.
    [[nodiscard]] sql::cte from(const sql::expr& starts) const;
    [[nodiscard]] const std::vector<std::uint16_t>& begins() const noexcept {
        return down ? key.columns : key.target_columns;
    }

    // Its columns, for selects that read `source()`.
    [[nodiscard]] static sql::source source();
    [[nodiscard]] std::vector<sql::expr> roots() const;
    [[nodiscard]] std::vector<sql::expr> met() const;
    /// The model's rows beside the pairs that met them.
    [[nodiscard]] sql::expr of_met() const;
    /// Below (or above) the last level that was asked for there are more: 1, else 0.
    [[nodiscard]] sql::expr goes_on() const;
};

/// The walk of a descendants or ancestors relation.
[[nodiscard]] recursion recursion_of(const relation&, bool rooted = true);
/// The primary keys of these rows, or the columns of the key, beside other expressions.
[[nodiscard]] sql::expr equal_columns(const model&, const std::vector<std::uint16_t>&, const std::vector<sql::expr>&);
/// As the left side of an IN.
[[nodiscard]] sql::expr row_of(const model&, const std::vector<std::uint16_t>&, std::string_view alias = {});
/// `row IN (SELECT what the walk met)`, of a row of the model under the alias.
[[nodiscard]] sql::expr in_met(const recursion&, const sql::expr& starts, std::string_view alias = {});

}  // namespace kin::mapping
