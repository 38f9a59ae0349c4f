// Arrays as JSON and back.
#include "lists.hpp"

#include <kin/value/uuid.hpp>

#include "types.hpp"
#include "value/json_text.hpp"

namespace kin::engine::postgresql {

void append_quoted(std::string& array, std::string_view element) {
    array += '"';
    for (const char c : element) {
        if (c == '"' || c == '\\') array += '\\';
        array += c;
    }
    array += '"';
}

std::string array_literal(std::string_view json) {
    const kin::detail::json_tree list = kin::detail::read_json(json, site::current());
    std::string text{'{'};
    for (const kin::detail::json_tree& each : list.items) {
        if (text.size() > 1) text += ',';
        append_quoted(text, each.text);
    }
    return text + '}';
}

namespace {

void append_number(std::string& to, kind type, std::int64_t whole, double real) {
    value_view view;
    view.type = type;
    if (type == kind::int64) {
        view.integer = whole;
    } else {
        view.real = real;
    }
    kin::detail::write_json_value(to, view);
}

kind list_of(wire element) noexcept {
    switch (element) {
        case wire::int2:
        case wire::int4:
        case wire::int8:
            return kind::integers;
        case wire::float4:
        case wire::float8:
        case wire::numeric:
            return kind::reals;
        default:
            return kind::texts;
    }
}

void append_element(std::string& to, wire element, std::string_view cell) {
    const char* from = cell.data();
    switch (element) {
        case wire::int2:
            return append_number(to, kind::int64, read_number<std::int16_t>(from), 0);
        case wire::int4:
            return append_number(to, kind::int64, read_number<std::int32_t>(from), 0);
        case wire::int8:
            return append_number(to, kind::int64, read_number<std::int64_t>(from), 0);
        case wire::float4:
            return append_number(to, kind::float32, 0, read_number<float>(from));
        case wire::float8:
            return append_number(to, kind::float64, 0, read_number<double>(from));
        case wire::numeric:
            to += numeric_text(cell);
            return;
        case wire::boolean:
            to += *from != 0 ? "true" : "false";
            return;
        case wire::uuid: {
            uuid id;
            cell.copy(reinterpret_cast<char*>(id.bytes), sizeof id.bytes);
            return kin::detail::write_json_text(to, id.to_string());
        }
        default:
            return kin::detail::write_json_text(to, cell);
    }
}

}  // namespace

// Dimensions, whether there are NULLs, the elements' type, and for each dimension its size and first index; then each
// element with its length.
bool array_json(std::string_view binary, std::string& to, kind& type) {
    constexpr std::size_t word = 4;
    const auto take = [&](std::int32_t& number) {
        if (binary.size() < word) return false;
        number = read_number<std::int32_t>(binary.data());
        binary.remove_prefix(word);
        return true;
    };
    std::int32_t dimensions = 0;
    std::int32_t nulls = 0;
    std::int32_t of = 0;
    std::int32_t count = 0;
    std::int32_t first = 0;
    if (!take(dimensions) || !take(nulls) || !take(of) || dimensions > 1) return false;
    if (dimensions == 1 && (!take(count) || !take(first))) return false;
    const wire element = wire_of(static_cast<Oid>(of));
    type = list_of(element);
    to = "[";
    for (std::int32_t i = 0; i < count; ++i) {
        std::int32_t length = 0;
        if (!take(length)) return false;
        if (i > 0) to += ',';
        if (length < 0) {
            to += "null";
            continue;
        }
        const auto size = static_cast<std::size_t>(length);
        if (binary.size() < size) return false;
        append_element(to, element, binary.substr(0, size));
        binary.remove_prefix(size);
    }
    to += ']';
    return true;
}

}  // namespace kin::engine::postgresql
