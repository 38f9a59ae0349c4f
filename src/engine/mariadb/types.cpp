// MariaDB's types and their binary forms.
#include "types.hpp"

#include <bit>

#include <kin/value/calendar.hpp>

namespace kin::engine::mariadb {

static_assert(std::endian::native == std::endian::little, "numbers would have to be turned around");

namespace {

constexpr unsigned binary_charset = 63;
constexpr std::int64_t microseconds_a_second = 1000000;
constexpr std::int64_t microseconds_a_day = 86400 * microseconds_a_second;

bool is_called(const MYSQL_FIELD& field, mariadb_field_attr_t attribute, std::string_view name) noexcept {
    MARIADB_CONST_STRING told{};
    if (mariadb_field_attr(&told, &field, attribute) != 0 || told.str == nullptr) return false;
    return std::string_view{told.str, told.length} == name;
}

wire whole(const MYSQL_FIELD& field, wire with_sign, wire without) noexcept {
    return (field.flags & UNSIGNED_FLAG) != 0 ? without : with_sign;
}

}  // namespace

wire wire_of(const MYSQL_FIELD& field) noexcept {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
            if (field.length == 1) return wire::boolean;
            return whole(field, wire::int1, wire::uint1);
        case MYSQL_TYPE_SHORT:
            return whole(field, wire::int2, wire::uint2);
        case MYSQL_TYPE_YEAR:
            return wire::uint2;
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_INT24:
            return whole(field, wire::int4, wire::uint4);
        case MYSQL_TYPE_LONGLONG:
            return whole(field, wire::int8, wire::uint8);
        case MYSQL_TYPE_FLOAT:
            return wire::float4;
        case MYSQL_TYPE_DOUBLE:
            return wire::float8;
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return wire::decimal;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
            return wire::date;
        case MYSQL_TYPE_TIME:
        case MYSQL_TYPE_TIME2:
            return wire::time;
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_DATETIME2:
        case MYSQL_TYPE_TIMESTAMP:
        case MYSQL_TYPE_TIMESTAMP2:
            return wire::datetime;
        case MYSQL_TYPE_BIT:
            return wire::bits;
        case MYSQL_TYPE_NULL:
            return wire::nothing;
        case MYSQL_TYPE_JSON:
            return wire::json;
        case MYSQL_TYPE_GEOMETRY:
            return wire::blob;
        default:
            break;
    }
    if (is_called(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME, "uuid")) return wire::uuid;
    if (is_called(field, MARIADB_FIELD_ATTR_FORMAT_NAME, "json")) return wire::json;
    return field.charsetnr == binary_charset ? wire::blob : wire::text;
}

std::size_t width_of(wire as) noexcept {
    switch (as) {
        case wire::boolean:
        case wire::int1:
        case wire::uint1:
            return 1;
        case wire::int2:
        case wire::uint2:
            return 2;
        case wire::int4:
        case wire::uint4:
        case wire::float4:
            return 4;
        case wire::int8:
        case wire::uint8:
        case wire::float8:
            return 8;
        default:
            return 0;
    }
}

std::size_t read_length(const unsigned char*& at) noexcept {
    const unsigned char first = *at++;
    std::size_t bytes = 0;
    switch (first) {
        case 252:
            bytes = 2;
            break;
        case 253:
            bytes = 3;
            break;
        case 254:
            bytes = 8;
            break;
        default:
            return first;
    }
    std::size_t length = 0;
    std::memcpy(&length, at, bytes);
    at += bytes;
    return length;
}

bool read_moment(wire as, const unsigned char* data, std::size_t size, std::int64_t& to) noexcept {
    const auto seconds = [](const unsigned char* from) {
        return (from[0] * std::int64_t{60} + from[1]) * 60 + from[2];
    };
    if (as == wire::time) {
        to = 0;
        if (size < 8) return true;  // midnight
        to = (read_number<std::uint32_t>(data + 1) * std::int64_t{86400} + seconds(data + 5)) * microseconds_a_second;
        if (size >= 12) to += read_number<std::uint32_t>(data + 8);
        if (data[0] != 0) to = -to;
        return true;
    }
    if (size < 4) return false;
    const civil_date date{read_number<std::uint16_t>(data), data[2], data[3]};
    if (date.month == 0 || date.day == 0) return false;
    to = days_of(date);
    if (as == wire::date) return true;
    to *= microseconds_a_day;
    if (size >= 7) to += seconds(data + 4) * microseconds_a_second;
    if (size >= 11) to += read_number<std::uint32_t>(data + 7);
    return true;
}

bool write_moment(kind type, std::int64_t value, MYSQL_TIME& to) noexcept {
    to = {};
    std::int64_t within = 0;  // the day, microseconds
    if (type == kind::time) {
        constexpr std::int64_t most = 839 * 3600 * microseconds_a_second;
        if (value <= -most || value >= most) return false;
        to.time_type = MYSQL_TIMESTAMP_TIME;
        to.neg = value < 0 ? 1 : 0;
        within = value < 0 ? -value : value;
    } else {
        const std::int64_t days = type == kind::date ? value : floor_divide(value, microseconds_a_day);
        const civil_date date = date_of(days);
        if (date.year < 0 || date.year > 9999) return false;
        to.time_type = type == kind::date ? MYSQL_TIMESTAMP_DATE : MYSQL_TIMESTAMP_DATETIME;
        to.year = static_cast<unsigned>(date.year);
        to.month = date.month;
        to.day = date.day;
        if (type == kind::date) return true;
        within = value - days * microseconds_a_day;
    }
    to.second_part = static_cast<unsigned long>(within % microseconds_a_second);
    within /= microseconds_a_second;
    to.second = static_cast<unsigned>(within % 60);
    to.minute = static_cast<unsigned>(within / 60 % 60);
    to.hour = static_cast<unsigned>(within / 3600);
    return true;
}

}  // namespace kin::engine::mariadb
