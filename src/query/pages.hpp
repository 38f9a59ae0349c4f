// Pages of a query: by number, and by where the last one ended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "query/query_plan.hpp"

namespace kin::detail {

/// LIMIT and OFFSET of a page; usage_error where the query has a limit of its own, or there is no such page.
[[nodiscard]] query_plan page_of(const query_plan&, std::int64_t number, std::int64_t size, const site&);

/// The rows behind a cursor: no OFFSET, but a condition on the columns of the order, which is made total.
class keyset_page {
  public:
    /// usage_error where the cursor is not one of this query.
    keyset_page(const query_plan&, std::string_view cursor, std::int64_t size, const site&);
    ~keyset_page();
    keyset_page(const keyset_page&) = delete;
    keyset_page& operator=(const keyset_page&) = delete;

    query_plan part;
    /// Where the next page begins, once `part` was run; empty for nothing.
    [[nodiscard]] std::string next() const;

  private:
    struct ordered;
    std::unique_ptr<ordered> order_;
};

}  // namespace kin::detail
