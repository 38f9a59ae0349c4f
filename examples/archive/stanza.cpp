// The parser of package indexes: one pass over the text, views instead of copies.
#include "stanza.hpp"

#include <algorithm>
#include <cstring>

namespace archive {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Field names are printable ASCII without space and colon, and do not begin with `#` or `-`.
bool is_field_name(std::string_view name) noexcept {
    return !name.empty() && name.front() != '#' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string located(std::string_view file, std::size_t line, std::string_view what) {
    std::string text{file};
    if (line != 0) text.append(":").append(std::to_string(line));
    return text.append(": ").append(what);
}

}  // namespace

input_error::input_error(std::string_view file, std::size_t line, std::string_view what)
    : std::runtime_error{located(file, line, what)} {}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string result{text.substr(0, limit)};
    for (char& c : result) {
        if (c < ' ' || c > '~') c = '?';
    }
    if (text.size() > limit) result += "...";
    return result;
}

std::string_view field::first_line() const noexcept { return trim(value.substr(0, value.find('\n'))); }

const field* stanza::find(std::string_view name) const noexcept {
    for (const field& f : fields) {
        if (same_name(f.name, name)) return &f;
    }
    return nullptr;
}

std::string_view stanza_reader::take_line() noexcept {
    const void* end = std::memchr(rest_.data(), '\n', rest_.size());
    const std::size_t length =
        end ? static_cast<std::size_t>(static_cast<const char*>(end) - rest_.data()) : rest_.size();
    std::string_view line = rest_.substr(0, length);
    rest_.remove_prefix(end ? length + 1 : length);
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

void stanza_reader::refuse(std::string_view line, std::string_view what) const {
    throw input_error{file_, line_, std::string{what} + ": '" + printable(line) + "'"};
}

bool stanza_reader::next(stanza& into) {
    into.fields.clear();
    while (!rest_.empty()) {
        const std::string_view line = take_line();
        if (into.fields.empty()) {
            if (trim(line).empty()) continue;  // any number of blank lines between two stanzas
            into.line = line_;
        } else if (line.empty()) {
            return true;
        }
        if (line.front() == ' ' || line.front() == '\t') {
            if (into.fields.empty()) refuse(line, "continuation of no field");
            // The lines lie side by side in the text, so the value just grows over the new one.
            std::string_view& value = into.fields.back().value;
            value = {value.data(), static_cast<std::size_t>(line.data() + line.size() - value.data())};
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) {
            refuse(line, "neither a field nor a continuation");
        }
        into.fields.push_back({line.substr(0, colon), line.substr(colon + 1), line_});
    }
    return !into.fields.empty();
}

}  // namespace archive
