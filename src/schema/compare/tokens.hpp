// The words of an SQL text, as far as telling names from strings and comments needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/compiler.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::schema::comparing {

enum class token_kind : std::uint8_t { word, quoted, text, number, symbol };

struct token {
    token_kind kind{};
    std::string text{};  ///< of a name, how the database compares it; of the rest, as written
    std::size_t begin = 0;
    std::size_t end = 0;

    /// Whether it is this keyword or symbol; keywords in lower case.
    [[nodiscard]] bool is(std::string_view what) const noexcept {
        return (kind == token_kind::word || kind == token_kind::symbol) && text == what;
    }
    [[nodiscard]] bool is_name() const noexcept { return kind == token_kind::word || kind == token_kind::quoted; }
};

/// Comments and white space are left out. Text that never ends is one token up to its end.
[[nodiscard]] std::vector<token> tokens_of(std::string_view sql, const sql::dialect&);

/// A name as the database compares it: SQLite does not tell A from a, nor does MariaDB where it is not a table's.
[[nodiscard]] std::string folded(std::string_view name, const sql::dialect&);

/// Whether a name stands in the text, as a word of its own.
[[nodiscard]] bool mentions(std::string_view sql, std::string_view name, const sql::dialect&);

struct new_name {
    std::string from{};
    std::string to{};
};
/// The text with names replaced, wherever they stand. All in one step: a and b may change places.
[[nodiscard]] std::string with_names(std::string_view sql, std::span<const new_name>, const sql::dialect&);

/// The same between brackets alone, where lists of columns stand: outside of them, KEY is none.
[[nodiscard]] std::string with_names_in_brackets(std::string_view sql, std::span<const new_name>, const sql::dialect&);

/// The text with other schemas in front of names: `"app"."t"` becomes `"other"."t"`, or `"t"` where `to` is empty.
/// `has(schema, name)`: whether it is meant; a point may also stand behind the name of a table.
template <class Has>
[[nodiscard]] std::string with_schemas(std::string_view sql, std::span<const new_name> schemas, const Has& has,
                                       const sql::dialect& d) {
    std::string result;
    std::size_t done = 0;
    const std::vector<token> tokens = tokens_of(sql, d);
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (!tokens[i].is_name() || !tokens[i + 1].is(".") || !tokens[i + 2].is_name()) continue;
        for (const new_name& schema : schemas) {
            if (tokens[i].text != folded(schema.from, d) || !has(schema.from, tokens[i + 2].text)) continue;
            result.append(sql.substr(done, tokens[i].begin - done));
            if (!schema.to.empty()) result.append(sql::quote(schema.to, d)).append(1, '.');
            done = tokens[i + 2].begin;
            break;
        }
    }
    return result.append(sql.substr(done));
}

}  // namespace kin::schema::comparing
