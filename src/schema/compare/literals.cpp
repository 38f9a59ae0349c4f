// What is added or renamed by a database, and says nothing more.
#include "literals.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kin::schema::comparing {

namespace {

bool is_integer(std::string_view type) { return type == "integer" || type == "bigint" || type == "smallint"; }
bool is_decimal(std::string_view type) { return type == "numeric" || type == "double precision"; }

}  // namespace

std::optional<std::string> without_cast(const std::string& literal, const std::string& to) {
    const auto digits = [](std::string_view text) {
        if (text.starts_with('-')) text.remove_prefix(1);
        return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (literal == "null") return literal;
    if (literal == "true" || literal == "false") return to == "boolean" ? std::optional{literal} : std::nullopt;
    if (literal.starts_with("current_")) {
        const std::string_view own = literal == "current_timestamp" ? "timestamp with time zone"
                                     : literal == "current_date"    ? "date"
                                                                    : "time with time zone";
        return to == own ? std::optional{literal} : std::nullopt;
    }
    if (to.find('(') != std::string::npos) return std::nullopt;  // it cuts off, or rounds
    if (literal.starts_with("array[")) return to.ends_with("[]") ? std::optional{literal} : std::nullopt;
    if (literal.find('\'') != std::string::npos || literal.starts_with('$')) {
        // Numbers come back as '-1'::integer.
        const bool number = (is_integer(to) || is_decimal(to) || to == "real") && literal.size() > 2 &&
                            literal.front() == '\'' &&
                            literal.find_first_not_of("+-.0123456789eE", 1) == literal.size() - 1;
        return number ? literal.substr(1, literal.size() - 2) : literal;
    }
    const bool whole = digits(literal);
    if (is_decimal(to) || (whole && (is_integer(to) || to == "real"))) return literal;
    return std::nullopt;
}

std::string without_last_zeros(std::string number) {
    if (number.find('.') == std::string::npos || number.find('e') != std::string::npos) return number;
    while (number.ends_with('0')) number.pop_back();
    if (number.ends_with('.')) number.pop_back();
    return number.empty() || number.front() == '.' ? '0' + number : number;
}

std::string mariadb_function(const std::string& name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names{
        {{"octet_length", "length"},
         {"character_length", "char_length"},
         {"lcase", "lower"},
         {"ucase", "upper"},
         {"substring", "substr"},
         {"mid", "substr"},
         {"ceil", "ceiling"},
         {"power", "pow"}}};
    const auto found = std::ranges::find(names, name, [](const auto& n) { return n.first; });
    return found == names.end() ? name : std::string{found->second};
}

}  // namespace kin::schema::comparing
