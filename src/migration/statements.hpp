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
/// brackets of SQLite and the BEGIN … END of its triggers, of MariaDB's and of its routines. `line` is the number of
/// the first one.
[[nodiscard]] script split_script(std::string_view text, const sql::dialect&, std::size_t line = 1);

/// The first words in capitals, with single spaces, comments left out: `CREATE UNIQUE INDEX`. What MariaDB runs of a
/// comment, as in `/*!40000 ALTER TABLE … */`, is no comment, here and below.
[[nodiscard]] std::string first_words(std::string_view statement, std::size_t count, const sql::dialect&);

/// Without spaces and comments: words in capitals, what is quoted as it stands, and single signs.
[[nodiscard]] std::vector<std::string> pieces_of(std::string_view statement, const sql::dialect&);

/// Whether a semicolon stands in the statement, outside of quotes and comments: in the body of a trigger.
[[nodiscard]] bool has_parts(std::string_view statement, const sql::dialect&);

/// Whether MariaDB commits before and behind the statement, as it does where tables are changed.
[[nodiscard]] bool changes_tables(std::string_view statement);

/// Where a line begins. `disputed`: within quotes for one database and outside for another, since what is a quote
/// (brackets, dollars) and whether comments nest is not the same for all.
enum class line_place : unsigned char { outside, within_quotes, disputed };

/// For each line of a text that begins outside of quotes, as the database of that name reads it; as all of them do
/// where there is no name.
[[nodiscard]] std::vector<line_place> places_of_lines(std::string_view text, std::string_view dialect);

}  // namespace kin::detail
