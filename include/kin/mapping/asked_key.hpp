// A key as a caller names it: `5`, `"rust"`, a uuid, `post.id`.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include <kin/mapping/key.hpp>
#include <kin/value/uuid.hpp>
#include <kin/value/value.hpp>

namespace kin::mapping {

template <class K>
inline constexpr bool is_key = false;
template <class M, class Rep>
inline constexpr bool is_key<key<M, Rep>> = true;

template <class X>
inline constexpr bool is_plain_key = (std::is_integral_v<X> && !std::is_same_v<X, bool>) ||
                                     std::is_convertible_v<const X&, std::string_view> || std::is_same_v<X, uuid>;

/// The primary key of a T, of one column.
template <class X>
concept asked_key = is_key<X> || is_plain_key<X>;

template <class T, asked_key X>
[[nodiscard]] value key_value(const X& key) {
    if constexpr (is_key<X>) {
        static_assert(std::is_same_v<typename X::model, T>, "kin: this is the key of another model");
        return to_value(key.value);
    } else if constexpr (std::is_integral_v<X>) {
        return value{static_cast<std::int64_t>(key)};
    } else if constexpr (std::is_same_v<X, uuid>) {
        return to_value(key);
    } else {
        return value{std::string_view{key}};
    }
}

}  // namespace kin::mapping
