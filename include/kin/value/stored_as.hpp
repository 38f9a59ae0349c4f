// kin::stored_as<T, Form>: a column that holds a T in another form than Kin's own, as somebody else's program writes
// it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kin/value/calendar.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/error.hpp>
#include <kin/value/traits.hpp>
#include <kin/value/uuid.hpp>

namespace kin {

/// A member of type T whose column has T in this form: read, written, compared and looked up in it. Also the
/// representation of a key: `kin::key<User, kin::stored_as<kin::uuid, kin::form::text>>`, in the model itself and in
/// all that refer to it. Reading what is not in the form is a conversion_error, so that no row is missed.
template <class T, class Form>
struct stored_as {
    using type = T;

    T value{};

    constexpr stored_as() = default;
    constexpr stored_as(T v) : value{std::move(v)} {}
    constexpr stored_as(const char* text) requires std::is_same_v<T, std::string> : value{text} {}

    constexpr operator const T&() const noexcept { return value; }
    constexpr const T& operator*() const noexcept { return value; }
    constexpr const T* operator->() const noexcept { return &value; }
    friend bool operator==(const stored_as&, const stored_as&) = default;
    friend auto operator<=>(const stored_as&, const stored_as&) = default;
};

template <class T, class Form>
struct codec<stored_as<T, Form>> {
    using stored = typename Form::stored;
    static constexpr comparison compares = detail::compared_by<Form>();
    static stored to_stored(const stored_as<T, Form>& from) { return Form::to_stored(from.value); }
    static stored_as<T, Form> from_stored(const stored& from) { return {Form::template from_stored<T>(from)}; }
    /// Where a column holds values of several kinds.
    static stored_as<T, Form> from_cell(const value_view& cell) requires requires { Form::template from_cell<T>(cell); }
    { return {Form::template from_cell<T>(cell)}; }
};

namespace detail {

/// How a uuid is spelled; nil is the empty text, "not given yet".
[[nodiscard]] std::string spell(const uuid&, bool dashes, bool capitals);
/// conversion_error where the text is no uuid, or one that is spelled otherwise.
[[nodiscard]] uuid read_spelled(std::string_view text, bool dashes, bool capitals);
/// ASCII letters, as NOCASE of SQLite compares them.
[[nodiscard]] std::string folded(std::string_view text, bool capitals);
/// `2024-02-29T12:00:00.250Z`, and microseconds; conversion_error for another form.
[[nodiscard]] std::string iso_text(std::int64_t microseconds, char between, int digits, std::string_view zone);
[[nodiscard]] std::int64_t read_iso_text(std::string_view text, char between, int digits, std::string_view zone);
/// Without the spaces at its end.
[[nodiscard]] std::string without_padding(std::string_view text);
/// conversion_error for a text that a column of numbers would keep as another one (`007`, `1.0`).
[[nodiscard]] const std::string& kept_as_it_is(const std::string& text);
/// The text or the digits of a whole number; conversion_error for a cell of another kind.
[[nodiscard]] std::string digits_or_text(const value_view& cell);
[[nodiscard]] double real_of(const decimal&);
[[nodiscard]] decimal decimal_of(double);

template <bool Dashes, bool Capitals>
struct uuid_text {
    using stored = std::string;
    static std::string to_stored(const uuid& from) { return spell(from, Dashes, Capitals); }
    template <class>
    static uuid from_stored(const std::string& from) {
        return read_spelled(from, Dashes, Capitals);
    }
};

struct number_or_text {
    using stored = std::string;
    static constexpr comparison compares = comparison::number_or_text;
    static std::string to_stored(const std::string& from) { return kept_as_it_is(from); }
    template <class>
    static std::string from_stored(const std::string& from) {
        return from;
    }
    template <class>
    static std::string from_cell(const value_view& cell) {
        return digits_or_text(cell);
    }
};

/// A moment, or a point of std::chrono, as microseconds since 1970.
template <class T>
std::int64_t microseconds_in(const T& from) {
    return to_value(from).integer();
}
template <class T>
T moment_from(std::int64_t microseconds) {
    const value made{microseconds, kind::timestamp};
    return from_value<T>(made.view());
}

/// Ticks of so many microseconds since so many microseconds before 1970; what is finer is cut off.
template <std::int64_t Tick, std::int64_t Before>
struct counted_time {
    using stored = std::int64_t;
    template <class T>
    static std::int64_t to_stored(const T& from) {
        return floor_divide(microseconds_in(from) + Before, Tick);
    }
    template <class T>
    static T from_stored(std::int64_t from) {
        std::int64_t microseconds = 0;
        if (__builtin_mul_overflow(from, Tick, &microseconds) ||
            __builtin_sub_overflow(microseconds, Before, &microseconds))
            throw conversion_error{"the time is out of range for 64 bits of microseconds"};
        return moment_from<T>(microseconds);
    }
};

/// Text whose column takes several spellings for one key.
template <comparison How>
struct compared_text {
    using stored = std::string;
    static constexpr comparison compares = How;
    static constexpr bool padded = How != comparison::folded;
    static std::string to_stored(const std::string& from) { return padded ? without_padding(from) : from; }
    template <class>
    static std::string from_stored(const std::string& from) {
        return to_stored(from);
    }
};

}  // namespace detail

/// The forms.
namespace form {

/// kin::uuid: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`, in capitals, without dashes.
using text = detail::uuid_text<true, false>;
using upper_text = detail::uuid_text<true, true>;
using hex = detail::uuid_text<false, false>;
using upper_hex = detail::uuid_text<false, true>;

/// Points in time: whole numbers since 1970; microseconds since 1601, as Chromium counts.
using unix_seconds = detail::counted_time<1000000, 0>;
using unix_milliseconds = detail::counted_time<1000, 0>;
using unix_microseconds = detail::counted_time<1, 0>;
using webkit_microseconds = detail::counted_time<1, 11644473600000000>;

/// Points in time as ISO text, with so many digits behind the second: `2024-02-29T12:00:00.250Z`.
template <int Digits = 0, char Between = 'T', bool Zulu = true>
struct iso {
    static_assert(Digits >= 0 && Digits <= 6, "kin: a point in time has up to six digits behind the second");
    using stored = std::string;
    template <class T>
    static std::string to_stored(const T& from) {
        return detail::iso_text(detail::microseconds_in(from), Between, Digits, Zulu ? "Z" : "");
    }
    template <class T>
    static T from_stored(const std::string& from) {
        return detail::moment_from<T>(detail::read_iso_text(from, Between, Digits, Zulu ? "Z" : ""));
    }
};

/// Text that is one key whatever the case of its ASCII letters: `COLLATE NOCASE`, citext, collations that ignore case.
using case_insensitive = detail::compared_text<comparison::folded>;
/// Text that is one key whatever spaces stand at its end: char(n) of PostgreSQL, `COLLATE RTRIM`. It is read and
/// written without them.
using unpadded = detail::compared_text<comparison::unpadded>;
/// Both.
using case_insensitive_unpadded = detail::compared_text<comparison::folded_and_unpadded>;

/// Text in a column of SQLite's that keeps it as a whole number where it reads like one (of INTEGER or NUMERIC
/// affinity, whatever its type is called): codes that are `4326` in one row and `CRS84` in the next. A text that the
/// column would keep as another one, `007` or `1.0`, is a conversion_error.
using number_or_text = detail::number_or_text;

/// kin::decimal as a binary number (REAL): compared as numbers; what a double cannot hold is rounded.
struct real {
    using stored = double;
    static double to_stored(const decimal& from) { return detail::real_of(from); }
    template <class>
    static decimal from_stored(double from) {
        return detail::decimal_of(from);
    }
};

}  // namespace form
}  // namespace kin

template <class T, class Form>
struct std::hash<kin::stored_as<T, Form>> {
    std::size_t operator()(const kin::stored_as<T, Form>& v) const noexcept { return std::hash<T>{}(v.value); }
};
