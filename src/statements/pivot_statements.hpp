// The rows of pivots: written from pairs of objects, since no object stands for them.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include <kin/engine/connection.hpp>
#include <kin/graph/node.hpp>
#include <kin/mapping/relation.hpp>

#include "statements/model_statements.hpp"

namespace kin::detail {

/// INSERT of a row of the pivot (nothing where the pair is unique and there already), or DELETE of one, by the two
/// keys. Built once in the program, as the statements of models are. Thread-safe.
[[nodiscard]] const engine::fixed_statement& pair_statement(const mapping::link_pair&, const sql::dialect&, bool add);

/// UPDATE of these columns of an association object (and of what Kin keeps: updated_at, the version) by the two keys;
/// `revives`: of a row that was removed and stayed.
[[nodiscard]] const bound_statement& pair_update(const mapping::link_pair&, const sql::dialect&, std::uint64_t columns,
                                                 bool revives);

/// mapping_error instead of the error that a pivot without a key makes of `pair_statement`; nothing for others.
void refuse_keyless_pivot(const error&, const mapping::link_pair&);

/// Inserts a row of the pivot for each pair (nothing where it is there already), or deletes them: one statement, run
/// for each pair, or sent with arrays of them and not waited for: then the cursor is still to be read. Rows of a pivot
/// that keeps what is removed get their time of removal. `removed`, which is 0
/// before, receives how many rows went of each pair.
[[nodiscard]] engine::cursor write_pairs(engine::connection&, const mapping::link_pair&,
                                         std::span<const std::pair<graph::node*, graph::node*>>, bool add,
                                         std::int64_t* removed = nullptr);

}  // namespace kin::detail
