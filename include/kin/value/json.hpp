// JSON as a column: a document that the database can look into.
#pragma once

#include <string>

#include <kin/value/traits.hpp>

namespace kin {

/// A JSON document as its text: JSONB on PostgreSQL, which refuses what is none (conversion_error) and gives it back in
/// a form of its own, JSON on MariaDB, text on SQLite, whose JSON functions read it.
struct json {
    std::string text{"null"};

    friend bool operator==(const json&, const json&) = default;
};

template <>
struct storage<json> {
    static constexpr layout rep = layout::string;
    static constexpr kind type = kind::json;
};

}  // namespace kin
