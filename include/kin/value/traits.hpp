// Which C++ types are columns, and how: transitions a member's type into a kin::field. Typed, and as thin as it can be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <kin/value/error.hpp>
#include <kin/value/field.hpp>
#include <kin/value/uuid.hpp>
#include <kin/value/value.hpp>

namespace kin {

/// The extension point for users' types. A specialisation has `using stored = <any storable type, not optional>;`,
/// `static stored to_stored(const T&);` and `static T from_stored(stored);`. It has to be seen wherever T is a member.
/// Where a column holds values of several kinds, `static T from_cell(const kin::value_view&);` reads them instead.
template <class T>
struct codec;

/// `transparent<X>::type = R` says: X is standard layout with a single member of type R, and is stored as R is.
template <class T>
struct transparent;

/// Families of types that Kin itself adds (value/chrono.hpp): `static constexpr layout rep; static constexpr kind
/// type;` and, with layout::custom, `static constexpr const codec_operations* codec`.
template <class T>
struct storage;

template <class T>
class hidden;

namespace detail {

struct stored_form {
    bool known = false;
    layout rep = layout::custom;
    kind type = kind::null;
    const codec_operations* codec = nullptr;
    comparison compares = comparison::exact;
};

/// A codec may say which of its values are one key.
template <class Codec>
consteval comparison compared_by() {
    if constexpr (requires { Codec::compares; }) return Codec::compares;
    return comparison::exact;
}

constexpr stored_form integer_form(std::size_t size, bool is_signed) noexcept {
    switch (size) {
        case 1:
            return {true, is_signed ? layout::i8 : layout::u8, kind::int16};
        case 2:
            return {true, is_signed ? layout::i16 : layout::u16, is_signed ? kind::int16 : kind::int32};
        case 4:
            return {true, is_signed ? layout::i32 : layout::u32, is_signed ? kind::int32 : kind::int64};
        case 8:
            return {true, is_signed ? layout::i64 : layout::u64, kind::int64};
        default:
            return {};
    }
}

template <class T, class... Any>
inline constexpr bool is_one_of = (std::is_same_v<T, Any> || ...);

template <class T>
struct codec_functions;

template <class T>
inline constexpr codec_operations codec_table{&codec_functions<T>::store, &codec_functions<T>::load};

/// A codec wins over everything, so that a user can store an enum or a time as text.
template <class T>
consteval stored_form form() {
    if constexpr (requires { typename codec<T>::stored; }) {
        return {true, layout::custom, form<typename codec<T>::stored>().type, &codec_table<T>, compared_by<codec<T>>()};
    } else if constexpr (requires { typename transparent<T>::type; }) {
        using inner = typename transparent<T>::type;
        static_assert(sizeof(T) == sizeof(inner) && std::is_standard_layout_v<T>,
                      "kin: a transparent type holds one member of the type that it is stored as, and nothing else");
        return form<inner>();
    } else if constexpr (std::is_same_v<T, bool>) {
        return {true, layout::boolean, kind::boolean};
    } else if constexpr (std::is_enum_v<T>) {
        using number = std::underlying_type_t<T>;
        if constexpr (std::is_same_v<number, bool>) return form<bool>();
        return integer_form(sizeof(T), std::is_signed_v<number>);
    } else if constexpr (std::is_integral_v<T>) {
        if constexpr (is_one_of<T, char, wchar_t, char8_t, char16_t, char32_t>) return {};
        return integer_form(sizeof(T), std::is_signed_v<T>);
    } else if constexpr (std::is_same_v<T, float>) {
        return {true, layout::f32, kind::float32};
    } else if constexpr (std::is_same_v<T, double>) {
        return {true, layout::f64, kind::float64};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {true, layout::string, kind::text};
    } else if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
        return {true, layout::blob, kind::blob};
    } else if constexpr (std::is_same_v<T, uuid>) {
        return {true, layout::uuid, kind::uuid};
    } else if constexpr (requires { storage<T>::rep; }) {
        if constexpr (requires { storage<T>::codec; }) {
            return {true, storage<T>::rep, storage<T>::type, storage<T>::codec};
        } else {
            return {true, storage<T>::rep, storage<T>::type};
        }
    } else {
        return {};
    }
}

template <class T>
struct optional_functions {
    static const void* get(const void* member) noexcept {
        const auto& self = *static_cast<const std::optional<T>*>(member);
        return self ? self.operator->() : nullptr;
    }
    static void* emplace(void* member) {
        auto& self = *static_cast<std::optional<T>*>(member);
        self.emplace();
        return self.operator->();
    }
    static void reset(void* member) noexcept { static_cast<std::optional<T>*>(member)->reset(); }
};

/// What a member's type is made of: the value's form, and how to reach through an optional around it.
template <class T>
struct member_form {
    static constexpr stored_form value = form<T>();
    static constexpr const optional_operations* optional = nullptr;
};
template <class T>
struct member_form<std::optional<T>> {
    static constexpr stored_form value = form<T>();
    static constexpr optional_operations operations{&optional_functions<T>::get, &optional_functions<T>::emplace,
                                                    &optional_functions<T>::reset};
    static constexpr const optional_operations* optional = &operations;
};

/// A column that nobody sees from outside (value/hidden.hpp) holds its own type and nothing else.
template <class T>
inline constexpr bool is_hidden = false;
template <class T>
inline constexpr bool is_hidden<hidden<T>> = true;
template <class T>
struct member_form<hidden<T>> : member_form<T> {};

/// A column that is not read with the others (graph/deferred.hpp) has the value of its own type at its start.
template <class T>
requires requires { typename T::kin_deferred; }
struct member_form<T> : member_form<typename T::kin_deferred> {};

/// What an expression over a column of this type has.
template <class T>
struct column_value {
    using type = T;
};
template <class T>
struct column_value<hidden<T>> {
    using type = T;
};
template <class T>
requires requires { typename T::kin_deferred; }
struct column_value<T> {
    using type = typename T::kin_deferred;
};

}  // namespace detail

