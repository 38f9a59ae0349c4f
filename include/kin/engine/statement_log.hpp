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
};

/// Anything that can be called with an event, or nothing. Copies share it. (std::function would do; <functional> is
/// slow to compile.)
class statement_listener {
  public:
    statement_listener() noexcept = default;
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, statement_listener> &&
             std::is_invocable_v<std::decay_t<F>&, const statement_event&>) statement_listener(F&& function)
        : owner_{new holder<std::decay_t<F>>{std::forward<F>(function)}} {}

    void operator()(const statement_event& event) const {
        auto* called = static_cast<callee*>(owner_.block());
        called->call(called, event);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return owner_.block() != nullptr; }

  private:
    struct callee : kin::detail::counted_block {
        void (*call)(callee*, const statement_event&);
    };
    template <class F>
    struct holder : callee {
        template <class G>
        explicit holder(G&& from) : callee{{&holder::drop}, &holder::invoke}, function{std::forward<G>(from)} {}
        static void drop(kin::detail::counted_block* self) noexcept { delete static_cast<holder*>(self); }
        static void invoke(callee* self, const statement_event& event) { static_cast<holder*>(self)->function(event); }
        F function;
    };

    kin::detail::counted_owner owner_;
};

}  // namespace kin::engine
