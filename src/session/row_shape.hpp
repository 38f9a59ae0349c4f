// Which columns of a model a row holds, and where.
#pragma once

#include <cstdint>
#include <vector>

#include <kin/mapping/model.hpp>
#include <kin/sql/statement.hpp>

namespace kin::detail {

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
