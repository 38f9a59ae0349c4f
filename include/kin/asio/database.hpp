// A database on an event loop: functions over sessions that nobody's thread waits for.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/asio/options.hpp>
#include <kin/asio/work.hpp>
#include <kin/kin.hpp>
#include <kin/session/transact.hpp>

namespace kin::asio {

/// More calls wait than options::max_waiting allows: nothing was sent. To be told to whoever asks: try again later.
class overloaded : public database_error {
  public:
    using database_error::database_error;
};

namespace detail {

class dispatcher;

/// What a completion handler is called with.
template <class R>
struct signature {
    static_assert(std::is_default_constructible_v<R>,
                  "what the function returns is default-constructible: a handler gets one beside an error, too");
    using type = void(std::exception_ptr, R);
};
template <>
struct signature<void> {
    using type = void(std::exception_ptr);
};

}  // namespace detail

/// Runs functions over sessions, `connections` of them at a time, the others wait in a queue, first come first served.
///
/// A driver that waits for a socket (PostgreSQL) runs them in stackful coroutines on the executor: where the server has
/// to be waited for, also below a lazy load, the coroutine is suspended and its thread does something else. SQLite,
/// which has nothing to wait for, runs them on threads of its own: those of `transact` and `run` one after the other,
/// those of `read` beside them.
///
/// Completion tokens are Asio's: `use_awaitable`, `use_future`, `deferred`, a callback `(std::exception_ptr, R)`.
/// Errors are those of sessions, and overloaded and pool_timeout. The executor's context has to outlive the database,
/// and no thread may run it while the database goes; what was not done by then is not done, and its handlers are not
/// called.
class database {
  public:
    /// Opens nothing yet. A wrong URL throws usage_error at once.
    database(const boost::asio::any_io_executor&, std::string_view url, const options& = {},
             const site& = site::current());
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    /// A session of its own for the function, which commits what it wants to keep.
    template <class F, class Token>
    auto run(F function, Token&& token, const site& where = site::current()) {
        return start(std::move(function), std::forward<Token>(token), detail::manner::run, {}, where);
    }
    /// As `run`, for a function that changes nothing: SQLite runs it beside a writer.
    template <class F, class Token>
    auto read(F function, Token&& token, const site& where = site::current()) {
        return start(std::move(function), std::forward<Token>(token), detail::manner::read, {}, where);
    }
    /// As kin::transact: commits, and runs again where the transaction lost against another one.
    template <class F, class Token>
    auto transact(F function, Token&& token, const site& where = site::current()) {
        return start(std::move(function), std::forward<Token>(token), detail::manner::transact, {}, where);
    }
    template <class F, class Token>
    auto transact(const retry& how, F function, Token&& token, const site& where = site::current()) {
        return start(std::move(function), std::forward<Token>(token), detail::manner::transact, how, where);
    }

    /// The same database for a thread that waits: `create`, hooks, listeners, migrations.
    [[nodiscard]] kin::database& blocking() noexcept;
    [[nodiscard]] boost::asio::any_io_executor get_executor() const noexcept;
    /// Calls that wait for a connection.
    [[nodiscard]] std::size_t waiting() const noexcept;
    /// Calls that have one.
    [[nodiscard]] std::size_t running() const noexcept;

  private:
    template <class F, class Token>
    auto start(F function, Token&& token, detail::manner how, const retry& again, const site& where) {
        using R = detail::result_of<F>;
        return boost::asio::async_initiate<Token, typename detail::signature<R>::type>(
            [this, how, again, where](auto handler, F f) {
                submit(std::make_unique<detail::work_of<F, decltype(handler)>>(std::move(f), std::move(handler),
                                                                               get_executor(), how, again, where));
            },
            token, std::move(function));
    }
    void submit(std::unique_ptr<detail::work>);

    std::shared_ptr<detail::dispatcher> dispatcher_;
};

}  // namespace kin::asio
