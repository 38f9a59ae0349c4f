// Which table has to stand before which.
#pragma once

#include <span>
#include <vector>

#include <kin/sql/definition.hpp>

namespace kin::schema {

/// The tables, referenced ones first and otherwise as listed.
struct creation_order {
    std::vector<const sql::table_definition*> tables{};
    bool cyclic = false;  ///< some refer to each other: no order satisfies every foreign key
};

[[nodiscard]] creation_order order(std::span<const sql::table_definition>);

}  // namespace kin::schema
