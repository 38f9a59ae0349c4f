// What queries and sessions count, sum up, … over the relations of objects.
#pragma once

#include <string>
#include <vector>

#include <kin/graph/aggregate_table.hpp>
#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

struct wanted_aggregate {
    const mapping::relation* over = nullptr;
    graph::aggregate_ask ask{};
    std::string alias{};
    sql::expr condition{};

    /// The question, whose alias is the one kept here.
    [[nodiscard]] graph::aggregate_ask question() const noexcept {
        graph::aggregate_ask q = ask;
        q.alias = alias;
        return q;
    }
};

/// The answer for each row of the select around it, which reads the owner under this alias.
[[nodiscard]] sql::expr answer_of(const graph::kept_aggregate&, const sql::expr& condition,
                                  std::string_view owner_alias, const site&);

}  // namespace kin::detail
