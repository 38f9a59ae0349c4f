// For the tests of programs that use Kin: how many statements a call may send.
#pragma once

// Before all others: they would fail in many words.
#include <kin/value/compiler.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <kin/engine/statement_log.hpp>
#include <kin/value/error.hpp>

namespace kin::testing {

/// A call sent more or fewer statements than it may; the message shows all of them, each with the line that caused it.
class statement_count_error : public error {
  public:
    using error::error;
};

/// Counts the statements that this thread sends while it lives, to whatever database, transaction control apart. A
/// batch over many objects is one, and so is one that failed.
class statement_counter {
  public:
    statement_counter();
    statement_counter(const statement_counter&) = delete;
    statement_counter& operator=(const statement_counter&) = delete;

    [[nodiscard]] std::size_t count() const noexcept { return sent_.size(); }
    /// What was sent, a line for each.
    [[nodiscard]] std::string text() const;
    /// statement_count_error where the count is another.
    void(require)(std::size_t expected, const site& where = site::current()) const;

  private:
    struct entry {
        std::string sql;
        std::string parameters;
        std::size_t runs;
        site where;
        bool failed;
    };
    std::vector<entry> sent_{};
    engine::thread_watch watch_;
};

/// Calls `action`, which has to send so many statements in this thread, and returns what it returns:
/// `expect_statements(2, [&] { … })`. statement_count_error with all that was sent where it sends more or fewer.
template <class F>
decltype(auto) expect_statements(std::size_t expected, F&& action, const site& where = site::current()) {
    const statement_counter sent;
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
        std::forward<F>(action)();
        (sent.require)(expected, where);
    } else {
        decltype(auto) result = std::forward<F>(action)();
        (sent.require)(expected, where);
        if constexpr (std::is_reference_v<decltype(result)>) {
            return static_cast<decltype(result)>(result);
        } else {
            return result;
        }
    }
}

}  // namespace kin::testing