/// A type that a column can have: T, or std::optional<T>, of an integer (not char), bool, float, double, std::string,
/// enum, std::vector<std::byte>, kin::uuid, a time of std::chrono (with value/chrono.hpp), or a type with a codec.
template <class T>
concept storable = detail::member_form<T>::value.known;

/// The SQL type of a storable type, inside any optional.
template <storable T>
inline constexpr kind kind_of = detail::member_form<T>::value.type;

/// Describes a member of type T that stands `offset` bytes into its struct. `name` is kept, not copied.
template <storable T>
constexpr field describe_field(std::uint32_t offset, const char* name) {
    using form = detail::member_form<T>;
    return {offset,
            form::value.rep,
            form::value.type,
            form::value.compares,
            detail::is_hidden<T>,
            form::optional,
            form::value.codec,
            name};
}

namespace detail {
template <class T>
inline constexpr field whole = describe_field<T>(0, "");
}  // namespace detail

/// Reads the member that `from` describes in `object` as a value of its own; conversion_error if it has no SQL form.
[[nodiscard]] value store_value(const field& from, const void* object);
/// Reads a cell into the member that `to` describes in `object`, whatever its state; conversion_error if it does not
/// fit.
void load_value(const field& to, void* object, const value_view& cell);

/// A value to bind in a condition; an empty optional is NULL.
template <storable T>
[[nodiscard]] value to_value(const T& from) {
    return store_value(detail::whole<T>, &from);
}
[[nodiscard]] value to_value(std::string_view text);
[[nodiscard]] value to_value(const char* text);
[[nodiscard]] value to_value(std::nullopt_t) noexcept;

/// The C++ value of a cell; conversion_error if it does not fit, or is NULL and T no optional.
template <storable T>
[[nodiscard]] T from_value(const value_view& cell) {
    T result{};
    load_value(detail::whole<T>, &result, cell);
    return result;
}

namespace detail {

template <class T>
struct codec_functions {
    using stored = typename codec<T>::stored;
    static_assert(storable<stored> && member_form<stored>::optional == nullptr,
                  "kin: codec<T>::stored must be a storable type, and no optional");

    static value store(const void* member) {
        return to_value(stored(codec<T>::to_stored(*static_cast<const T*>(member))));
    }
    static void load(void* member, const value_view& cell) {
        if constexpr (requires { codec<T>::from_cell(cell); }) {
            *static_cast<T*>(member) = codec<T>::from_cell(cell);
        } else {
            *static_cast<T*>(member) = codec<T>::from_stored(from_value<stored>(cell));
        }
    }
};

}  // namespace detail

}  // namespace kin

#include <kin/value/chrono.hpp>
