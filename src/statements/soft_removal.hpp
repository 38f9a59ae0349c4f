// Rows that are removed and stay: the statement, and who goes along.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

#include "mapping/ownership.hpp"

namespace kin::detail {

/// UPDATE … SET the time of removal (nothing: NULL) WHERE; what is stamped and counted otherwise is so here.
[[nodiscard]] sql::update soft_removal(const mapping::model&, const sql::expr& rows, std::optional<std::int64_t> at);
/// The same, of rows that come back.
[[nodiscard]] sql::update soft_return(const mapping::model&, const sql::expr& rows, std::int64_t now);
/// Rows that were not removed before.
[[nodiscard]] sql::expr not_removed(const mapping::model&);
/// Removes those of the rows that were not removed before; gives how many.
std::int64_t remove_softly(engine::connection&, const mapping::model&, const sql::expr& rows, std::int64_t at);

/// A row that comes back, and when it was removed.
using returned_row = std::function<void(const mapping::model&, const std::vector<value>& key, std::int64_t removed_at)>;
/// The rows that were removed with these objects, found by the time that they share: a SELECT for each relation that
/// owns them, an UPDATE for each that has some.
void restore_owned(engine::connection&, const mapping::model&, const std::vector<graph::node*>&, std::int64_t now,
                   const returned_row&, const site&);

}  // namespace kin::detail
