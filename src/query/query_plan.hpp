// A query as data: what its builder collects and the session runs.
#pragma once

#include <cstdint>

#include <kin/engine/connection.hpp>
#include <kin/mapping/model.hpp>
#include <kin/query/load_tree.hpp>
#include <kin/query/running.hpp>
#include <kin/sql/statement.hpp>

#include "mapping/scope.hpp"
#include "query/aggregates.hpp"

namespace kin::detail {

struct row_shape;

/// How far the rows of a page go, and what the last one has in the columns of its order.
struct page_end {
    page_end(const std::vector<std::uint16_t>& order, std::size_t size) : columns{order}, size{size} {}

    /// Whether the page is full; one more row than it has room for says that there is more.
    [[nodiscard]] bool reached(std::size_t found) noexcept {
        more = found == size;
        return more;
    }
    void note(engine::cursor&, const row_shape&);

    const std::vector<std::uint16_t>& columns;
    std::size_t size;
    bool more = false;
    std::vector<value> last{};
};

struct query_plan {
    const mapping::model* what = nullptr;
    sql::select select{};  ///< columns are filled in by whoever runs it
    load_tree with{};
    std::vector<wanted_aggregate> aggregates{};
    const mapping::relation* along = nullptr;  ///< rows of a relation: its order follows that of the query
    std::uint64_t kept = 0;                    ///< columns to read; 0: all
    std::uint64_t skipped = 0;                 ///< columns not to read
    std::uint64_t wanted = 0;                  ///< deferred columns to read
    bool repeats = false;                      ///< joins may show an object in several rows
    bool refresh = false;                      ///< objects already known take the row's values (populate existing)
    mapping::visibility sees{};                ///< rows of the model that are not the usual ones
    page_end* end = nullptr;                   ///< of a page whose last row is marked
    [[nodiscard]] bool unrestricted() const noexcept;
    /// Columns that are not read.
    [[nodiscard]] std::uint64_t missing() const noexcept;
    /// Puts the order of `along` behind the query's, once.
    void add_relation_order();
};

void start(query_plan&, const mapping::model&);

}  // namespace kin::detail
