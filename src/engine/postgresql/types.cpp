// PostgreSQL's types: which is which, and what has no form of its own in C++.
#include "types.hpp"

#include <arpa/inet.h>

#include <kin/sql/raw.hpp>

namespace kin::engine::postgresql {

namespace {

// From PostgreSQL's catalogue (pg_type.dat); these numbers never change.
enum builtin : Oid {
    bool_type = 16,
    bytea_type = 17,
    char_type = 18,
    name_type = 19,
    int8_type = 20,
    int2_type = 21,
    int4_type = 23,
    text_type = 25,
    oid_type = 26,
    json_type = 114,
    xml_type = 142,
    cidr_type = 650,
    float4_type = 700,
    float8_type = 701,
    unknown_type = 705,
    inet_type = 869,
    bpchar_type = 1042,
    varchar_type = 1043,
    date_type = 1082,
    time_type = 1083,
    timestamp_type = 1114,
    timestamptz_type = 1184,
    numeric_type = 1700,
    void_type = 2278,
    uuid_type = 2950,
    jsonb_type = 3802,
    bool_array = 1000,
    bytea_array = 1001,
    name_array = 1003,
    int2_array = 1005,
    int4_array = 1007,
    text_array = 1009,
    bpchar_array = 1014,
    varchar_array = 1015,
    int8_array = 1016,
    float4_array = 1021,
    float8_array = 1022,
    date_array = 1182,
    time_array = 1183,
    timestamptz_array = 1185,
    numeric_array = 1231,
    uuid_array = 2951,
    first_made_type = 16384,
};

}  // namespace

wire wire_of(Oid type) noexcept {
    switch (type) {
        case bool_type:
            return wire::boolean;
        case int2_type:
            return wire::int2;
        case int4_type:
            return wire::int4;
        case int8_type:
            return wire::int8;
        case oid_type:
            return wire::oid;
        case float4_type:
            return wire::float4;
        case float8_type:
            return wire::float8;
        case char_type:
        case name_type:
        case text_type:
        case json_type:
        case xml_type:
        case unknown_type:
        case varchar_type:
            return wire::text;
        case bpchar_type:
            return wire::padded;
        case bytea_type:
            return wire::bytea;
        case date_type:
            return wire::date;
        case time_type:
            return wire::time;
        case timestamp_type:
        case timestamptz_type:
            return wire::timestamp;
        case uuid_type:
            return wire::uuid;
        case numeric_type:
            return wire::numeric;
        case jsonb_type:
            return wire::jsonb;
        case inet_type:
        case cidr_type:
            return wire::network;
        case bool_array:
        case name_array:
        case int2_array:
        case int4_array:
        case text_array:
        case bpchar_array:
        case varchar_array:
        case int8_array:
        case float4_array:
        case float8_array:
        case numeric_array:
        case uuid_array:
            return wire::array;
        case void_type:
            return wire::nothing;
        default:
            return type >= first_made_type ? wire::made : wire::other;
    }
}

Oid type_of(kind type) noexcept {
    switch (type) {
        case kind::boolean:
            return bool_type;
        case kind::int16:
            return int2_type;
        case kind::int32:
            return int4_type;
        case kind::int64:
            return int8_type;
        case kind::float32:
        case kind::float64:
            return float8_type;
        case kind::blob:
            return bytea_type;
        case kind::date:
            return date_type;
        case kind::time:
            return time_type;
        case kind::timestamp:
            return timestamptz_type;
        case kind::uuid:
            return uuid_type;
        case kind::decimal:
            return numeric_type;
        case kind::null:
        case kind::text:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            break;
    }
    return 0;
}

array_type array_of(kind type) noexcept {
    switch (type) {
        case kind::boolean:
            return {bool_type, bool_array};
        case kind::int16:
            return {int2_type, int2_array};
        case kind::int32:
            return {int4_type, int4_array};
        case kind::int64:
            return {int8_type, int8_array};
        case kind::float32:
        case kind::float64:
            return {float8_type, float8_array};
        case kind::blob:
            return {bytea_type, bytea_array};
        case kind::date:
            return {date_type, date_array};
        case kind::time:
            return {time_type, time_array};
        case kind::timestamp:
            return {timestamptz_type, timestamptz_array};
        case kind::uuid:
            return {uuid_type, uuid_array};
        case kind::null:
        case kind::text:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            break;
    }
    return {text_type, text_array};
}

// Groups of four digits: their number, the place of the first one, the sign, and how many digits are shown behind the
// point; then the groups, without those that would be zeros at either end.
std::string numeric_text(std::string_view binary) {
    constexpr std::size_t header = 8;
    if (binary.size() < header) return {};
    const auto count = read_number<std::int16_t>(binary.data());
    const auto weight = read_number<std::int16_t>(binary.data() + 2);
    const auto sign = read_number<std::uint16_t>(binary.data() + 4);
    const auto scale = read_number<std::int16_t>(binary.data() + 6);
    if (sign == 0xC000) return "NaN";
    if (sign == 0xD000) return "Infinity";
    if (sign == 0xF000) return "-Infinity";
    if (binary.size() < header + static_cast<std::size_t>(count) * 2) return {};
    const auto group = [&](int i) -> int {
        return i < 0 || i >= count ? 0 : read_number<std::int16_t>(binary.data() + header + i * 2);
    };
    const auto append = [](std::string& to, int digits) {
        for (const int power : {1000, 100, 10, 1}) to += static_cast<char>('0' + digits / power % 10);
    };
    std::string whole;
    for (int i = 0; i <= weight; ++i) append(whole, group(i));
    const std::size_t first = whole.find_first_not_of('0');
    whole.erase(0, first == std::string::npos ? whole.size() : first);
    std::string text = sign == 0x4000 ? "-" : "";
    text += whole.empty() ? "0" : whole;
    if (scale > 0) {
        std::string fraction;
        for (int i = weight + 1; fraction.size() < static_cast<std::size_t>(scale); ++i) append(fraction, group(i));
        text += '.' + fraction.substr(0, static_cast<std::size_t>(scale));
    }
    return text;
}

// The family (2 or 3), how many bits are the network's, whether it is a cidr, how many bytes follow, the bytes.
std::string network_text(std::string_view binary) {
    constexpr std::size_t header = 4;
    if (binary.size() < header) return {};
    const bool old = binary[0] == 2;
    const std::size_t size = old ? 4 : 16;
    const auto bits = static_cast<unsigned char>(binary[1]);
    if (binary.size() != header + size) return {};
    char text[INET6_ADDRSTRLEN];
    if (::inet_ntop(old ? AF_INET : AF_INET6, binary.data() + header, text, sizeof text) == nullptr) return {};
    std::string made{text};
    if (binary[2] != 0 || bits != size * 8) made += '/' + std::to_string(bits);
    return made;
}

int placeholders_of(std::string_view sql) noexcept {
    int highest = 0;
    for (std::size_t i = 0; i < sql.size();) {
        const std::size_t end = sql::end_of_quoted(sql, i);
        if (end != i) {
            i = end;
            continue;
        }
        if (sql[i++] != '$') continue;
        int number = 0;
        while (i < sql.size() && sql[i] >= '0' && sql[i] <= '9' && number < 100000)
            number = number * 10 + (sql[i++] - '0');
        if (number > highest) highest = number;
    }
    return highest;
}

}  // namespace kin::engine::postgresql
