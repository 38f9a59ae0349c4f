// The query of a view, out of the statement that made it.
#include <cctype>
#include <string_view>

#include "plan.hpp"

namespace kin::reverse {

namespace {

/// What stands at the front of a statement: a word, a name in quotes, or a symbol. White space and comments go with it.
std::string_view take(std::string_view& sql) {
    const auto after = [&](std::string_view end, std::size_t from) {
        const std::size_t at = sql.find(end, from);
        return at == std::string_view::npos ? sql.size() : at + end.size();
    };
    const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c < 0; };
    while (!sql.empty()) {
        if (sql.starts_with("--")) {
            sql.remove_prefix(after("\n", 2));
        } else if (sql.starts_with("/*")) {
            sql.remove_prefix(after("*/", 2));
        } else if (std::isspace(static_cast<unsigned char>(sql.front())) != 0) {
            sql.remove_prefix(1);
        } else {
            break;
        }
    }
    if (sql.empty()) return {};
    std::size_t length = 1;
    const char quote = sql.front() == '[' ? ']' : sql.front();
    if (quote == ']' || quote == '"' || quote == '`' || quote == '\'') {
        length = after({&quote, 1}, 1);
    } else {
        while (is_letter(sql.front()) && length < sql.size() && is_letter(sql[length])) ++length;
    }
    const std::string_view taken = sql.substr(0, length);
    sql.remove_prefix(length);
    return taken;
}

bool is(std::string_view word, std::string_view keyword) {
    if (word.size() != keyword.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (std::toupper(static_cast<unsigned char>(word[i])) != keyword[i]) return false;
    }
    return true;
}

}  // namespace

std::string query_of(const sql::view_definition& view) {
    if (view.materialized) return {};
    std::string_view sql = view.sql;
    for (std::string_view word = take(sql); !word.empty(); word = take(sql)) {
        if (word == "(") return {};  // names of columns, or options
        if (!is(word, "AS")) continue;
        while (!sql.empty() && (std::isspace(static_cast<unsigned char>(sql.front())) != 0)) sql.remove_prefix(1);
        while (!sql.empty() && (std::isspace(static_cast<unsigned char>(sql.back())) != 0 || sql.back() == ';')) {
            sql.remove_suffix(1);
        }
        return std::string{sql};
    }
    return {};
}

}  // namespace kin::reverse
