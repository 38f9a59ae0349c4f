// Calls of functions over sessions: the typed part.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

#include <kin/asio/errors.hpp>
#include <kin/asio/work.hpp>
#include <kin/kin.hpp>
#include <kin/session/transact.hpp>

namespace kin::asio {

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

/// Ends one call from outside. Does nothing where the call is over.
class canceller {
  public:
    canceller(std::weak_ptr<dispatcher>, std::shared_ptr<ticket>, manner) noexcept;
    void operator()(boost::asio::cancellation_type) const;

  private:
    std::weak_ptr<dispatcher> dispatcher_;
    std::shared_ptr<ticket> ticket_;
    manner how_;
};

}  // namespace detail

template <class T>
class stream;

/// What a database on an event loop can be asked for. Completion tokens are Asio's: `use_awaitable`, `use_future`,
/// `deferred`, a callback `(std::exception_ptr, R)`. Errors are those of sessions, and overloaded, pool_timeout and
/// canceled.
///
/// A call is cancelled through its handler's cancellation slot (by `operator||`, a `cancellation_signal`): it leaves
/// the queue, or its statement is ended in the server; what it had not committed is rolled back, and its connection
/// goes on. `cancellation_type::total` is not for `run`, which may have committed something.
class calls {
  public:
    /// A session of its own for the function, which commits what it wants to keep.
    template <class F, class Token>
    auto run(F function, Token&& token, const site& where = site::current()) const {
        return start(std::move(function), std::forward<Token>(token), detail::manner::run, {}, where);
    }
    /// As `run`, for a function that changes nothing: SQLite runs it beside a writer.
    template <class F, class Token>
    auto read(F function, Token&& token, const site& where = site::current()) const {
        return start(std::move(function), std::forward<Token>(token), detail::manner::read, {}, where);
    }
    /// As kin::transact: commits, and runs again where the transaction lost against another one.
    template <class F, class Token>
    auto transact(F function, Token&& token, const site& where = site::current()) const {
        return start(std::move(function), std::forward<Token>(token), detail::manner::transact, {}, where);
    }
    template <class F, class Token>
    auto transact(const retry& how, F function, Token&& token, const site& where = site::current()) const {
        return start(std::move(function), std::forward<Token>(token), detail::manner::transact, how, where);
    }

    /// The same calls with a deadline of their own, from a call to its end: deadline_passed.
    [[nodiscard]] calls within(std::chrono::milliseconds) const;

    [[nodiscard]] boost::asio::any_io_executor get_executor() const noexcept;

  protected:
    calls(std::shared_ptr<detail::dispatcher>, std::chrono::milliseconds limit) noexcept;

    std::shared_ptr<detail::dispatcher> dispatcher_;

  private:
    template <class T>
    friend class stream;

    template <class F, class Token>
    auto start(F function, Token&& token, detail::manner how, const retry& again, const site& where) const {
        using R = detail::result_of<F>;
        return boost::asio::async_initiate<Token, typename detail::signature<R>::type>(
            [self = *this, how, again, where](auto handler, F f) {
                const auto slot = boost::asio::get_associated_cancellation_slot(handler);
                auto made = std::make_unique<detail::work_of<F, decltype(handler)>>(
                    std::move(f), std::move(handler), self.get_executor(), how, again, where);
                auto cancelled = slot;
                if (cancelled.is_connected()) {
                    cancelled.template emplace<detail::canceller>(self.dispatcher_, made->its_ticket(), how);
                }
                self.submit(std::move(made));
            },
            token, std::move(function));
    }
    void submit(std::unique_ptr<detail::work>) const;

    std::chrono::milliseconds limit_;
};

}  // namespace kin::asio
