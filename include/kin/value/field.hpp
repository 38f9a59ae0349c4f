// How one member of a struct travels between an object and a driver: data, no templates.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/value/kind.hpp>
#include <kin/value/value.hpp>

namespace kin {

/// Reaches through a `std::optional` member without knowing its type.
struct optional_operations {
    const void* (*get)(const void* optional) noexcept;  ///< the contained value, or null
    void* (*emplace)(void* optional);                   ///< a default value in place, for reading into
    void (*reset)(void* optional) noexcept;
};

/// Turns a member of a type that Kin does not know into a value and back.
struct codec_operations {
    value (*store)(const void* member);
    void (*load)(void* member, const value_view& cell);
};

/// One column of one struct: where the member is, how it is laid out, what SQL calls it.
struct field {
    std::uint32_t offset = 0;  ///< bytes from the start of the object
    layout rep = layout::i64;  ///< of the value itself, inside any optional
    kind type = kind::int64;
    comparison compares = comparison::exact;
    bool hidden = false;                            ///< errors, logs and JSON do not show it
    const optional_operations* optional = nullptr;  ///< null where the column is NOT NULL
    const codec_operations* codec = nullptr;        ///< only with layout::custom
    const char* name = "";                          ///< the column's name, for messages

    /// Whether it is a whole number to the database as well. Of a day or a moment only the member is one.
    [[nodiscard]] constexpr bool whole_number() const noexcept { return rep <= layout::u64 && !is_moment(type); }
};

}  // namespace kin
