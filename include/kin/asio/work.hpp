// What is to be done, and whom to tell: the typed part of a call, for the compiled part that runs it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <kin/session/transact.hpp>

namespace kin::asio::detail {

class ticket;
[[nodiscard]] std::shared_ptr<ticket> make_ticket();

/// How a session for a piece of work is made and ended.
enum class manner : unsigned char { run, read, transact };

class work {
  public:
    explicit work(manner how, const retry& again, const site& where)
        : how_{how}, again_{again}, where_{where}, ticket_{make_ticket()} {}
    work(const work&) = delete;
    work& operator=(const work&) = delete;
    virtual ~work() = default;

    /// In a coroutine or a thread: calls the function, keeps what it returns.
    virtual void call(session&) = 0;
    /// Tells whoever asked; the error is null where it went well. Called once, or never where the database is gone.
    virtual void complete(std::exception_ptr) noexcept = 0;

    [[nodiscard]] manner how() const noexcept { return how_; }
    [[nodiscard]] const retry& again() const noexcept { return again_; }
    [[nodiscard]] const site& where() const noexcept { return where_; }
    /// By which others speak of it: it outlives the work.
    [[nodiscard]] const std::shared_ptr<ticket>& its_ticket() const noexcept { return ticket_; }

  private:
    manner how_;
    retry again_;
    site where_;
    std::shared_ptr<ticket> ticket_;
};

/// Who is called back may give the slot to another call.
template <class Handler>
void forget_slot(const Handler& handler) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.clear();
}

/// Where a handler is called; the loop goes on until it was.
template <class Handler>
auto tracked_executor_of(const Handler& handler, const boost::asio::any_io_executor& fallback) {
    return boost::asio::prefer(boost::asio::get_associated_executor(handler, fallback),
                               boost::asio::execution::outstanding_work.tracked);
}
template <class Handler>
using tracked_executor = std::decay_t<decltype(tracked_executor_of(
    std::declval<const Handler&>(), std::declval<const boost::asio::any_io_executor&>()))>;

template <class F>
using result_of = std::invoke_result_t<F&, session&>;

template <class F, class Handler>
class work_of final : public work {
  public:
    using result = result_of<F>;

    work_of(F function, Handler handler, const boost::asio::any_io_executor& fallback, manner how, const retry& again,
            const site& where)
        : work{how, again, where},
          function_{std::move(function)},
          executor_{tracked_executor_of(handler, fallback)},
          handler_{std::move(handler)} {}

    void call(session& s) override {
        if constexpr (std::is_void_v<result>) {
            function_(s);
        } else {
            made_.emplace(function_(s));
        }
    }

    void complete(std::exception_ptr error) noexcept override {
        if constexpr (std::is_void_v<result>) {
            boost::asio::post(executor_, [handler = std::move(handler_), error]() mutable {
                forget_slot(handler);
                std::move(handler)(error);
            });
        } else {
            boost::asio::post(executor_, [handler = std::move(handler_), error, made = std::move(made_)]() mutable {
                forget_slot(handler);
                if (error != nullptr || !made.has_value()) {
                    std::move(handler)(error, result{});
                } else {
                    std::move(handler)(error, std::move(*made));
                }
            });
        }
    }

  private:
    struct nothing {};
    F function_;
    tracked_executor<Handler> executor_;
    Handler handler_;
    std::optional<std::conditional_t<std::is_void_v<result>, nothing, result>> made_{};
};

}  // namespace kin::asio::detail
