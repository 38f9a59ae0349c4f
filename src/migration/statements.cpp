// Where statements end.
#include "migration/statements.hpp"

#include <algorithm>
#include <utility>

#include <kin/sql/compiler.hpp>
#include <kin/sql/raw.hpp>

#include "engine/mariadb/table_changes.hpp"

namespace kin::detail {

namespace {

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}
bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

std::string capitals(std::string_view word) {
    std::string out{word};
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

/// Whose quotes and comments are meant.
enum class reader : unsigned char { sqlite, postgresql, mariadb };

reader reader_of(std::string_view dialect) noexcept {
    return dialect == "sqlite" ? reader::sqlite : dialect == "mariadb" ? reader::mariadb : reader::postgresql;
}

/// A part of a script that is read as one: a word, a string, a comment, a single character.
struct token {
    enum class what : unsigned char { space, comment, word, quoted, sign };
    what is = what::sign;
    std::size_t end = 0;
    std::string_view open{};  ///< what it is, where it does not end
};

token comment_at(std::string_view text, std::size_t at, bool nests) {
    if (text[at] == '-') {
        const std::size_t end = text.find('\n', at);
        return {token::what::comment, end == std::string_view::npos ? text.size() : end, {}};
    }
    int depth = 1;
    std::size_t i = at + 2;
    while (i < text.size() && depth > 0) {
        const std::string_view here = text.substr(i, 2);
        if (here == "*/") {
            --depth;
            i += 2;
        } else if (here == "/*" && nests) {
            ++depth;
            i += 2;
        } else {
            ++i;
        }
    }
    return {token::what::comment, i, depth > 0 ? "a comment" : ""};
}

/// What `sql::end_of_quoted` finds, and whether it ends at all.
token quoted_at(std::string_view text, std::size_t at, std::size_t end) {
    token t{token::what::quoted, end, {}};
    if (end < text.size()) return t;
    // Something behind it is taken in where there is no end.
    std::string more{text.substr(at > 1 ? at - 2 : 0)};
    const std::size_t from = at - (at > 1 ? at - 2 : 0);
    more += ' ';
    if (sql::end_of_quoted(more, from) == more.size()) {
        t.open = text[at] == '$' ? "a dollar quote" : text[at] == '\'' ? "a string" : "a quoted name";
    }
    return t;
}

/// MariaDB's comments and quotes, a backslash being one character of its own; `/*!…*/` is run by it. A sign where none
/// begins.
token mariadb_quoted_at(std::string_view text, std::size_t at) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    if (c == '#') return {token::what::comment, std::min(text.find('\n', at), text.size()), {}};
    if (rest.starts_with("--") && (rest.size() == 2 || is_space(rest[2]))) return comment_at(text, at, false);
    if (rest.starts_with("/*")) {
        token t = comment_at(text, at, false);
        if (rest.starts_with("/*!") || rest.starts_with("/*M!")) t.is = token::what::quoted;
        return t;
    }
    if (c == '\'' || c == '"' || c == '`') {
        const std::size_t end = text.find(c, at + 1);  // a doubled one begins the next part
        const bool open = end == std::string_view::npos;
        return {token::what::quoted, open ? text.size() : end + 1,
                !open       ? std::string_view{}
                : c == '\'' ? "a string"
                            : "a quoted name"};
    }
    return {token::what::sign, at + 1, {}};
}

token token_at(std::string_view text, std::size_t at, reader who) {
    const bool sqlite = who == reader::sqlite;
    const char c = text[at];
    std::size_t i = at + 1;
    if (is_space(c)) {
        while (i < text.size() && is_space(text[i])) ++i;
        return {token::what::space, i, {}};
    }
    if (who == reader::mariadb) {
        token t = mariadb_quoted_at(text, at);
        if (t.is != token::what::sign || !is_word(c)) return t;
        while (i < text.size() && (is_word(text[i]) || text[i] == '$')) ++i;
        return {token::what::word, i, {}};
    }
    const std::string_view two = text.substr(at, 2);
    if (two == "--" || two == "/*") return comment_at(text, at, !sqlite);
    if (c == '[' && sqlite) {
        const std::size_t end = text.find(']', at);
        const bool open = end == std::string_view::npos;
        return {token::what::quoted, open ? text.size() : end + 1, open ? "a quoted name" : ""};
    }
    if (!(c == '$' && sqlite)) {
        const std::size_t end = sql::end_of_quoted(text, at);
        if (end != at) return quoted_at(text, at, end);
    }
    if (is_word(c)) {
        while (i < text.size() && (is_word(text[i]) || text[i] == '$')) ++i;
        // The letter of E'…' goes with its string, which is what makes the string one.
        if (i == at + 1 && (c == 'e' || c == 'E') && i < text.size() && text[i] == '\'') {
            return quoted_at(text, i, sql::end_of_quoted(text, i));
        }
        return {token::what::word, i, {}};
    }
    return {token::what::sign, i, {}};
}

/// Tells of what stands in a statement besides spaces and comments, one after the other, until `visit` says that this
/// is enough: false. What MariaDB runs of a comment, `/*!40000 ALTER TABLE … */`, is told as if it stood there without.
template <class Visit>
bool walk(std::string_view text, reader who, const Visit& visit) {
    for (std::size_t at = 0; at < text.size();) {
        const token t = token_at(text, at, who);
        const std::string_view here = text.substr(at, t.end - at);
        at = t.end;
        if (t.is == token::what::space || t.is == token::what::comment) continue;
        if (who == reader::mariadb && here.starts_with("/*")) {
            const std::size_t begin = std::min(here.find_first_not_of("0123456789", here.find('!') + 1), here.size());
            const std::size_t end = here.ends_with("*/") ? here.size() - 2 : here.size();
            if (begin < end && !walk(here.substr(begin, end - begin), who, visit)) return false;
        } else if (!visit(t.is, here)) {
            return false;
        }
    }
    return true;
}

/// Whether a semicolon ends the statement: told of each of its tokens.
class statement_end {
  public:
    explicit statement_end(reader who) : sqlite_{who == reader::sqlite}, mariadb_{who == reader::mariadb} {}

