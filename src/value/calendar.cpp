// Dates and times as ISO 8601 text.
#include <kin/value/calendar.hpp>

namespace kin {

namespace {

constexpr std::int64_t microseconds_of_day = 86'400'000'000;

char* write_digits(char* to, std::int64_t number, int digits) noexcept {
    for (int place = digits - 1; place >= 0; --place) {
        to[place] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    return to + digits;
}

char* write_date(char* to, std::int64_t days) noexcept {
    const civil_date date = date_of(days);
    if (date.year < 0 || date.year > 9999) return nullptr;
    to = write_digits(to, date.year, 4);
    *to++ = '-';
    to = write_digits(to, date.month, 2);
    *to++ = '-';
    return write_digits(to, date.day, 2);
}

char* write_time(char* to, std::int64_t microseconds) noexcept {
    const std::int64_t seconds = microseconds / 1'000'000;
    to = write_digits(to, seconds / 3600, 2);
    *to++ = ':';
    to = write_digits(to, seconds / 60 % 60, 2);
    *to++ = ':';
    to = write_digits(to, seconds % 60, 2);
    if (const std::int64_t fraction = microseconds % 1'000'000; fraction != 0) {
        *to++ = '.';
        to = write_digits(to, fraction, 6);
    }
    return to;
}

/// Takes a fixed number of digits off the front of the text.
bool take_number(std::string_view& text, std::size_t digits, unsigned& number) noexcept {
    if (text.size() < digits) return false;
    number = 0;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    text.remove_prefix(digits);
    return true;
}

bool take_char(std::string_view& text, char c) noexcept {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

bool take_date(std::string_view& text, std::int64_t& days) noexcept {
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (!take_number(text, 4, year) || !take_char(text, '-') || !take_number(text, 2, month) || !take_char(text, '-') ||
        !take_number(text, 2, day) || month < 1 || month > 12 || day < 1) {
        return false;
    }
    days = days_of({year, month, day});
    return date_of(days).month == month;  // the 31st of a shorter month would be in the next one
}

bool take_time(std::string_view& text, std::int64_t& microseconds) noexcept {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!take_number(text, 2, hour) || !take_char(text, ':') || !take_number(text, 2, minute) ||
        !take_char(text, ':') || !take_number(text, 2, second) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    std::int64_t fraction = 0;
    if (take_char(text, '.')) {
        const std::size_t digits = text.size();
        unsigned number = 0;
        if (digits < 1 || digits > 6 || !take_number(text, digits, number)) return false;
        fraction = number;
        for (std::size_t place = digits; place < 6; ++place) fraction *= 10;
    }
    microseconds = (static_cast<std::int64_t>(hour) * 3600 + minute * 60 + second) * 1'000'000 + fraction;
    return true;
}

}  // namespace

std::size_t write_moment(kind type, std::int64_t value, char (&to)[moment_text_size]) noexcept {
    char* end = to;
    switch (type) {
        case kind::date:
            end = write_date(to, value);
            break;
        case kind::time:
            if (value < 0 || value >= microseconds_of_day) return 0;
            end = write_time(to, value);
            break;
        default: {
            const std::int64_t days = floor_divide(value, microseconds_of_day);
            end = write_date(to, days);
            if (!end) return 0;
            *end++ = ' ';
            end = write_time(end, value - days * microseconds_of_day);
        }
    }
    return end ? static_cast<std::size_t>(end - to) : 0;
}

bool parse_moment(kind type, std::string_view text, std::int64_t& value) noexcept {
    switch (type) {
        case kind::date:
            return take_date(text, value) && text.empty();
        case kind::time:
            return take_time(text, value) && text.empty();
        default: {
            std::int64_t days = 0;
            std::int64_t time = 0;
            if (!take_date(text, days) || !take_char(text, ' ') || !take_time(text, time) || !text.empty())
                return false;
            value = days * microseconds_of_day + time;
            return true;
        }
    }
}

}  // namespace kin
