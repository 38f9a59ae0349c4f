// What a database has once a list of differences is removed: decided here, and nowhere else.
#pragma once

#include <span>

#include <kin/schema/compare.hpp>

namespace kin::schema::changing {

/// `base` as it is, but for what the list names, which is as in `wanted`. Renames have been made in it before.
[[nodiscard]] catalogue without_differences(const catalogue& base, const catalogue& wanted, std::span<const difference>,
                                            const sql::dialect&);

/// Whether statements remove it; if not, somebody has to by hand.
[[nodiscard]] bool has_statement(const difference&, const sql::dialect&);

}  // namespace kin::schema::changing
