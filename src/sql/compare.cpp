// Operators given as text.
#include <kin/sql/compare.hpp>

#include <string>
#include <utility>

namespace kin::sql {

namespace {

struct named_operator {
    std::string_view text;
    op what;
};

constexpr named_operator operators[] = {
    {"=", op::equal},   {"==", op::equal},          {"!=", op::not_equal}, {"<>", op::not_equal},
    {"<", op::less},    {"<=", op::less_equal},     {">", op::greater},    {">=", op::greater_equal},
    {"like", op::like}, {"not like", op::not_like},
};

// Lower case, one space between words, none around them.
std::string normalised(std::string_view text) {
    std::string result;
    bool gap = false;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            gap = !result.empty();
            continue;
        }
        if (gap) result += ' ';
        gap = false;
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

}  // namespace

op comparison_operator(std::string_view operator_text, const site& where) {
    const std::string wanted = normalised(operator_text);
    for (const named_operator& known : operators) {
        if (known.text == wanted) return known.what;
    }
    std::string message = "unknown operator '";
    message.append(operator_text.substr(0, 40)).append("'; the operators are");
    bool first = true;
    for (const named_operator& known : operators) {
        message.append(first ? " " : ", ").append(known.text);
        first = false;
    }
    throw unknown_name{message, error_context{.where = where}};
}

expr compare(expr column, std::string_view operator_text, value v, const site& where) {
    return binary(comparison_operator(operator_text, where), std::move(column), literal(std::move(v)));
}

}  // namespace kin::sql
