// A query as data: what its builder collects and the session runs.
#pragma once

#include <cstdint>

#include <kin/mapping/model.hpp>
#include <kin/session/core.hpp>
#include <kin/session/load_tree.hpp>
#include <kin/sql/statement.hpp>

#include "session/aggregates.hpp"

namespace kin::detail {

struct query_plan {
    const mapping::model* what = nullptr;
    sql::select select{};  ///< columns are filled in by whoever runs it
    load_tree with{};
    std::vector<wanted_aggregate> aggregates{};
    const mapping::relation* along = nullptr;  ///< rows of a relation: its order follows that of the query
    std::uint64_t kept = 0;                    ///< columns to read; 0: all
    std::uint64_t skipped = 0;                 ///< columns not to read
    bool refresh = false;                      ///< objects already known take the row's values (populate existing)
    [[nodiscard]] bool unrestricted() const noexcept;
};

void start(query_plan&, const mapping::model&);

}  // namespace kin::detail
