// Dates and times as numbers and as ISO 8601 text: what a database without such types stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <kin/value/kind.hpp>

namespace kin {

/// A day of the proleptic Gregorian calendar.
struct civil_date {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};

/// Days since 1970-01-01. Counts years from March, so that the leap day is the last of its year.
constexpr std::int64_t days_of(civil_date date) noexcept {
    const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto year_of_era = static_cast<unsigned>(year - era * 400);
    const unsigned month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    const unsigned day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/// The day that is `days` days after 1970-01-01; of days beyond all calendars, one in a year beyond them, too.
constexpr civil_date date_of(std::int64_t days) noexcept {
    constexpr std::int64_t beyond = std::int64_t{1} << 60;
    days = (days > beyond ? beyond : days < -beyond ? -beyond : days) + 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const auto day_of_era = static_cast<unsigned>(days - era * 146097);
    const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month_from_march = (5 * day_of_year + 2) / 153;
    const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {era * 400 + year_of_era + (month <= 2 ? 1 : 0), month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

/// Rounds towards the past, also before 1970.
constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) noexcept {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// Room for the longest text that write_moment writes.
inline constexpr std::size_t moment_text_size = 32;

/// Writes a date, time or timestamp as `2026-11-21`, `09:31:00`, `2026-11-21 09:31:00.123456` (UTC; a fraction only
/// where it is not 0) and returns the length; 0 if the year is not within 0000 and 9999.
std::size_t write_moment(kind, std::int64_t value, char (&to)[moment_text_size]) noexcept;

/// Reads what write_moment writes, and one to six digits of fraction; false for anything else.
bool parse_moment(kind, std::string_view text, std::int64_t& value) noexcept;

}  // namespace kin
