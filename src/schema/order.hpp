// Which table has to stand before which.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kin/schema/catalogue.hpp>
#include <kin/sql/definition.hpp>

namespace kin::schema {

/// The tables, referenced ones first and otherwise as listed.
struct creation_order {
    std::vector<const sql::table_definition*> tables{};
    bool cyclic = false;  ///< some refer to each other: no order satisfies every foreign key
};

[[nodiscard]] creation_order order(std::span<const sql::table_definition>);

/// Where something else is created: a function may read tables and views that have to be there before it, and tables
/// may need it in defaults and checks.
enum class other_place : std::uint8_t { before_tables, behind_tables, behind_views };

[[nodiscard]] other_place place_of(const sql::other_definition&, const catalogue&, const sql::dialect&);

}  // namespace kin::schema
