// JSON as text: read into a tree, and the parts of it that are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kin/value/error.hpp>
#include <kin/value/value.hpp>

namespace kin::detail {

struct json_tree {
    enum class what : std::uint8_t { null, boolean, number, text, list, object };
    what is = what::null;
    bool yes = false;
    std::string text{};         ///< of a number as it is written; of a text decoded
    std::string_view source{};  ///< as it stands in the document
    std::vector<json_tree> items{};
    std::vector<std::pair<std::string, json_tree>> members{};  ///< in their order; no name twice
};

/// conversion_error with line and column for what is no JSON. The tree looks at the text.
[[nodiscard]] json_tree read_json(std::string_view text, const site&);
/// "a text", "a number", …: for messages.
[[nodiscard]] std::string_view name_of(json_tree::what) noexcept;

/// As it is, byte for byte.
void write_json_text(std::string& to, std::string_view text);
/// The same, with U+FFFD for bytes that are no UTF-8: what a database holds may be anything.
void write_shown_text(std::string& to, std::string_view text);
/// A document as it stands; what is no JSON, as a text.
void write_document(std::string& to, std::string_view document);
/// A cell as JSON: times as ISO 8601, a uuid as text, bytes as base64, JSON as it is.
void write_json_value(std::string& to, const value_view&);
/// base64; false for anything else.
bool read_base64(std::string_view text, std::string& bytes);

}  // namespace kin::detail
