// The statements that ask for the targets of many owners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <kin/graph/node.hpp>
#include <kin/sql/statement.hpp>

#include "lifecycle/session_memory.hpp"
#include "query/load_options.hpp"
#include "statements/key_conditions.hpp"
#include "statements/recursion.hpp"
#include "statements/row_shape.hpp"

namespace kin::detail {

/// Of one relation, as a query asks for it: by the keys of its owners, a thousand at a time, by the statement that
/// found them, or of a whole table. Sends nothing.
class load_statements {
  public:
    load_statements(session_memory& memory, const eager& ask, const load_level& below, const row_shape& shape)
        : memory_{memory}, ask_{ask}, relation_{*ask.what}, below_{below}, shape_{shape} {}

    bool apart = false;              ///< of a many_to_many: its targets come by themselves
    graph::pool* between = nullptr;  ///< association objects in memory that the next flush changes

    [[nodiscard]] std::vector<sql::expr> conditions(const mapping::model&, const std::vector<std::uint16_t>& columns,
                                                    key_set&, const mapping::model& of,
                                                    const std::vector<std::uint16_t>& from, const sql::select* origin,
                                                    std::string_view alias = {}) const;
    [[nodiscard]] bool unset(const graph::node&, const std::vector<std::uint16_t>& columns) const;
    [[nodiscard]] std::vector<sql::select> questions(key_set&, bool all_of_table, const sql::select* origin) const;
    [[nodiscard]] std::vector<sql::select> questions_through(std::span<graph::node* const> owners, bool all_of_table,
                                                             const sql::select* origin) const;
    [[nodiscard]] sql::select select_tree(const mapping::recursion&, const sql::expr& starts) const;
    [[nodiscard]] bool pairs_apart(std::size_t owners, const sql::select* origin) const;
    [[nodiscard]] std::vector<sql::select> select_targets_of(const std::vector<sql::select>& pairs, key_set&) const;
    [[nodiscard]] key_set keys_of(std::span<graph::node* const> owners, bool all_of_table) const;

  private:
    [[nodiscard]] const mapping::foreign_key& key() const noexcept { return *relation_.key; }
    /// A has_one that shows one of the rows that refer to its owner.
    [[nodiscard]] bool one_of_many() const noexcept { return relation_.options.chosen != mapping::choice::all; }
    [[nodiscard]] sql::select select_targets(const sql::expr& condition, bool ordered) const;
    [[nodiscard]] sql::select per_owner(sql::select) const;
    [[nodiscard]] sql::select select_pairs(const sql::expr& condition) const;

    session_memory& memory_;
    const eager& ask_;
    const mapping::relation& relation_;
    const load_level& below_;
    const row_shape& shape_;
};

}  // namespace kin::detail
