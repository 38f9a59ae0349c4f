// Values: names of kinds, copies of cells, comparison, and how they look in messages and in the statement log.
#include <fmt/format.h>

#include <kin/value/calendar.hpp>
#include <kin/value/traits.hpp>
#include <kin/value/uuid.hpp>
#include <kin/value/value.hpp>

namespace kin {

namespace {

bool is_real(kind type) noexcept { return type == kind::float32 || type == kind::float64; }

bool has_bytes(kind type) noexcept {
    switch (type) {
        case kind::text:
        case kind::blob:
        case kind::uuid:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return true;
        default:
            return false;
    }
}

/// Not more than `limit` bytes, and never half of a character.
std::string_view cut(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    return text.substr(0, limit);
}

std::string quoted(std::string_view text, std::size_t limit) {
    const std::string_view shown = cut(text, limit);
    std::string result{"'"};
    for (const char c : shown) {
        if (c == '\'') result += '\'';
        result += c;
    }
    if (shown.size() < text.size()) result += "…";
    return result += '\'';
}

std::string hexadecimal(std::string_view bytes, std::size_t limit) {
    const std::string_view shown = bytes.substr(0, limit / 2);
    std::string result{"x'"};
    for (const char c : shown) fmt::format_to(std::back_inserter(result), "{:02x}", static_cast<unsigned char>(c));
    if (shown.size() < bytes.size()) result += "…";
    return result += '\'';
}

}  // namespace

value to_value(std::string_view text) { return value{text}; }
value to_value(const char* text) { return value{text}; }
value to_value(std::nullopt_t) noexcept { return {}; }

std::string_view name_of(kind type) noexcept {
    switch (type) {
        case kind::null:
            return "null";
        case kind::boolean:
            return "boolean";
        case kind::int16:
            return "int16";
        case kind::int32:
            return "int32";
        case kind::int64:
            return "int64";
        case kind::float32:
            return "float32";
        case kind::float64:
            return "float64";
        case kind::text:
            return "text";
        case kind::blob:
            return "blob";
        case kind::date:
            return "date";
        case kind::time:
            return "time";
        case kind::timestamp:
            return "timestamp";
        case kind::uuid:
            return "uuid";
        case kind::decimal:
            return "decimal";
        case kind::json:
            return "json";
        case kind::integers:
            return "integers";
        case kind::reals:
            return "reals";
        case kind::texts:
            return "texts";
    }
    return "unknown";
}

value::value() noexcept = default;
value::value(bool v) noexcept : type_{kind::boolean}, integer_{v} {}
value::value(std::int64_t v, kind type) noexcept : type_{type}, integer_{v} {}
value::value(int v) noexcept : value{static_cast<std::int64_t>(v)} {}
value::value(double v) noexcept : type_{kind::float64}, real_{v} {}
value::value(std::string v, kind type) noexcept : type_{type}, bytes_{std::move(v)} {}
value::value(std::string_view v, kind type) : type_{type}, bytes_{v} {}
value::value(const char* v) : value{std::string_view{v}} {}
value::value(const std::vector<std::byte>& v)
    : type_{kind::blob}, bytes_{reinterpret_cast<const char*>(v.data()), v.size()} {}
value::value(const value&) = default;
value::value(value&&) noexcept = default;
value& value::operator=(const value&) = default;
value& value::operator=(value&&) noexcept = default;
value::~value() = default;

std::string_view value::bytes() const noexcept { return bytes_; }

value::value(const value_view& v) : type_{v.type}, hidden_{v.hidden}, bytes_{v.bytes} {
    if (is_real(type_)) {
        real_ = v.real;
    } else {
        integer_ = v.integer;
    }
}

value_view value::view() const noexcept {
    value_view result;
    result.type = type_;
    result.hidden = hidden_;
    if (is_real(type_)) {
        result.real = real_;
    } else {
        result.integer = integer_;
    }
    result.bytes = bytes_;
    return result;
}

bool value::operator==(const value& other) const noexcept {
    if (type_ != other.type_) return false;
    if (type_ == kind::null) return true;
    if (has_bytes(type_)) return bytes_ == other.bytes_;
    return is_real(type_) ? real_ == other.real_ : integer_ == other.integer_;
}

std::string describe(const value_view& v, std::size_t limit) {
    if (v.hidden) return "(hidden)";
    switch (v.type) {
        case kind::null:
            return "NULL";
        case kind::boolean:
            return v.integer != 0 ? "true" : "false";
        case kind::int16:
        case kind::int32:
        case kind::int64:
            return std::to_string(v.integer);
        case kind::float32:
            return fmt::format("{}", static_cast<float>(v.real));
        case kind::float64:
            return fmt::format("{}", v.real);
        case kind::text:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return quoted(v.bytes, limit);
        case kind::blob:
            return hexadecimal(v.bytes, limit);
        case kind::uuid: {
            if (v.bytes.size() != sizeof(uuid)) return hexadecimal(v.bytes, limit);
            uuid id;
            v.bytes.copy(reinterpret_cast<char*>(id.bytes), sizeof id.bytes);
            return quoted(id.to_string(), limit);
        }
        case kind::date:
        case kind::time:
        case kind::timestamp: {
            char text[moment_text_size];
            const std::size_t length = write_moment(v.type, v.integer, text);
            if (length == 0) return fmt::format("{} {}", name_of(v.type), v.integer);
            return quoted({text, length}, limit);
        }
    }
    return "?";
}

}  // namespace kin
