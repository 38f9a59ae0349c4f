// Which columns of a model a row holds, and where.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

/// The columns that a query does not read, by what it says of them, each a mask (`kept` 0: all; `wanted`: deferred ones
/// that are read nevertheless); never a key, or a column that a relation is about.
[[nodiscard]] std::uint64_t columns_left_out(const mapping::model&, std::uint64_t kept, std::uint64_t skipped,
                                             std::uint64_t wanted) noexcept;

/// All columns in their order, but those that are missing.
struct row_shape {
    row_shape(const mapping::model&, std::uint64_t missing);

    const mapping::model& what;
    std::uint64_t missing = 0;
    std::vector<field> fields{};  ///< empty where nothing is missing: the model's own

    /// Where the row has a column.
    [[nodiscard]] int at(std::uint16_t column) const noexcept;
    [[nodiscard]] int width() const noexcept;
    /// Adds the columns to what a statement selects.
    void add_to(sql::select&, std::string_view alias = {}) const;
};

}  // namespace kin::detail
