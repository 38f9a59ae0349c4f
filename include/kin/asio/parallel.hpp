// Independent reads, several at once.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include <kin/asio/calls.hpp>

namespace kin::asio {

/// Runs each function as `db.read` does, at once as far as there are connections: a session each, so that they do not
/// see one moment. Gives what they return, in their order. Where one fails the others are cancelled, and the first
/// error is thrown.
template <class... F>
boost::asio::awaitable<std::tuple<detail::result_of<F>...>> parallel(calls db, F... functions) {
    static_assert(sizeof...(F) > 0 && (!std::is_void_v<detail::result_of<F>> && ...),
                  "each function returns something");
    auto all =
        co_await boost::asio::experimental::make_parallel_group(db.read(std::move(functions), boost::asio::deferred)...)
            .async_wait(boost::asio::experimental::wait_for_one_error(), boost::asio::use_awaitable);
    // The order in which they ended, then an error and a result of each.
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        const std::array<std::exception_ptr, sizeof...(F)> errors{std::get<1 + 2 * Index>(all)...};
        for (const std::size_t each : std::get<0>(all)) {
            if (errors[each] != nullptr) std::rethrow_exception(errors[each]);
        }
    }
    (std::index_sequence_for<F...>{});
    co_return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::tuple<detail::result_of<F>...>{std::move(std::get<2 + 2 * Index>(all))...};
    }
    (std::index_sequence_for<F...>{});
}

}  // namespace kin::asio
