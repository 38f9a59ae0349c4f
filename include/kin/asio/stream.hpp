// Values that a function over a session makes, each when somebody asks for it.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <kin/asio/database.hpp>
#include <kin/engine/notifications.hpp>

namespace kin::asio {

namespace detail {

/// Makes the one side wait for the other: a coroutine or a thread for somebody who asks.
class turnstile {
  public:
    turnstile();
    ~turnstile();
    turnstile(const turnstile&) = delete;
    turnstile& operator=(const turnstile&) = delete;

    /// Waits until `pass` was called since it last returned; statement_canceled where the call is ended first.
    void wait();
    /// From any thread.
    void pass() noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Who waits for a value.
template <class T>
class asker {
  public:
    virtual ~asker() = default;
    virtual void tell(std::exception_ptr, std::optional<T>) = 0;
};

template <class T, class Handler>
class asker_of final : public asker<T> {
  public:
    asker_of(Handler handler, const boost::asio::any_io_executor& fallback)
        : executor_{tracked_executor_of(handler, fallback)}, handler_{std::move(handler)} {}
    void tell(std::exception_ptr error, std::optional<T> value) override {
        boost::asio::post(executor_, [handler = std::move(handler_), error, value = std::move(value)]() mutable {
            forget_slot(handler);
            std::move(handler)(error, std::move(value));
        });
    }

  private:
    tracked_executor<Handler> executor_;
    Handler handler_;
};

/// What is told who asks behind the end of the database.
[[nodiscard]] std::exception_ptr no_database();

/// What both sides of a stream know. Who waits belongs to it, and it to them, where a coroutine holds its stream: one
/// of the two has to let go, so whatever happens to the function there is an `end` or a `drop`.
template <class T>
struct streaming {
    std::mutex mutex{};
    turnstile asked{};
    std::unique_ptr<asker<T>> who{};
    std::exception_ptr error{};
    bool ended = false;
    bool gone = false;  ///< without an end

    void give(std::optional<T> value) {
        std::unique_ptr<asker<T>> to;
        {
            const std::lock_guard lock{mutex};
            to = std::move(who);
        }
        if (to != nullptr) to->tell(nullptr, std::move(value));
    }
    /// The database has gone: nobody is told any more who waits, and whoever asks from now on is told that.
    void drop() noexcept {
        std::unique_ptr<asker<T>> to;
        {
            const std::lock_guard lock{mutex};
            ended = true;
            gone = true;
            to = std::move(who);
        }
    }
    void end(std::exception_ptr e) {
        std::unique_ptr<asker<T>> to;
        {
            const std::lock_guard lock{mutex};
            ended = true;
            to = std::move(who);
            if (to == nullptr) error = e;
        }
        if (to != nullptr) to->tell(e, std::nullopt);
    }
    /// Nothing where it was told at once.
    void ask(std::unique_ptr<asker<T>> by) {
        std::exception_ptr e;
        {
            const std::lock_guard lock{mutex};
            if (!ended) {
                who = std::move(by);
                asked.pass();
                return;
            }
            e = gone ? no_database() : std::exchange(error, nullptr);
        }
        by->tell(e, std::nullopt);
    }
};

/// Called where the function has ended; gone without that where the database is.
template <class T>
class end_of_stream {
  public:
    explicit end_of_stream(std::shared_ptr<streaming<T>> of) noexcept : of_{std::move(of)} {}
    end_of_stream(end_of_stream&&) noexcept = default;
    end_of_stream& operator=(end_of_stream&&) = delete;
    ~end_of_stream() {
        if (of_ != nullptr) of_->drop();
    }
    void operator()(std::exception_ptr error) { std::exchange(of_, nullptr)->end(std::move(error)); }

  private:
    std::shared_ptr<streaming<T>> of_;
};

}  // namespace detail

/// Where a stream's function puts what it makes.
template <class T>
class sink {
  public:
    explicit sink(detail::streaming<T>& to) : to_{to} {}
    /// Waits until somebody asks, gives it to them, and waits until they ask again: meanwhile the function stands
    /// still, and what was given is theirs alone.
    void operator()(T value) {
        if (!std::exchange(asked_, true)) to_.asked.wait();
        to_.give(std::move(value));
        to_.asked.wait();
    }

  private:
    detail::streaming<T>& to_;
    bool asked_ = false;
};

/// Runs a function `(session&, sink<T>&)` as `database::read` does, which has a connection for as long as the stream
/// lives. It begins at once and goes on as far as it is asked; when the stream goes, it is cancelled. One value is
/// asked for at a time.
template <class T>
class stream {
  public:
    template <class F>
    stream(const calls& db, F function, const site& where = site::current())
        : streaming_{std::make_shared<detail::streaming<T>>()}, executor_{db.get_executor()} {
        auto make = [shared = streaming_, f = std::move(function)](session& s) mutable {
            sink<T> to{*shared};
            f(s, to);
        };
        detail::end_of_stream<T> told{streaming_};
        auto work = std::make_unique<detail::work_of<decltype(make), decltype(told)>>(
            std::move(make), std::move(told), executor_, detail::manner::read, retry{}, where);
        cancel_.emplace(db.dispatcher_, work->its_ticket(), detail::manner::read);
        db.submit(std::move(work));
    }
    ~stream() {
        if (cancel_) (*cancel_)(boost::asio::cancellation_type::terminal);
    }
    stream(stream&&) noexcept = default;
    stream& operator=(stream&&) = delete;

    /// The next value, or nothing behind the last one: `(std::exception_ptr, std::optional<T>)`. Errors of the function
    /// come here. Whoever cancels it cancels the stream.
    template <class Token>
    auto next(Token&& token) {
        return boost::asio::async_initiate<Token, void(std::exception_ptr, std::optional<T>)>(
            [shared = streaming_, executor = executor_, cancel = *cancel_](auto handler) {
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected()) slot.template emplace<detail::canceller>(cancel);
                shared->ask(std::make_unique<detail::asker_of<T, decltype(handler)>>(std::move(handler), executor));
            },
            token);
    }

  private:
    std::shared_ptr<detail::streaming<T>> streaming_;
    boost::asio::any_io_executor executor_;
    std::optional<detail::canceller> cancel_{};
};

/// What is announced on PostgreSQL's channels from now on (LISTEN, NOTIFY); it has a connection for itself, one of the
/// database's. usage_error where the database has no notifications.
[[nodiscard]] boost::asio::awaitable<stream<engine::notification>> listen(database&, std::vector<std::string> channels,
                                                                          site where = site::current());

}  // namespace kin::asio
