// A script taken apart into its statements.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <kin/sql/dialect.hpp>

namespace kin::detail {

struct script_statement {
    std::string text{};    ///< without the semicolon, and without comments in front
    std::size_t line = 1;  ///< of its first word
};

struct script {
    std::vector<script_statement> statements{};
    std::size_t open_line = 0;     ///< where a string, name or comment begins that does not end; 0: none
    std::string_view open_what{};  ///< what it is
};

/// As the dialect reads it: strings, quoted names and comments, dollar quotes of PostgreSQL and its BEGIN ATOMIC,
/// brackets of SQLite and the BEGIN … END of its triggers. `line` is the number of the first one.
[[nodiscard]] script split_script(std::string_view text, const sql::dialect&, std::size_t line = 1);

/// The first words in capitals, with single spaces, comments left out: `CREATE UNIQUE INDEX`.
[[nodiscard]] std::string first_words(std::string_view statement, std::size_t count);

/// Without spaces and comments: words in capitals, what is quoted as it stands, and single signs.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view statement);

/// Where a line begins. `disputed`: within quotes for a dialect whose names stand in brackets, outside for another, or
/// the other way round.
enum class line_place : unsigned char { outside, within_quotes, disputed };

/// Of a script's text whose dialect is not known: for each line.
[[nodiscard]] std::vector<line_place> places_of_lines(std::string_view text);

}  // namespace kin::detail
