// A result a page at a time: by number, with a total, or from where the last one ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <kin/graph/ref.hpp>
#include <kin/query/running.hpp>

namespace kin {

/// One page of a result: `query.page(3, 20)`.
template <class T>
struct page {
    rows<T> items;
    std::int64_t number;  ///< from 1
    std::int64_t size;    ///< of a full page
    std::int64_t total;   ///< objects on all pages

    [[nodiscard]] std::int64_t pages() const noexcept { return (total + size - 1) / size; }
    [[nodiscard]] bool has_next() const noexcept { return number < pages(); }
};

/// The objects behind a cursor, and the cursor behind them: `query.after(cursor, 20)`.
template <class T>
struct slice {
    rows<T> items;
    std::string next;  ///< empty: there are no more

    [[nodiscard]] bool has_next() const noexcept { return !next.empty(); }
};

namespace detail {

[[nodiscard]] graph::row_list read_page(session_core&, const query_plan&, std::int64_t number, std::int64_t size,
                                        std::int64_t& total, const site&);
[[nodiscard]] graph::row_list read_after(session_core&, const query_plan&, std::string_view cursor, std::int64_t size,
                                         std::string& next, const site&);

}  // namespace detail
}  // namespace kin
