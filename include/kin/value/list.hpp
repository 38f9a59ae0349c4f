// Lists as columns: std::vector of numbers or texts.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <kin/value/traits.hpp>

namespace kin {

namespace detail {

template <class T>
concept element_integer = std::is_integral_v<T> && !is_one_of<T, bool, char, wchar_t, char8_t, char16_t, char32_t> &&
                          (sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>);
template <class T>
concept list_element_type = element_integer<T> || std::is_floating_point_v<T> || std::is_same_v<T, std::string>;

/// What the list is read as and written from; narrower numbers are checked.
template <list_element_type T>
using list_element = std::conditional_t<element_integer<T>, std::int64_t,
                                        std::conditional_t<std::is_floating_point_v<T>, double, std::string>>;

[[nodiscard]] value list_value(const std::vector<std::int64_t>&);
[[nodiscard]] value list_value(const std::vector<double>&);
[[nodiscard]] value list_value(const std::vector<std::string>&);
void read_list(const value_view&, std::vector<std::int64_t>&);
void read_list(const value_view&, std::vector<double>&);
void read_list(const value_view&, std::vector<std::string>&);
[[noreturn]] void throw_element_out_of_range(std::int64_t);

template <class T>
struct list_functions {
    using element = list_element<T>;
    static value store(const void* member) {
        const auto& list = *static_cast<const std::vector<T>*>(member);
        if constexpr (std::is_same_v<T, element>) {
            return list_value(list);
        } else {
            return list_value(std::vector<element>(list.begin(), list.end()));
        }
    }
    static void load(void* member, const value_view& cell) {
        std::vector<element> read;
        read_list(cell, read);
        auto& list = *static_cast<std::vector<T>*>(member);
        list.clear();
        for (element& each : read) {
            if constexpr (element_integer<T>) {
                if (each < (std::numeric_limits<T>::min)() || each > (std::numeric_limits<T>::max)()) {
                    throw_element_out_of_range(each);
                }
            }
            list.push_back(static_cast<T>(std::move(each)));
        }
    }
};

template <class T>
inline constexpr codec_operations list_table{&list_functions<T>::store, &list_functions<T>::load};

}  // namespace detail

/// An array on PostgreSQL (BIGINT[], DOUBLE PRECISION[], TEXT[], or what the column of a table that is there has), text
/// with a JSON list elsewhere. No element is NULL; include this wherever such a member is declared.
template <detail::list_element_type T>
struct storage<std::vector<T>> {
    static constexpr layout rep = layout::custom;
    static constexpr kind type = detail::element_integer<T>    ? kind::integers
                                 : std::is_floating_point_v<T> ? kind::reals
                                                               : kind::texts;
    static constexpr const codec_operations* codec = &detail::list_table<T>;
};

}  // namespace kin
