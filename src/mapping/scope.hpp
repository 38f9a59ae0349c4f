// Which rows of its table a model shows.
#pragma once

#include <cstdint>
#include <mutex>

#include <kin/mapping/model.hpp>
#include <kin/sql/expr.hpp>

namespace kin::mapping {

/// The condition that a model gives itself. It names columns, which asks for descriptors: made when the first query
/// needs it, and never destroyed, like the model.
struct scope_rule {
    void (*make)(sql::expr&) = nullptr;
    std::once_flag once{};
    sql::expr made{};
};

/// Which part of a table a query reads.
struct visibility {
    enum class removed : std::uint8_t { hidden, shown, alone };
    removed soft = removed::hidden;
    bool scope = true;

    [[nodiscard]] bool usual() const noexcept { return soft == removed::hidden && scope; }
};

/// As a condition on columns without an alias; empty for all rows.
[[nodiscard]] sql::expr visible_rows(const model&, visibility = {});
/// All rows of the table: what the unit of work writes, and reads of objects that are here already.
[[nodiscard]] sql::source every_row_of(const model&, std::string_view alias = {});

}  // namespace kin::mapping
