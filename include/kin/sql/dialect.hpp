// How one database's SQL differs from the others': data and a few choices, read by the one compiler.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <kin/value/kind.hpp>

namespace kin::sql {

enum class placeholder_style : std::uint8_t { question, dollar };  ///< `?` or `$1`

struct dialect {
    std::string_view name;
    placeholder_style placeholders = placeholder_style::question;
    char identifier_quote = '"';
    std::uint32_t max_parameters = 32766;   ///< of one statement
    bool returning = false;                 ///< INSERT … RETURNING is how generated keys come back
    bool key_arrays = false;                ///< `= any($1)` takes a whole list as one parameter
    bool for_update = false;                ///< row locks
    bool schemas = false;                   ///< CREATE SCHEMA and qualified names
    bool add_constraint = false;            ///< ALTER TABLE … ADD CONSTRAINT after creation
    bool deferrable_keys = true;            ///< DEFERRABLE INITIALLY DEFERRED on foreign keys
    std::string_view autoincrement;         ///< what stands behind the type of a generated integer key
    std::string_view limit_all = "-1";      ///< LIMIT where only OFFSET is wanted
    /// The column type for a kind; `length` in characters where the kind is text and it is not 0.
    std::string (*type_name)(kind, std::uint16_t length) = nullptr;
};

const dialect& sqlite_dialect() noexcept;

}  // namespace kin::sql
