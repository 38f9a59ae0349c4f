// Values in the forms of other programs.
#include <charconv>

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

double real_of(const decimal& from) { return from.approximate(); }

decimal decimal_of(double from) {
    char digits[400];
    const auto end = std::to_chars(digits, digits + sizeof digits, from, std::chars_format::fixed);
    return decimal{std::string_view{digits, static_cast<std::size_t>(end.ptr - digits)}};
}

}  // namespace kin::detail
