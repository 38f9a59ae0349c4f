// hidden<T>: a column that nobody sees but the program itself.
#pragma once

#include <type_traits>
#include <utility>

#include <kin/value/traits.hpp>

namespace kin {

/// A column that never goes out, `kin::hidden<std::string> password_hash{}`: to_json leaves it out, filters from
/// outside may not name it, and neither errors nor the statement log show what it holds. The program reads and writes
/// it, and queries compare it, as a T. For types that cannot be touched, `kin::table(…).hidden("column")` says the
/// same.
template <class T>
class hidden {
  public:
    hidden() = default;
    template <class U>
    requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, hidden>) hidden(U&& value)
        : value_(std::forward<U>(value)) {}
    template <class U>
    requires(std::is_assignable_v<T&, U&&> && !std::is_same_v<std::remove_cvref_t<U>, hidden>) hidden& operator=(
        U&& value) {
        value_ = std::forward<U>(value);
        return *this;
    }

    [[nodiscard]] const T& get() const noexcept { return value_; }
    [[nodiscard]] T& get() noexcept { return value_; }
    operator const T&() const noexcept { return value_; }
    [[nodiscard]] const T& operator*() const noexcept { return value_; }
    [[nodiscard]] T& operator*() noexcept { return value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }
    [[nodiscard]] T* operator->() noexcept { return &value_; }

    template <class U>
    requires(!std::is_same_v<U, hidden>) [[nodiscard]] bool operator==(const U& right) const { return value_ == right; }
    [[nodiscard]] bool operator==(const hidden& right) const { return value_ == right.value_; }

  private:
    T value_{};  // alone: the core reads it where the member stands
};

}  // namespace kin
