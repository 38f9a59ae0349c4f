// Which rows belong to others, and what becomes of them.
#pragma once

#include <kin/mapping/model.hpp>

namespace kin::detail {

/// Whether a relation of the key's target owns the rows that refer to it, or they are rows of a pivot.
[[nodiscard]] bool owned_by(const mapping::foreign_key&) noexcept;
/// Whether the rows that refer by the key are removed together with their target, though its row stays.
[[nodiscard]] bool goes_along(const mapping::foreign_key&) noexcept;
/// Whether the rows that refer to a removed row are the database's business.
[[nodiscard]] bool left_to_database(const mapping::foreign_key&) noexcept;

}  // namespace kin::detail
