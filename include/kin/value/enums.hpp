// Enums as columns that hold only what the enum has: by name, or by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/value/traits.hpp>

namespace kin {

namespace detail {

/// One enumerator of a type, without the type.
struct enumerator {
    std::int64_t number = 0;
    std::string_view name{};  ///< empty: there is none of this number
};

template <auto Value>
constexpr std::string_view spelled_enumerator() noexcept {
    std::string_view text = __PRETTY_FUNCTION__;
    // "… [with auto Value = State::open; std::string_view = …]", "… [Value = State::open]": else "(State)7".
    text.remove_prefix(text.find("Value = ") + 8);
    text = text.substr(0, text.find_first_of(";]"));
    if (text.find('(') == 0 || text.find_first_of("-0123456789") == 0) return {};
    const std::size_t colon = text.rfind(':');
    return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

template <class E, std::int64_t First, class Numbers>
struct enumerator_table;
template <class E, std::int64_t First, std::size_t... N>
struct enumerator_table<E, First, std::index_sequence<N...>> {
    static constexpr enumerator all[] = {
        {First + static_cast<std::int64_t>(N),
         spelled_enumerator<static_cast<E>(First + static_cast<std::int64_t>(N))>()}...};
};

/// conversion_error, which lists the names.
[[nodiscard]] std::int64_t enum_number(const enumerator* all, std::size_t count, std::string_view name);
[[nodiscard]] std::string enum_name(const enumerator* all, std::size_t count, std::int64_t number);
[[nodiscard]] std::int64_t checked_enum_number(const enumerator* all, std::size_t count, std::int64_t number);

template <class E, int First, int Last>
struct enumerators {
    static_assert(std::is_enum_v<E> && !std::is_convertible_v<E, int>, "kin: this codec is for an enum class");
    static_assert(First <= Last && Last - First < 1024, "kin: a codec looks through at most 1024 numbers of an enum");
    using table = enumerator_table<E, First, std::make_index_sequence<std::size_t{Last - First + 1}>>;
    static constexpr std::size_t count = static_cast<std::size_t>(Last - First + 1);
};

}  // namespace detail

/// Stores an enum as the names of its enumerators, in one line:
/// `template <> struct kin::codec<State> : kin::enum_names<State> {};`
/// The same names stand in JSON and in filters; any other text is a conversion_error that lists them. Looks at the
/// numbers from First to Last.
template <class E, int First = 0, int Last = 63>
struct enum_names : detail::enumerators<E, First, Last> {
    using of = detail::enumerators<E, First, Last>;
    using stored = std::string;
    static stored to_stored(E e) { return detail::enum_name(of::table::all, of::count, static_cast<std::int64_t>(e)); }
    static E from_stored(std::string_view name) {
        return static_cast<E>(detail::enum_number(of::table::all, of::count, name));
    }
};

/// The same as numbers, as an enum without a codec is stored, but a number that no enumerator has is a
/// conversion_error.
template <class E, int First = 0, int Last = 63>
struct enum_numbers : detail::enumerators<E, First, Last> {
    using of = detail::enumerators<E, First, Last>;
    using stored = std::int64_t;
    static stored to_stored(E e) {
        return detail::checked_enum_number(of::table::all, of::count, static_cast<std::int64_t>(e));
    }
    static E from_stored(stored number) {
        return static_cast<E>(detail::checked_enum_number(of::table::all, of::count, number));
    }
};

}  // namespace kin
