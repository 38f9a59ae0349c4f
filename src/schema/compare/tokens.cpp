// One pass over the text: a state for each kind of quote.
#include "tokens.hpp"

#include <algorithm>

#include <kin/sql/compiler.hpp>

namespace kin::schema::comparing {

namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool goes_on(char c) { return begins_word(c) || is_digit(c) || c == '$'; }

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

bool is_sqlite(const sql::dialect& d) { return &d == &sql::sqlite_dialect(); }
bool is_postgresql(const sql::dialect& d) { return &d == &sql::postgresql_dialect(); }

class scanner {
  public:
    scanner(std::string_view sql, const sql::dialect& d) : sql_{sql}, dialect_{d} {}

    std::vector<token> all() {
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (is_space(c)) {
                ++at_;
            } else if (starts("--") || (c == '#' && &dialect_ == &sql::mariadb_dialect())) {
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            } else if (starts("/*")) {
                const std::size_t end = sql_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? sql_.size() : end + 2;
            } else {
                one();
            }
        }
        return std::move(tokens_);
    }

  private:
    [[nodiscard]] bool starts(std::string_view what) const { return sql_.substr(at_).starts_with(what); }

    void add(token_kind kind, std::string text, std::size_t end) {
        tokens_.push_back({kind, std::move(text), at_, end});
        at_ = end;
    }

    /// Where a text ends that begins behind `first` and is closed by `quote`, which is doubled inside of it.
    [[nodiscard]] std::size_t closing(std::size_t first, char quote, bool backslashes) const {
        for (std::size_t i = first; i < sql_.size(); ++i) {
            if (backslashes && sql_[i] == '\\') {
                ++i;
            } else if (sql_[i] == quote) {
                if (i + 1 < sql_.size() && sql_[i + 1] == quote) {
                    ++i;
                } else {
                    return i + 1;
                }
            }
        }
        return sql_.size();
    }

    void quoted_name(char close) {
        const std::size_t end = closing(at_ + 1, close, false);
        std::string name;
        for (std::size_t i = at_ + 1; i + 1 < end; ++i) {
            name += sql_[i];
            if (sql_[i] == close) ++i;
        }
        add(token_kind::quoted, folded(name, dialect_), end);
    }

    void word() {
        std::size_t end = at_;
        while (end < sql_.size() && goes_on(sql_[end])) ++end;
        const std::string_view written = sql_.substr(at_, end - at_);
        // E'…', X'…', B'…', N'…': the letter belongs to the text.
        if (written.size() == 1 && end < sql_.size() && sql_[end] == '\'' &&
            std::string_view{"eExXbBnN"}.find(written[0]) != std::string_view::npos) {
            const bool escapes = (written[0] == 'e' || written[0] == 'E') && is_postgresql(dialect_);
            const std::size_t close = closing(end + 1, '\'', escapes);
            add(token_kind::text, std::string{sql_.substr(at_, close - at_)}, close);
            return;
        }
        add(token_kind::word, lower(written), end);
    }

    void number() {
        std::size_t end = at_;
        while (end < sql_.size() && (goes_on(sql_[end]) || sql_[end] == '.' ||
                                     ((sql_[end] == '+' || sql_[end] == '-') && (sql_[end - 1] | 0x20) == 'e' &&
                                      !starts("0x") && !starts("0X")))) {
            ++end;
        }
        add(token_kind::number, lower(sql_.substr(at_, end - at_)), end);
    }

    /// $$ … $$ and $tag$ … $tag$ of PostgreSQL.
    bool dollar_text() {
        const std::size_t second = sql_.find('$', at_ + 1);
        if (!is_postgresql(dialect_) || second == std::string_view::npos) return false;
        const std::string_view tag = sql_.substr(at_, second + 1 - at_);
        if (!std::ranges::all_of(tag.substr(1, tag.size() - 2), goes_on)) return false;
        const std::size_t close = sql_.find(tag, second + 1);
        const std::size_t end = close == std::string_view::npos ? sql_.size() : close + tag.size();
        add(token_kind::text, std::string{sql_.substr(at_, end - at_)}, end);
        return true;
    }

    void one() {
        const char c = sql_[at_];
        if (c == '\'') {
            const std::size_t end = closing(at_ + 1, '\'', false);
            add(token_kind::text, std::string{sql_.substr(at_, end - at_)}, end);
        } else if (c == '"' || (c == '`' && !is_postgresql(dialect_))) {
            quoted_name(c);
        } else if (c == '[' && is_sqlite(dialect_)) {
            quoted_name(']');
        } else if (begins_word(c)) {
            word();
        } else if (is_digit(c) || (c == '.' && at_ + 1 < sql_.size() && is_digit(sql_[at_ + 1]))) {
            number();
        } else if (c != '$' || !dollar_text()) {
            symbol();
        }
    }

    void symbol() {
        static constexpr std::string_view longer[] = {"<=>", "->>", "#>>", "!~~*", "!~~", "~~*", "!~*", "::", "->",
                                                      "#>",  "||",  "<=",  ">=",   "<>",  "!=",  "==",  "<<", ">>",
                                                      "@>",  "<@",  "&&",  "~~",   "!~",  "~*",  "?|",  "?&", "@@"};
        for (const std::string_view s : longer) {
            if (starts(s)) {
                add(token_kind::symbol, std::string{s}, at_ + s.size());
                return;
            }
        }
        add(token_kind::symbol, std::string(1, sql_[at_]), at_ + 1);
    }

    std::string_view sql_;
    const sql::dialect& dialect_;
    std::size_t at_ = 0;
    std::vector<token> tokens_;
};

}  // namespace

std::vector<token> tokens_of(std::string_view sql, const sql::dialect& d) { return scanner{sql, d}.all(); }

std::string folded(std::string_view name, const sql::dialect& d) {
    return is_postgresql(d) ? std::string{name} : lower(name);
}

bool mentions(std::string_view sql, std::string_view name, const sql::dialect& d) {
    const std::string wanted = folded(name, d);
    return std::ranges::any_of(tokens_of(sql, d), [&](const token& t) { return t.is_name() && t.text == wanted; });
}

namespace {

std::string replaced(std::string_view sql, std::span<const new_name> names, bool in_brackets, const sql::dialect& d) {
    if (names.empty()) return std::string{sql};
    std::string result;
    std::size_t done = 0;
    int depth = 0;
    for (const token& t : tokens_of(sql, d)) {
        depth += t.is("(") ? 1 : t.is(")") ? -1 : 0;
        if (!t.is_name() || (in_brackets && depth == 0)) continue;
        const auto found = std::ranges::find_if(names, [&](const new_name& n) { return folded(n.from, d) == t.text; });
        if (found == names.end()) continue;
        result.append(sql.substr(done, t.begin - done)).append(sql::quote(found->to, d));
        done = t.end;
    }
    return result.append(sql.substr(done));
}

}  // namespace

std::string with_names(std::string_view sql, std::span<const new_name> names, const sql::dialect& d) {
    return replaced(sql, names, false, d);
}

std::string with_names_in_brackets(std::string_view sql, std::span<const new_name> names, const sql::dialect& d) {
    return replaced(sql, names, true, d);
}

}  // namespace kin::schema::comparing
