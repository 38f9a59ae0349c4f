// What a value is to SQL, and how a member of a struct is laid out in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kin {

/// The SQL type of a column or of a value. Drivers map each to what their database has.
enum class kind : std::uint8_t {
    null,
    boolean,
    int16,
    int32,
    int64,
    float32,
    float64,
    text,
    blob,
    date,       ///< days since 1970-01-01
    time,       ///< microseconds since midnight
    timestamp,  ///< microseconds since 1970-01-01 00:00:00 UTC
    uuid,       ///< 16 bytes
    decimal,
    json,
    integers,  ///< a list, as JSON text; the database may have arrays
    reals,
    texts,
};

constexpr bool is_moment(kind type) noexcept {
    return type == kind::date || type == kind::time || type == kind::timestamp;
}
constexpr bool is_list(kind type) noexcept { return type >= kind::integers; }

/// "int64", "text", …: for messages.
std::string_view name_of(kind) noexcept;

/// Which values of a column the database takes for one key, where that is not by their bytes (stored_as.hpp says it; of
/// decimals it is so anyway).
enum class comparison : std::uint8_t {
    exact,
    folded,    ///< ASCII letters without their case
    unpadded,  ///< spaces at the end say nothing
    folded_and_unpadded,
    number_or_text,  ///< a whole number is its digits
};

// clang-format off
/// How a member is stored in its struct. `custom` goes through `codec_operations`.
enum class layout : std::uint8_t {
    i8, i16, i32, i64,
    u8, u16, u32, u64,
    f32, f64,
    boolean,
    string,
    blob,
    uuid,
    custom,
};
// clang-format on

/// How many bytes such a member has; 0 for those that are as long as they are: text, blobs, what codecs make.
constexpr std::size_t width_of(layout rep) noexcept {
    switch (rep) {
        case layout::i8:
        case layout::u8:
        case layout::boolean:
            return 1;
        case layout::i16:
        case layout::u16:
            return 2;
        case layout::i32:
        case layout::u32:
        case layout::f32:
            return 4;
        case layout::i64:
        case layout::u64:
        case layout::f64:
            return 8;
        case layout::uuid:
            return 16;
        default:
            return 0;
    }
}

}  // namespace kin