    void word(std::string_view text) {
        const std::string w = capitals(text);
        if (words_ < most_words) first_[words_] = w;
        ++words_;
        if (mariadb_) {
            if (is_compound()) nest(w);
        } else if (sqlite_) {
            ends_trigger_ = w == "END" && after_semicolon_;
        } else if (is_routine()) {
            if (w == "BEGIN") ++depth_;
            if (w == "CASE" && depth_ > 0) ++depth_;
            if (w == "END" && depth_ > 0) --depth_;
        }
        after_semicolon_ = false;
    }
    void sign(char c) {
        if (c == '(') ++parentheses_;
        if (c == ')' && parentheses_ > 0) --parentheses_;
        after_semicolon_ = ends_trigger_ = false;
    }
    void quoted() { after_semicolon_ = ends_trigger_ = false; }
    /// At a semicolon.
    [[nodiscard]] bool ends() {
        if (sqlite_ && is_trigger()) {
            if (ends_trigger_) return true;
            after_semicolon_ = true;
            return false;
        }
        after_end_ = false;
        return depth_ == 0 && (sqlite_ || mariadb_ || parentheses_ == 0);
    }

  private:
    [[nodiscard]] bool is_trigger() const {
        if (first_[0] != "CREATE") return false;
        const bool temporary = first_[1] == "TEMP" || first_[1] == "TEMPORARY";
        return first_[temporary ? 2 : 1] == "TRIGGER";
    }
    [[nodiscard]] bool is_routine() const {
        if (first_[0] != "CREATE") return false;
        const std::string& what = first_[1] == "OR" ? first_[3] : first_[1];
        return what == "FUNCTION" || what == "PROCEDURE";
    }

