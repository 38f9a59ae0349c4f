// What the statement log tells, and whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/value/counted.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {

class connection;

/// One statement that was run, as `db.on_statement` sees it.
struct statement_event {
    std::string_view sql{};
    std::string parameters{};   ///< described; empty for a run over many objects
    std::size_t runs = 1;       ///< objects of a batch
    std::int64_t rows = 0;      ///< read
    std::int64_t affected = 0;  ///< changed
    std::int64_t nanoseconds =
        0;         ///< from start to finish; `std::chrono::nanoseconds{event.nanoseconds}` as a duration
    site where{};  ///< the call that caused it
    bool failed = false;
    bool control = false;            ///< BEGIN, COMMIT, SAVEPOINT, …
    const connection* on = nullptr;  ///< what ran it
};

/// A statement that one transaction sent again and again from one line, as `db.watch_n_plus_one` reports it.
struct repeated_statement {
    std::string_view sql{};
    std::size_t count = 0;
    site where{};  ///< the call; where an operator loads (`post.author->name`), the one that loaded its object
};

/// Anything that can be called with an event, or nothing. Copies share it. (std::function would do; <functional> is
/// slow to compile.)
template <class Event>
class listener {
  public:
    listener() noexcept = default;
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, listener> && std::is_invocable_v<std::decay_t<F>&, const Event&>)
        listener(F&& function)
        : owner_{new holder<std::decay_t<F>>{std::forward<F>(function)}} {}

    void operator()(const Event& event) const {
        auto* called = static_cast<callee*>(owner_.block());
        called->call(called, event);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return owner_.block() != nullptr; }

  private:
    struct callee : kin::detail::counted_block {
        void (*call)(callee*, const Event&);
    };
    template <class F>
    struct holder : callee {
        template <class G>
        explicit holder(G&& from) : callee{{&holder::drop}, &holder::invoke}, function{std::forward<G>(from)} {}
        static void drop(kin::detail::counted_block* self) noexcept { delete static_cast<holder*>(self); }
        static void invoke(callee* self, const Event& event) { static_cast<holder*>(self)->function(event); }
        F function;
    };

    kin::detail::counted_owner owner_;
};

using statement_listener = listener<statement_event>;
using repetition_listener = listener<repeated_statement>;

/// Hears what the thread (or the flow of control) that made it sends, to whatever database, until its end; the
/// innermost hears first.
class thread_watch {
  public:
    explicit thread_watch(statement_listener);
    ~thread_watch();
    thread_watch(const thread_watch&) = delete;
    thread_watch& operator=(const thread_watch&) = delete;

    [[nodiscard]] static bool any() noexcept;
    static void tell(const statement_event&);
    /// The innermost of another flow of control (flow.hpp), instead of this thread's.
    [[nodiscard]] static thread_watch* exchange(thread_watch* innermost) noexcept;

  private:
    statement_listener listener_;
    thread_watch* outer_;
    static thread_local constinit thread_watch* innermost_;
};

}  // namespace kin::engine
