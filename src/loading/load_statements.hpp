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
    load_statements(session_memory& memory, const load_option& ask, const load_level& below, const row_shape& shape)
        : memory_{memory}, ask_{ask}, relation_{*ask.what}, below_{below}, shape_{shape} {}

    bool apart = false;              ///< of a many_to_many: its targets come by themselves
    graph::pool* between = nullptr;  ///< association objects in memory that the next flush changes

    /// The conditions on these columns that name all keys: of the keys, a thousand each, or of the statement that found
    /// their owners (`origin`).
    [[nodiscard]] std::vector<sql::expr> conditions(const mapping::model&, const std::vector<std::uint16_t>& columns,
                                                    key_set&, const mapping::model& of,
                                                    const std::vector<std::uint16_t>& from, const sql::select* origin,
                                                    std::string_view alias = {}) const;
    /// A key of 0 that nobody gave: of an object that was added and not flushed.
    [[nodiscard]] bool unset(const graph::node&, const std::vector<std::uint16_t>& columns) const;
    /// The statements that ask for the targets of all keys.
    [[nodiscard]] std::vector<sql::select> selects(key_set&, bool all_of_table, const sql::select* origin) const;
    /// The same of a through relation, by the keys of its owners.
    [[nodiscard]] std::vector<sql::select> selects_through(std::span<graph::node* const> owners, bool all_of_table,
                                                           const sql::select* origin) const;
    /// WITH RECURSIVE: what stands below, or above, the rows that `starts` selects.
    [[nodiscard]] sql::select select_tree(const mapping::recursion&, const sql::expr& starts) const;
    /// Of a many_to_many: whether the pairs are read by themselves, since nothing is said of the targets that only a
    /// join could tell.
    [[nodiscard]] bool pairs_apart(std::size_t owners, const sql::select* origin) const;
    /// The statements that ask for the targets of these pairs: by their keys, or else by the pairs' own condition.
    [[nodiscard]] std::vector<sql::select> select_targets_of(const std::vector<sql::select>& pairs, key_set&) const;
    /// The keys by which targets find these owners; of a whole table only whether there are any.
    [[nodiscard]] key_set keys_of(std::span<graph::node* const> owners, bool all_of_table) const;

  private:
    [[nodiscard]] const mapping::foreign_key& key() const noexcept { return *relation_.key; }
    /// A has_one that shows one of the rows that refer to its owner.
    [[nodiscard]] bool one_of_many() const noexcept { return relation_.options.chosen != mapping::choice::all; }
    [[nodiscard]] sql::select select_targets(const sql::expr& condition, bool ordered) const;
    [[nodiscard]] sql::select per_owner(sql::select) const;
    [[nodiscard]] sql::select select_pairs(const sql::expr& condition) const;

    session_memory& memory_;
    const load_option& ask_;
    const mapping::relation& relation_;
    const load_level& below_;
    const row_shape& shape_;
};

}  // namespace kin::detail
