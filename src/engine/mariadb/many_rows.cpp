// INSERT of one row as INSERT of many.
#include "many_rows.hpp"

namespace kin::engine::mariadb {

std::string with_rows(std::string_view sql, std::size_t rows, std::string_view key) {
    constexpr std::string_view values = " VALUES ";
    const std::size_t at = sql.rfind(values);
    if (at == std::string_view::npos) return {};
    const std::string_view row = sql.substr(at + values.size());
    if (!row.starts_with("(?") || !row.ends_with(')') || row.find_first_not_of("?, ", 1) != row.size() - 1) return {};
    std::string text{sql};
    text.reserve(sql.size() + rows * (row.size() + 2) + key.size() + 16);
    for (std::size_t i = 1; i < rows; ++i) text.append(", ").append(row);
    if (key.empty()) return text;
    text += " RETURNING `";
    for (const char c : key) text.append(c == '`' ? 2 : 1, c);
    return text += '`';
}

}  // namespace kin::engine::mariadb
