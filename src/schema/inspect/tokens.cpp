// Follows SQLite's own tokenizer: what it takes for one token is one here.
#include "tokens.hpp"

#include <algorithm>

namespace kin::schema {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// Behind a quoted text that begins at `from`; a doubled quote does not end it.
std::size_t behind_quotes(std::string_view sql, std::size_t from) {
    const char close = sql[from] == '[' ? ']' : sql[from];
    std::size_t at = from + 1;
    while (at < sql.size()) {
        if (sql[at] != close) {
            ++at;
        } else if (close != ']' && at + 1 < sql.size() && sql[at + 1] == close) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    return sql.size();
}

/// Behind spaces and comments.
std::size_t behind_space(std::string_view sql, std::size_t at) {
    while (at < sql.size()) {
        if (is_space(sql[at])) {
            ++at;
        } else if (sql.substr(at, 2) == "--") {
            at = std::min(sql.find('\n', at), sql.size());
        } else if (sql.substr(at, 2) == "/*") {
            const std::size_t close = sql.find("*/", at + 2);
            at = close == std::string_view::npos ? sql.size() : close + 2;
        } else {
            break;
        }
    }
    return at;
}

token next_token(std::string_view sql, std::size_t at) {
    const char c = sql[at];
    if (c == '"' || c == '`' || c == '[') return {token::kind::quoted, at, behind_quotes(sql, at)};
    if (c == '\'') return {token::kind::string, at, behind_quotes(sql, at)};
    if (upper(c) == 'X' && at + 1 < sql.size() && sql[at + 1] == '\'') {
        return {token::kind::string, at, behind_quotes(sql, at + 1)};
    }
    std::size_t end = at + 1;
    if (is_digit(c) || (c == '.' && end < sql.size() && is_digit(sql[end]))) {
        while (end < sql.size() && (is_name_letter(sql[end]) || sql[end] == '.' ||
                                    ((sql[end] == '+' || sql[end] == '-') && upper(sql[end - 1]) == 'E'))) {
            ++end;
        }
        return {token::kind::number, at, end};
    }
    if (!is_name_letter(c)) return {token::kind::symbol, at, end};
    while (end < sql.size() && is_name_letter(sql[end])) ++end;
    return {token::kind::word, at, end};
}

}  // namespace

token_stream::token_stream(std::string_view sql) : sql_{sql} {
    for (std::size_t at = behind_space(sql, 0); at < sql.size();) {
        tokens_.push_back(next_token(sql, at));
        at = behind_space(sql, tokens_.back().end);
    }
    tokens_.push_back({token::kind::end, sql.size(), sql.size()});
}

const token& token_stream::peek(std::size_t ahead) const noexcept {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool token_stream::is(std::string_view what, std::size_t ahead) const noexcept {
    const token& t = peek(ahead);
    if (t.what != token::kind::word && t.what != token::kind::symbol) return false;
    const std::string_view text = sql_.substr(t.begin, t.end - t.begin);
    return std::ranges::equal(text, what, [](char a, char b) { return upper(a) == b; });
}

bool token_stream::take(std::string_view what) noexcept {
    if (!is(what)) return false;
    skip();
    return true;
}

bool token_stream::take(std::string_view first, std::string_view second) noexcept {
    if (!is(first) || !is(second, 1)) return false;
    at_ += 2;
    return true;
}

std::string token_stream::take_name() {
    const token& t = peek();
    skip();
    const std::string_view text = sql_.substr(t.begin, t.end - t.begin);
    if (t.what != token::kind::quoted && t.what != token::kind::string) return std::string{text};
    const char close = text.front() == '[' ? ']' : text.front();
    std::string name;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == close && (close == ']' || i + 1 == text.size() || text[++i] != close)) break;
        name += text[i];
    }
    return name;
}

void token_stream::skip_nested() noexcept {
    std::size_t depth = 0;
    do {
        if (is("(")) ++depth;
        if (is(")") && depth > 0) --depth;
        skip();
    } while (depth > 0 && !at_end());
}

std::string token_stream::take_parenthesised() {
    if (!is("(")) return {};
    const std::size_t from = at_;
    skip_nested();
    const bool closed = at_ > from + 1 && sql_[tokens_[at_ - 1].begin] == ')';
    return text(from + 1, closed ? at_ - 1 : at_);
}

std::vector<std::string> token_stream::take_names() {
    std::vector<std::string> names;
    if (!take("(")) return names;
    while (!at_end() && !is(")")) {
        names.push_back(take_name());
        while (!at_end() && !is(",") && !is(")")) skip_nested();
        take(",");
    }
    take(")");
    return names;
}

std::string token_stream::text(std::size_t from, std::size_t to) const {
    if (from >= to || from >= tokens_.size()) return {};
    const std::size_t begin = tokens_[from].begin;
    return std::string{sql_.substr(begin, tokens_[std::min(to, tokens_.size()) - 1].end - begin)};
}

}  // namespace kin::schema
