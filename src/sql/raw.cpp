// SQL that was written by hand.
#include <kin/sql/dialect.hpp>
#include <kin/sql/raw.hpp>

namespace kin::sql {

namespace {

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

std::size_t end_of_quoted(std::string_view sql, std::size_t at) noexcept {
    const auto behind = [&](std::string_view closing, std::size_t from) {
        const std::size_t found = sql.find(closing, from);
        return found == std::string_view::npos ? sql.size() : found + closing.size();
    };
    switch (sql[at]) {
        case '"':
        case '`':
            return behind(sql.substr(at, 1), at + 1);  // a doubled one begins the next part
        case '\'': {
            // An E of its own: the one of LIKE'…' says nothing.
            const bool prefix = at > 0 && (sql[at - 1] == 'E' || sql[at - 1] == 'e');
            const bool escapes = prefix && (at == 1 || !(is_letter(sql[at - 2]) || is_digit(sql[at - 2])));
            for (std::size_t i = at + 1; i < sql.size(); ++i) {
                if (escapes && (sql[i] == '\\' || sql.substr(i, 2) == "''")) {
                    ++i;
                } else if (sql[i] == '\'') {
                    return i + 1;
                }
            }
            return sql.size();
        }
        case '-':
            return sql.substr(at).starts_with("--") ? behind("\n", at) : at;
        case '/': {
            if (!sql.substr(at).starts_with("/*")) return at;
            int depth = 1;  // comments nest
            std::size_t i = at + 2;
            for (; i < sql.size() && depth > 0; ++i) {
                const std::string_view here = sql.substr(i, 2);
                if (here == "/*") ++depth, ++i;
                if (here == "*/") --depth, ++i;
            }
            return i;
        }
        case '$': {
            std::size_t i = at + 1;
            while (i < sql.size() && (is_letter(sql[i]) || (i > at + 1 && is_digit(sql[i])))) ++i;
            if (i >= sql.size() || sql[i] != '$' || (at > 0 && is_letter(sql[at - 1]))) return at;
            return behind(sql.substr(at, i + 1 - at), i + 1);
        }
        default:
            return at;
    }
}

std::string with_placeholders(std::string_view sql, const dialect& d) {
    if (d.placeholders == placeholder_style::question) return std::string{sql};
    std::string out;
    out.reserve(sql.size() + 8);
    int number = 0;
    for (std::size_t i = 0; i < sql.size();) {
        if (const std::size_t end = end_of_quoted(sql, i); end != i) {
            out += sql.substr(i, end - i);
            i = end;
        } else if (sql[i] != '?') {
            out += sql[i++];
        } else if (sql.substr(i).starts_with("??")) {
            out += '?';
            i += 2;
        } else {
            out += '$' + std::to_string(++number);
            ++i;
        }
    }
    return out;
}

}  // namespace kin::sql
