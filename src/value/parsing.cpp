// Text from outside as the value of a column.
#include <kin/value/parsing.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

#include <kin/value/calendar.hpp>
#include <kin/value/uuid.hpp>

namespace kin {

namespace {

template <class Number>
bool read_number(std::string_view text, Number& to) {
    const char* end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, to);
    return problem == std::errc{} && stopped == end;
}

/// `2026-11-21T09:31:00Z` as `2026-11-21 09:31:00`; of a day, its beginning.
std::string plain_moment(std::string_view text, kind type) {
    std::string plain{text};
    if (!plain.empty() && plain.back() == 'Z') plain.pop_back();
    if (plain.size() > 10 && plain[10] == 'T') plain[10] = ' ';
    if (type == kind::timestamp && plain.size() == 10) plain += " 00:00:00";
    if (type == kind::timestamp && plain.size() == 16) plain += ":00";
    return plain;
}

}  // namespace

value parse_value(std::string_view text, kind type, const site& where) {
    std::int64_t number = 0;
    double real = 0;
    switch (type) {
        case kind::boolean:
            if (text == "true" || text == "1") return true;
            if (text == "false" || text == "0") return false;
            break;
        case kind::int16:
            if (read_number(text, number) && number == static_cast<std::int16_t>(number)) return {number, type};
            break;
        case kind::int32:
            if (read_number(text, number) && number == static_cast<std::int32_t>(number)) return {number, type};
            break;
        case kind::int64:
            if (read_number(text, number)) return number;
            break;
        case kind::float32:
        case kind::float64:
            if (read_number(text, real)) return real;
            break;
        case kind::date:
        case kind::time:
        case kind::timestamp:
            if (parse_moment(type, plain_moment(text, type), number)) return {number, type};
            break;
        case kind::uuid:
            if (const auto id = uuid::try_parse(text)) {
                return {std::string_view{reinterpret_cast<const char*>(id->bytes), sizeof id->bytes}, type};
            }
            break;
        case kind::null:
            break;
        case kind::text:
        case kind::blob:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return {text, type};
    }
    throw conversion_error{"'" + std::string{text.substr(0, 80)} + "' is no " + std::string{name_of(type)},
                           {.where = where}};
}

}  // namespace kin
