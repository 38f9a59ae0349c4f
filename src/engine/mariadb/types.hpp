// MariaDB's types and their binary forms.
#pragma once

#include <mysql.h>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <kin/value/kind.hpp>

#include "statement.hpp"

namespace kin::engine::mariadb {

[[nodiscard]] wire wire_of(const MYSQL_FIELD&) noexcept;

/// Bytes of a cell of fixed length; 0: its length stands before it.
[[nodiscard]] std::size_t width_of(wire) noexcept;

/// The line has the byte order of the machines that Kin runs on.
template <class Number>
inline Number read_number(const unsigned char* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return number;
}

/// A length before a text, as it is sent; moves `at` behind it.
[[nodiscard]] std::size_t read_length(const unsigned char*& at) noexcept;

/// A date, time or timestamp as kind.hpp counts them; false for what is none, like 0000-00-00.
[[nodiscard]] bool read_moment(wire, const unsigned char* data, std::size_t size, std::int64_t& to) noexcept;

/// The other way; false where MariaDB has no room for it.
[[nodiscard]] bool write_moment(kind, std::int64_t, MYSQL_TIME& to) noexcept;

}  // namespace kin::engine::mariadb
