// PostgreSQL's types and their binary forms.
#pragma once

#include <libpq-fe.h>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <kin/value/kind.hpp>

namespace kin::engine::postgresql {

/// How a column's cells arrive.
enum class wire : std::uint8_t {
    boolean,
    int2,
    int4,
    int8,
    oid,
    float4,
    float8,
    text,
    padded,  ///< char(n): spaces at its end say nothing
    made,    ///< by extensions and users: enums and the like are text, others whatever they are
    bytea,
    date,
    time,
    timestamp,  ///< with and without a time zone
    uuid,
    numeric,
    jsonb,
    network,  ///< inet, cidr
    array,    ///< of numbers, texts, uuids
    nothing,  ///< void
    other,
};

[[nodiscard]] wire wire_of(Oid) noexcept;

/// The type that a parameter of this kind is announced as; 0 lets the server find it out, so that text can stand where
/// an enum, JSON or any other type with a text form is wanted.
[[nodiscard]] Oid type_of(kind) noexcept;

/// The type of an array's elements and that of the array, for columns of this kind; what is no type of ours is text.
struct array_type {
    Oid element;
    Oid array;
};
[[nodiscard]] array_type array_of(kind) noexcept;

// Both sides of the line count days and microseconds, PostgreSQL from the year 2000 on.
inline constexpr std::int32_t days_to_2000 = 10957;
inline constexpr std::int64_t microseconds_to_2000 = std::int64_t{days_to_2000} * 86400 * 1000000;

namespace detail {
template <std::size_t Size>
struct bits;
template <>
struct bits<1> {
    using type = std::uint8_t;
};
template <>
struct bits<2> {
    using type = std::uint16_t;
};
template <>
struct bits<4> {
    using type = std::uint32_t;
};
template <>
struct bits<8> {
    using type = std::uint64_t;
};
constexpr std::uint8_t swapped(std::uint8_t n) noexcept { return n; }
constexpr std::uint16_t swapped(std::uint16_t n) noexcept { return __builtin_bswap16(n); }
constexpr std::uint32_t swapped(std::uint32_t n) noexcept { return __builtin_bswap32(n); }
constexpr std::uint64_t swapped(std::uint64_t n) noexcept { return __builtin_bswap64(n); }
/// To the line's byte order and back.
template <class Bits>
constexpr Bits ordered(Bits n) noexcept {
    return std::endian::native == std::endian::little ? swapped(n) : n;
}
}  // namespace detail

template <class Number>
inline void write_number(char* to, Number number) noexcept {
    const auto bits = detail::ordered(std::bit_cast<typename detail::bits<sizeof number>::type>(number));
    std::memcpy(to, &bits, sizeof bits);
}

template <class Number>
inline Number read_number(const char* from) noexcept {
    typename detail::bits<sizeof(Number)>::type bits;
    std::memcpy(&bits, from, sizeof bits);
    return std::bit_cast<Number>(detail::ordered(bits));
}

/// A binary numeric as `-12.50`, `NaN`, `Infinity`.
[[nodiscard]] std::string numeric_text(std::string_view binary);

/// A binary inet or cidr as `10.0.0.1`, `10.0.0.0/8`; empty for what is none.
[[nodiscard]] std::string network_text(std::string_view binary);

/// How many parameters the text has: its highest `$n` outside of strings, names and comments.
[[nodiscard]] int placeholders_of(std::string_view sql) noexcept;

}  // namespace kin::engine::postgresql
