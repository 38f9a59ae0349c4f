// Which reader, which tables.
#include <kin/schema/inspect.hpp>

#include <algorithm>

#include "reading.hpp"

namespace kin::schema {

bool fits(std::string_view pattern, std::string_view name) noexcept {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;  // the last one, and how much of the name it may have taken
    std::size_t taken = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool wanted(const inspect_options& options, std::string_view schema, std::string_view name) {
    if (name == "kin_migrations" || name == "kin_migrations_lock") return false;
    if (options.tables.empty()) return true;
    const std::string qualified = std::string{schema} + '.' + std::string{name};
    return std::ranges::any_of(options.tables, [&](const std::string& pattern) {
        return fits(pattern, name) || (!schema.empty() && fits(pattern, qualified));
    });
}

std::string in_quotes(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) out.append(c == quote ? 2 : 1, c);
    return out += quote;
}

std::string without_parentheses(std::string sql) {
    while (sql.size() > 1 && sql.front() == '(' && sql.back() == ')') {
        std::size_t depth = 0;
        char quote = 0;
        for (std::size_t i = 0; i + 1 < sql.size(); ++i) {
            const char c = sql[i];
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(') {
                ++depth;
            } else if (c == ')' && --depth == 0) {
                return sql;  // the first one closes before the end
            }
        }
        sql = sql.substr(1, sql.size() - 2);
    }
    return sql;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += '"' + names[i] + '"';
    }
    return text;
}

catalogue inspect(engine::connection& on, const inspect_options& options, const site& where) {
    on.at(where);
    const sql::dialect& d = on.dialect();
    if (&d == &sql::sqlite_dialect()) return inspect_sqlite(on, options, where);
    if (&d == &sql::postgresql_dialect()) return inspect_postgresql(on, options, where);
    if (&d == &sql::mariadb_dialect()) return inspect_mariadb(on, options, where);
    throw usage_error{"Kin cannot inspect a database of " + std::string{d.name}, {.where = where}};
}

}  // namespace kin::schema