    /// A routine, a trigger or an event of MariaDB's, or its BEGIN NOT ATOMIC.
    [[nodiscard]] bool is_compound() const {
        if (first_[0] == "BEGIN") return first_[1] == "NOT";
        if (first_[0] != "CREATE") return false;
        for (std::size_t i = 1; i < std::min(words_, most_words); ++i) {
            for (const std::string_view what : {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"}) {
                if (first_[i] == what) return true;
            }
            for (const std::string_view what : {"TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "SEQUENCE", "USER"}) {
                if (first_[i] == what) return false;
            }
        }
        return false;
    }
    /// END IF, END LOOP and the like close what was not counted; END CASE what was.
    void nest(const std::string& w) {
        const bool after_end = std::exchange(after_end_, w == "END");
        if (after_end && (w == "IF" || w == "LOOP" || w == "WHILE" || w == "REPEAT" || w == "FOR")) {
            ++depth_;
        } else if (w == "BEGIN" || (w == "CASE" && !after_end)) {
            ++depth_;
        } else if (w == "END" && depth_ > 0) {
            --depth_;
        }
    }

    static constexpr std::size_t most_words = 8;
    bool sqlite_;
    bool mariadb_;
    bool after_end_ = false;
    std::string first_[most_words]{};
    std::size_t words_ = 0;
    int depth_ = 0;
    int parentheses_ = 0;
    bool after_semicolon_ = false;
    bool ends_trigger_ = false;
};

/// What begins here, as SQLite reads it; but a bracket that does not end is no quote.
token sqlite_token_at(std::string_view text, std::size_t at) {
    if (text[at] != '[') return token_at(text, at, reader::sqlite);
    const std::size_t end = text.find(']', at);
    return end == std::string_view::npos ? token{token::what::sign, at + 1, {}}
                                         : token{token::what::quoted, end + 1, {}};
}

/// For each line, whether it begins outside of quotes.
std::vector<bool> free_lines(std::string_view text, reader who) {
    std::vector<bool> free{true};
    for (std::size_t at = 0; at < text.size();) {
        const token t = who == reader::sqlite ? sqlite_token_at(text, at) : token_at(text, at, who);
        for (std::size_t i = at; i < t.end; ++i) {
            // A quote that does not end is told of where the section is taken apart: here it hides nothing.
            if (text[i] == '\n') free.push_back(t.is == token::what::space || i + 1 == t.end || !t.open.empty());
        }
        at = t.end;
    }
    return free;
}

}  // namespace

script split_script(std::string_view text, const sql::dialect& d, std::size_t line) {
    const reader who = reader_of(d.name);
    script out;
    statement_end end{who};
    std::size_t begin = 0;  // of the statement, at its first word or sign
    std::size_t last = 0;   // behind the last thing of it that is no comment
    std::size_t began_in = line;
    bool inside = false;
    const auto finish = [&] {
        if (inside) out.statements.push_back({std::string{text.substr(begin, last - begin)}, began_in});
        inside = false;
        end = statement_end{who};
    };
    for (std::size_t at = 0; at < text.size();) {
        const token t = token_at(text, at, who);
        if (!t.open.empty() && out.open_line == 0) {
            out.open_line = line;
            out.open_what = t.open;
        }
        const bool blank = t.is == token::what::space || t.is == token::what::comment;
        if (t.is == token::what::sign && text[at] == ';' && (!inside || end.ends())) {
            finish();
        } else if (!blank) {
            if (!inside) {
                begin = at;
                began_in = line;
                inside = true;
            }
            last = t.end;
            if (t.is == token::what::word) end.word(text.substr(at, t.end - at));
            if (t.is == token::what::quoted) end.quoted();
            if (t.is == token::what::sign && text[at] != ';') end.sign(text[at]);
        }
        line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                    text.begin() + static_cast<std::ptrdiff_t>(t.end), '\n'));
        at = t.end;
    }
    finish();
    return out;
}

std::string first_words(std::string_view statement, std::size_t count, const sql::dialect& d) {
    std::string out;
    if (count == 0) return out;
    walk(statement, reader_of(d.name), [&](token::what is, std::string_view text) {
        if (is != token::what::word) return false;
        out.append(out.empty() ? "" : " ").append(capitals(text));
        return --count > 0;
    });
    return out;
}

std::vector<std::string> pieces_of(std::string_view statement, const sql::dialect& d) {
    std::vector<std::string> out;
    walk(statement, reader_of(d.name), [&](token::what is, std::string_view text) {
        out.push_back(is == token::what::word ? capitals(text) : std::string{text});
        return true;
    });
    return out;
}

bool has_parts(std::string_view statement, const sql::dialect& d) {
    for (std::size_t at = 0; at < statement.size();) {
        const token t = token_at(statement, at, reader_of(d.name));
        if (t.is == token::what::sign && statement[at] == ';') return true;
        at = t.end;
    }
    return false;
}

bool changes_tables(std::string_view statement) {
    std::string_view words[4]{};
    const std::string first = first_words(statement, 4, sql::mariadb_dialect());
    std::string_view rest = first;
    for (std::string_view& word : words) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return engine::mariadb::changes_tables(words[0], words[1], words[3]);
}

std::vector<line_place> places_of_lines(std::string_view text, std::string_view dialect) {
    std::vector<line_place> places;
    const auto place = [](bool outside) { return outside ? line_place::outside : line_place::within_quotes; };
    if (!dialect.empty()) {
        for (const bool outside : free_lines(text, reader_of(dialect))) places.push_back(place(outside));
        return places;
    }
    const std::vector<bool> sqlite = free_lines(text, reader::sqlite);
    const std::vector<bool> postgresql = free_lines(text, reader::postgresql);
    const std::vector<bool> mariadb = free_lines(text, reader::mariadb);
    for (std::size_t i = 0; i < std::max(sqlite.size(), postgresql.size()); ++i) {
        const bool alike = sqlite[i] == postgresql[i] && sqlite[i] == mariadb[i];
        places.push_back(alike ? place(sqlite[i]) : line_place::disputed);
    }
    return places;
}

}  // namespace kin::detail
