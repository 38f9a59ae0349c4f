// deferred<T>: a column that queries leave out until it is touched.
#pragma once

#include <type_traits>
#include <utility>

#include <kin/value/error.hpp>
#include <kin/value/traits.hpp>

namespace kin {

namespace graph {
/// Reads the column of the object around `member`, and of its siblings that lack it.
void read_deferred(const void* member, const site&);
}  // namespace graph

/// A large column, `kin::deferred<std::string> body{}`: queries leave it out unless they ask for it (`undefer`,
/// `only`), and the first touch reads it for the object and its siblings. One SELECT by primary key, a thousand objects
/// at a time. raised_load in a strict session and where the session is gone; not_found where the row is gone.
template <class T>
class deferred {
  public:
    using kin_deferred = T;

    deferred() = default;
    template <class U>
    requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, deferred>) deferred(U&& value)
        : value_(std::forward<U>(value)) {}
    // A copy holds the value: it is read first.
    deferred(const deferred& other) : value_(other.get()) {}
    deferred(deferred&& other) : value_(std::move(other.edit())) {}
    deferred& operator=(const deferred& other) {
        edit() = other.get();
        return *this;
    }
    deferred& operator=(deferred&& other) {
        edit() = std::move(other.edit());
        return *this;
    }
    template <class U>
    requires(std::is_assignable_v<T&, U&&> && !std::is_same_v<std::remove_cvref_t<U>, deferred>) deferred& operator=(
        U&& value) {
        edit() = std::forward<U>(value);
        return *this;
    }
    ~deferred() = default;

    [[nodiscard]] const T& get(const site& where = {}) const {
        if (absent_) [[unlikely]]
            graph::read_deferred(this, where);
        return value_;
    }
    /// For changing it in place; the flush has to know what the row holds, so it is read first.
    [[nodiscard]] T& edit(const site& where = {}) { return const_cast<T&>(get(where)); }

    operator const T&() const { return get(); }
    [[nodiscard]] const T& operator*() const { return get(); }
    [[nodiscard]] const T* operator->() const { return &get(); }

    template <class U>
    requires(!std::is_same_v<U, deferred>) [[nodiscard]] bool operator==(const U& right) const {
        return get() == right;
    }
    [[nodiscard]] bool operator==(const deferred& right) const { return get() == right.get(); }

  private:
    // In this order: the value stands where the member does, and the core finds the flag right behind it.
    T value_{};
    bool absent_ = false;
};

}  // namespace kin
