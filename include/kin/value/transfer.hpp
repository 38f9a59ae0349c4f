// The way between a member and a driver's cells and parameters: two templates that each driver instantiates once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kin/value/field.hpp>
#include <kin/value/uuid.hpp>
#include <kin/value/value.hpp>

// Cells, the current row of a driver:
//   bool integer(int column, kind, std::int64_t&)   false where the cell is NULL or of another type; dates and times
//                                                    as kind.hpp counts them, whatever the database keeps
//   bool real(int column, double&)                  also of an integer cell
//   bool bytes(int column, kind, std::string_view&) text, blob, or the 16 bytes of a uuid
//   bool is_null(int column)
//   value_view cell(int column)                     for codecs and for messages
//
// Sink, the parameters of a driver's statement:
//   static constexpr bool stores_nan
//   void null(int index); void integer(int index, kind, std::int64_t); void real(int index, double)
//   void text(int index, kind, std::string_view); void bytes(int index, kind, std::string_view)
//   const value& keep(int index, value&&)           holds what a codec made until the statement is finished

namespace kin {

/// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool valid_utf8(std::string_view) noexcept;

// What follows is out of line because it is rare; each throws a conversion_error that names the column.
[[noreturn]] void throw_mismatch(const field& to, const value_view& cell);
[[noreturn]] void throw_out_of_range(const field& to, std::int64_t number);
[[noreturn]] void throw_out_of_range(const field& to, std::uint64_t number);
[[noreturn]] void throw_out_of_range(const field& to, double number);
[[noreturn]] void throw_not_a_number(const char* column);
[[noreturn]] void throw_invalid_text(const char* column, std::string_view text);
/// Runs the member's codec; a conversion_error of its own gets the column's name.
void load_custom(const field& to, void* member, const value_view& cell);
/// As load_custom, the other way.
value store_custom(const field& from, const void* member);
/// Into a string that owns memory, a default of the user's.
void assign_text(std::string& to, std::string_view text);

namespace detail {

template <class Integer, class Cells>
inline void decode_integer(const field& to, void* member, Cells& cells, int column) {
    std::int64_t number = 0;
    if (!cells.integer(column, to.type, number)) throw_mismatch(to, cells.cell(column));
    const auto fitted = static_cast<Integer>(number);
    if constexpr (sizeof(Integer) < sizeof number) {
        if (static_cast<std::int64_t>(fitted) != number) throw_out_of_range(to, number);
    } else if constexpr ((std::numeric_limits<Integer>::min)() == 0) {
        if (number < 0) throw_out_of_range(to, number);
    }
    std::memcpy(member, &fitted, sizeof fitted);  // the member may be an enum, or another type of the same size
}

template <class Cells>
[[gnu::always_inline]] inline void decode_string(const field& to, kind type, void* member, Cells& cells, int column) {
    std::string_view text;
    if (!cells.bytes(column, type, text)) throw_mismatch(to, cells.cell(column));
    auto& string = *static_cast<std::string*>(member);
    // An empty string owns nothing, so a new one may stand over it.
    if (string.capacity() == std::string{}.capacity()) {
        new (&string) std::string(text);
    } else {
        assign_text(string, text);
    }
}

template <class Integer, class Sink>
inline void encode_integer(const field& from, const void* member, Sink& sink, int index) {
    Integer number;
    std::memcpy(&number, member, sizeof number);
    if constexpr (sizeof number == sizeof(std::int64_t) && (std::numeric_limits<Integer>::min)() == 0) {
        if (number > static_cast<Integer>((std::numeric_limits<std::int64_t>::max)())) throw_out_of_range(from, number);
    }
    sink.integer(index, from.type, static_cast<std::int64_t>(number));
}

template <class Sink>
inline void encode_real(double number, const char* column, Sink& sink, int index) {
    if constexpr (!Sink::stores_nan) {
        if (number != number) throw_not_a_number(column);
    }
    sink.real(index, number);
}

}  // namespace detail

/// Reads a cell into a member of an object in its default state.
template <class Cells>
[[gnu::noinline]] void decode_field(const field& to, void* object, Cells& cells, int column) {
    void* member = static_cast<char*>(object) + to.offset;
    if (to.optional) {
        if (cells.is_null(column)) return to.optional->reset(member);
        member = to.optional->emplace(member);
    }
    switch (to.rep) {
        case layout::i64:
            return detail::decode_integer<std::int64_t>(to, member, cells, column);
        case layout::string:
            return detail::decode_string(to, to.type, member, cells, column);
        case layout::boolean: {
            std::int64_t number = 0;
            if (!cells.integer(column, to.type, number)) throw_mismatch(to, cells.cell(column));
            if (number != 0 && number != 1) throw_out_of_range(to, number);
            const bool truth = number != 0;
            std::memcpy(member, &truth, sizeof truth);
            return;
        }
        case layout::f64: {
            double number = 0;
            if (!cells.real(column, number)) throw_mismatch(to, cells.cell(column));
            std::memcpy(member, &number, sizeof number);
            return;
        }
        case layout::i8:
            return detail::decode_integer<std::int8_t>(to, member, cells, column);
        case layout::i16:
            return detail::decode_integer<std::int16_t>(to, member, cells, column);
        case layout::i32:
            return detail::decode_integer<std::int32_t>(to, member, cells, column);
        case layout::u8:
            return detail::decode_integer<std::uint8_t>(to, member, cells, column);
        case layout::u16:
            return detail::decode_integer<std::uint16_t>(to, member, cells, column);
        case layout::u32:
            return detail::decode_integer<std::uint32_t>(to, member, cells, column);
        case layout::u64:
            return detail::decode_integer<std::uint64_t>(to, member, cells, column);
        case layout::f32: {
            double number = 0;
            if (!cells.real(column, number)) throw_mismatch(to, cells.cell(column));
            constexpr double largest = (std::numeric_limits<float>::max)();
            constexpr double infinite = std::numeric_limits<double>::infinity();
            if ((number > largest && number != infinite) || (number < -largest && number != -infinite)) {
                throw_out_of_range(to, number);
            }
            const auto narrow = static_cast<float>(number);
            std::memcpy(member, &narrow, sizeof narrow);
            return;
        }
        case layout::blob: {
            std::string_view bytes;
            if (!cells.bytes(column, to.type, bytes)) throw_mismatch(to, cells.cell(column));
            const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
            static_cast<std::vector<std::byte>*>(member)->assign(first, first + bytes.size());
            return;
        }
        case layout::uuid: {
            std::string_view bytes;
            if (!cells.bytes(column, to.type, bytes) || bytes.size() != sizeof(uuid)) {
                throw_mismatch(to, cells.cell(column));
            }
            std::memcpy(member, bytes.data(), sizeof(uuid));
            return;
        }
        case layout::custom:
            return load_custom(to, member, cells.cell(column));
    }
}

/// Reads cells from `column` on into members of an object in its default state. What most columns are stays in the
/// loop; a call for each of the others.
template <class Cells>
inline void decode_fields(std::span<const field> fields, void* object, Cells& cells, int column) {
    for (const field& to : fields) {
        void* member = static_cast<char*>(object) + to.offset;
        if (to.optional == nullptr && to.rep == layout::i64 && to.type == kind::int64) {
            std::int64_t number = 0;
            if (!cells.integer(column, kind::int64, number)) throw_mismatch(to, cells.cell(column));
            std::memcpy(member, &number, sizeof number);
        } else if (to.optional == nullptr && to.rep == layout::string && to.type == kind::text) {
            detail::decode_string(to, kind::text, member, cells, column);
        } else {
            decode_field(to, object, cells, column);
        }
        ++column;
    }
}

/// Binds a value; `column` is what errors name.
template <class Sink>
inline void encode_value(const value_view& from, const char* column, Sink& sink, int index) {
    switch (from.type) {
        case kind::null:
            return sink.null(index);
        case kind::boolean:
        case kind::int16:
        case kind::int32:
        case kind::int64:
        case kind::date:
        case kind::time:
        case kind::timestamp:
            return sink.integer(index, from.type, from.integer);
        case kind::float32:
        case kind::float64:
            return detail::encode_real(from.real, column, sink, index);
        case kind::text:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            if (!valid_utf8(from.bytes)) throw_invalid_text(column, from.bytes);
            return sink.text(index, from.type, from.bytes);
        case kind::blob:
        case kind::uuid:
            return sink.bytes(index, from.type, from.bytes);
    }
}

/// Binds a member of an object. Text and blobs are not copied.
template <class Sink>
inline void encode_field(const field& from, const void* object, Sink& sink, int index) {
    const void* member = static_cast<const char*>(object) + from.offset;
    if (from.optional) {
        member = from.optional->get(member);
        if (!member) return sink.null(index);
    }
    switch (from.rep) {
        case layout::i64:
            return detail::encode_integer<std::int64_t>(from, member, sink, index);
        case layout::string: {
            const std::string_view text = *static_cast<const std::string*>(member);
            if (!valid_utf8(text)) throw_invalid_text(from.name, text);
            return sink.text(index, from.type, text);
        }
        case layout::boolean:
            return sink.integer(index, from.type, *static_cast<const bool*>(member) ? 1 : 0);
        case layout::f64:
            return detail::encode_real(*static_cast<const double*>(member), from.name, sink, index);
        case layout::i8:
            return detail::encode_integer<std::int8_t>(from, member, sink, index);
        case layout::i16:
            return detail::encode_integer<std::int16_t>(from, member, sink, index);
        case layout::i32:
            return detail::encode_integer<std::int32_t>(from, member, sink, index);
        case layout::u8:
            return detail::encode_integer<std::uint8_t>(from, member, sink, index);
        case layout::u16:
            return detail::encode_integer<std::uint16_t>(from, member, sink, index);
        case layout::u32:
            return detail::encode_integer<std::uint32_t>(from, member, sink, index);
        case layout::u64:
            return detail::encode_integer<std::uint64_t>(from, member, sink, index);
        case layout::f32:
            return detail::encode_real(*static_cast<const float*>(member), from.name, sink, index);
        case layout::blob: {
            const auto& bytes = *static_cast<const std::vector<std::byte>*>(member);
            return sink.bytes(index, from.type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        }
        case layout::uuid:
            return sink.bytes(index, from.type, {static_cast<const char*>(member), sizeof(uuid)});
        case layout::custom:
            return encode_value(sink.keep(index, store_custom(from, member)).view(), from.name, sink, index);
    }
}

}  // namespace kin
