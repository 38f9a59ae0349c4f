// What a commit leaves to nobody.
#pragma once

#include "memory/object_table.hpp"
#include "memory/undo_log.hpp"

namespace kin::detail {

/// After COMMIT, before the undo log is forgotten: nobody goes back to what was before. Snapshots that were replaced
/// are given back, and collections have again the places of their arrays that members have left at the end, or all of
/// them have. Looks at what the transaction has changed.
void give_back_what_was(undo_log&, object_table&) noexcept;

}  // namespace kin::detail
