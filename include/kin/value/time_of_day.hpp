// A time without a date as a column.
#pragma once

#include <compare>
#include <cstdint>

#include <kin/value/traits.hpp>

namespace kin {

/// Microseconds since midnight: TIME on PostgreSQL and MariaDB, `HH:MM:SS` text on SQLite. For lengths of time there
/// are std::chrono's durations.
struct time_of_day {
    std::int64_t microseconds{};

    constexpr time_of_day() = default;
    constexpr explicit time_of_day(std::int64_t since_midnight) : microseconds{since_midnight} {}
    constexpr time_of_day(int hour, int minute, int second = 0, int microsecond = 0)
        : microseconds{((hour * std::int64_t{60} + minute) * 60 + second) * 1'000'000 + microsecond} {}

    friend auto operator<=>(const time_of_day&, const time_of_day&) = default;
};

template <>
struct storage<time_of_day> {
    static constexpr layout rep = layout::i64;
    static constexpr kind type = kind::time;
};

}  // namespace kin
