// Decimals read as numbers: what sums and averages of databases are.
#include <algorithm>
#include <charconv>
#include <limits>

#include <kin/value/decimal.hpp>

namespace kin {

namespace {

constexpr std::string_view digits = "0123456789";

/// A number's parts, without the zeros that say nothing.
struct parts {
    int rank = 0;  ///< of what is no digits: -1 -Infinity, 1 Infinity, 2 NaN
    bool negative = false;
    std::string_view whole{};
    std::string_view fraction{};
};

/// False where the text is no decimal.
bool take_apart(std::string_view text, parts& to) noexcept {
    if (text == "NaN") return to.rank = 2, true;
    if (text == "Infinity") return to.rank = 1, true;
    if (text == "-Infinity") return to.rank = -1, true;
    if (text.starts_with('-') || text.starts_with('+')) {
        to.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    to.whole = text.substr(0, point);
    to.fraction = text.substr(std::min(point + 1, text.size()));
    if (to.whole.empty() && to.fraction.empty()) return false;
    if (to.whole.find_first_not_of(digits) != std::string_view::npos) return false;
    if (to.fraction.find_first_not_of(digits) != std::string_view::npos) return false;
    to.whole.remove_prefix(std::min(to.whole.find_first_not_of('0'), to.whole.size()));
    to.fraction = to.fraction.substr(0, to.fraction.find_last_not_of('0') + 1);
    if (to.whole.empty() && to.fraction.empty()) to.negative = false;
    return true;
}

}  // namespace

decimal::decimal(std::string_view text, const site& where) : text_{text} {
    parts unused;
    if (!take_apart(text, unused)) {
        throw conversion_error{"'" + std::string{text.substr(0, 80)} + "' is no decimal number", {.where = where}};
    }
}

double decimal::approximate() const noexcept {
    parts of;
    if (!take_apart(text_, of) || of.rank == 2) return std::numeric_limits<double>::quiet_NaN();
    if (of.rank != 0) return of.rank * std::numeric_limits<double>::infinity();
    double to = 0;
    parse_real(text_.starts_with('+') ? std::string_view{text_}.substr(1) : text_, to);
    return to;
}

std::weak_ordering operator<=>(const decimal& a, const decimal& b) noexcept {
    parts left;
    parts right;
    take_apart(a.text_, left);
    take_apart(b.text_, right);
    if (left.rank != right.rank) return left.rank <=> right.rank;
    if (left.negative != right.negative) return right.negative <=> left.negative;
    std::weak_ordering larger = left.whole.size() <=> right.whole.size();
    if (larger == 0) larger = left.whole <=> right.whole;
    if (larger == 0) larger = left.fraction <=> right.fraction;
    return left.negative ? 0 <=> larger : larger;
}

bool is_decimal(std::string_view text) noexcept {
    parts unused;
    return take_apart(text, unused);
}

std::string without_exponent(std::string_view number, double value) {
    if (number.find_first_of("eE") == std::string_view::npos) return std::string{number};
    char all[400];
    const auto end = std::to_chars(all, all + sizeof all, value, std::chars_format::fixed);
    return {all, end.ptr};
}

bool parse_whole(std::string_view decimal, std::int64_t& to) noexcept {
    const char* end = decimal.data() + decimal.size();
    const auto [at, problem] = std::from_chars(decimal.data(), end, to);
    if (problem != std::errc{}) return false;
    if (at == end) return true;
    return *at == '.' &&
           decimal.find_first_not_of('0', static_cast<std::size_t>(at - decimal.data()) + 1) == std::string_view::npos;
}

bool parse_real(std::string_view decimal, double& to) noexcept {
    const char* end = decimal.data() + decimal.size();
    const auto [at, problem] = std::from_chars(decimal.data(), end, to);
    return problem == std::errc{} && at == end;
}

}  // namespace kin
