// Values in the forms of other programs.
#include <algorithm>
#include <charconv>
#include <string>

#include <kin/value/parsing.hpp>
#include <kin/value/stored_as.hpp>

namespace kin::detail {

std::string spell(const uuid& id, bool dashes, bool capitals) {
    if (id == uuid{}) return {};
    std::string out;
    for (const char c : id.to_string()) {
        if (c != '-' || dashes) out += c;
    }
    return capitals ? folded(out, true) : out;
}

uuid read_spelled(std::string_view text, bool dashes, bool capitals) {
    if (text.empty()) return {};
    std::string whole{text};
    if (!dashes && whole.size() == 32) {
        for (const std::size_t at : {8u, 13u, 18u, 23u}) whole.insert(at, 1, '-');
    }
    const auto id = uuid::try_parse(whole);
    if (!id || spell(*id, dashes, capitals) != text) {
        throw conversion_error{"'" + std::string{text.substr(0, 80)} + "' is no uuid in " +
                               (capitals ? "capitals" : "small letters") +
                               (dashes ? " with dashes" : " without dashes")};
    }
    return *id;
}

std::string folded(std::string_view text, bool capitals) {
    std::string out{text};
    for (char& c : out) {
        if (capitals ? (c >= 'a' && c <= 'z') : (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
    }
    return out;
}

std::string iso_text(std::int64_t microseconds, char between, int digits, std::string_view zone) {
    char buffer[moment_text_size];
    const std::size_t length = write_moment(kind::timestamp, microseconds, buffer);
    if (length == 0) throw conversion_error{"the timestamp is not within the years 0000 to 9999"};
    std::string out{buffer, 19};
    out[10] = between;
    std::string fraction = length > 20 ? std::string{buffer + 20, length - 20} : std::string{};
    fraction.resize(static_cast<std::size_t>(digits), '0');
    if (digits > 0) out += '.' + fraction;
    return out.append(zone);
}

std::int64_t read_iso_text(std::string_view text, char between, int digits, std::string_view zone) {
    std::int64_t out = 0;
    std::string plain{text.substr(0, text.size() - (text.ends_with(zone) ? zone.size() : 0))};
    if (plain.size() > 10) plain[10] = ' ';
    if (!parse_moment(kind::timestamp, plain, out) || iso_text(out, between, digits, zone) != text) {
        throw conversion_error{"'" + std::string{text.substr(0, 80)} + "' is no point in time like " +
                               iso_text(0, between, digits, zone)};
    }
    return out;
}

std::string without_padding(std::string_view text) {
    return std::string{text.substr(0, text.find_last_not_of(' ') + 1)};
}

namespace {

std::string_view without_digits(std::string_view text, bool& any) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    any = any || end > 0;
    return text.substr(end);
}

/// As SQLite decides whether a column of numbers makes a number of a text.
bool reads_as_number(std::string_view text) {
    constexpr std::string_view spaces = " \t\n\v\f\r";
    text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
    text = text.substr(0, text.find_last_not_of(spaces) + 1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    bool any = false;
    text = without_digits(text, any);
    if (text.starts_with('.')) text = without_digits(text.substr(1), any);
    if (!any || text.empty()) return any;
    if (!text.starts_with('e') && !text.starts_with('E')) return false;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    bool exponent = false;
    return without_digits(text, exponent).empty() && exponent;
}

}  // namespace

const std::string& kept_as_it_is(const std::string& text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const bool whole = read.ec == std::errc{} && read.ptr == end && std::to_string(number) == text;
    if (!whole && reads_as_number(text)) {
        throw conversion_error{
            "'" + text.substr(0, 80) + "' is a number that the column would keep in another " +
            "spelling: give it as it is read again, without zeros, signs and spaces that say nothing"};
    }
    return text;
}

std::string digits_or_text(const value_view& cell) {
    if (cell.type == kind::int64) return std::to_string(cell.integer);
    return from_value<std::string>(cell);
}

double real_of(const decimal& from) { return from.approximate(); }

decimal decimal_of(double from) {
    char digits[400];
    const auto end = std::to_chars(digits, digits + sizeof digits, from, std::chars_format::fixed);
    return decimal{std::string_view{digits, static_cast<std::size_t>(end.ptr - digits)}};
}

}  // namespace kin::detail
