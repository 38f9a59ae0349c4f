// JSON as text.
#include "value/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include <kin/value/calendar.hpp>
#include <kin/value/transfer.hpp>
#include <kin/value/uuid.hpp>

namespace kin::detail {

namespace {

constexpr int deepest = 200;

class json_reader {
  public:
    json_reader(std::string_view text, const site& where) : text_{text}, where_{where} {}

    json_tree document() {
        json_tree all = read(0);
        space();
        if (at_ != text_.size()) refuse("the end");
        return all;
    }

  private:
    [[noreturn]] void refuse(std::string_view expected) const {
        std::size_t line = 1;
        std::size_t column = 1;
        for (std::size_t i = 0; i < at_ && i < text_.size(); ++i) {
            column = text_[i] == '\n' ? 1 : column + 1;
            line += text_[i] == '\n' ? 1 : 0;
        }
        const std::string found =
            at_ < text_.size() ? "'" + std::string{text_.substr(at_, 12)} + "'" : std::string{"the end"};
        throw conversion_error{"JSON, line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
                                   std::string{expected} + " is expected, and there is " + found,
                               {.where = where_}};
    }
    void space() noexcept {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    [[nodiscard]] bool take(char c) {
        space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] bool take_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    json_tree read(int depth) {
        if (depth > deepest) refuse("something less deep");
        space();
        json_tree t;
        const std::size_t from = at_;
        if (take('{')) {
            t.is = json_tree::what::object;
            if (!take('}')) {
                std::unordered_set<std::string> known;  // once there are many
                do {
                    space();
                    std::string name = string();
                    if (is_there(t.members, name, known))
                        refuse("another name than '" + name.substr(0, 80) + "', which is there already,");
                    if (!take(':')) refuse("':'");
                    t.members.emplace_back(std::move(name), read(depth + 1));
                } while (take(','));
                if (!take('}')) refuse("',' or '}'");
            }
        } else if (take('[')) {
            t.is = json_tree::what::list;
            if (!take(']')) {
                do t.items.push_back(read(depth + 1));
                while (take(','));
                if (!take(']')) refuse("',' or ']'");
            }
        } else if (at_ < text_.size() && text_[at_] == '"') {
            t.is = json_tree::what::text;
            t.text = string();
        } else if (take_word("true")) {
            t.is = json_tree::what::boolean;
            t.yes = true;
        } else if (take_word("false")) {
            t.is = json_tree::what::boolean;
        } else if (!take_word("null")) {
            t.is = json_tree::what::number;
            number();
            t.text = text_.substr(from, at_ - from);
        }
        t.source = text_.substr(from, at_ - from);
        return t;
    }

    using members = std::vector<std::pair<std::string, json_tree>>;
    static bool is_there(const members& before, const std::string& name, std::unordered_set<std::string>& known) {
        constexpr std::size_t many = 16;
        if (before.size() < many)
            return std::any_of(before.begin(), before.end(), [&](const auto& each) { return each.first == name; });
        if (known.empty()) {
            for (const auto& each : before) known.insert(each.first);
        }
        return !known.insert(name).second;
    }

    void digits() {
        const std::size_t from = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        if (from == at_) refuse("a value");
    }
    void number() {
        if (at_ < text_.size() && text_[at_] == '-') ++at_;
        if (at_ < text_.size() && text_[at_] == '0') {
            ++at_;
        } else {
            digits();
        }
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            digits();
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
            digits();
        }
    }

    [[nodiscard]] std::uint32_t hex() {
        std::uint32_t code = 0;
        const char* from = text_.data() + at_;
        if (text_.size() - at_ < 4) refuse("four hexadecimal digits");
        const auto [stopped, problem] = std::from_chars(from, from + 4, code, 16);
        if (problem != std::errc{} || stopped != from + 4) refuse("four hexadecimal digits");
        at_ += 4;
        return code;
    }
    static void append(std::string& to, std::uint32_t point) {
        if (point < 0x80) {
            to += static_cast<char>(point);
            return;
        }
        const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        to += static_cast<char>((0xF0u << (3 - more) & 0xFF) | point >> (6 * more));
        for (int i = more - 1; i >= 0; --i) to += static_cast<char>(0x80 | (point >> (6 * i) & 0x3F));
    }
    std::string string() {
        if (at_ == text_.size() || text_[at_] != '"') refuse("'\"'");
        ++at_;
        std::string out;
        for (;;) {
            if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) refuse("'\"'");
            const char c = text_[at_++];
            if (c == '"') break;
            if (c != '\\') {
                out += c;
                continue;
            }
            if (at_ == text_.size()) refuse("an escaped character");
            const char escaped = text_[at_++];
            constexpr std::string_view names = "\"\\/bfnrt";
            constexpr std::string_view means = "\"\\/\b\f\n\r\t";
            if (escaped == 'u') {
                std::uint32_t point = hex();
                if (point >= 0xD800 && point < 0xDC00) {
                    if (!take_word("\\u")) refuse("the second half of a pair");
                    const std::uint32_t low = hex();
                    if (low < 0xDC00 || low > 0xDFFF) refuse("the second half of a pair");
                    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                } else if (point >= 0xDC00 && point <= 0xDFFF) {
                    refuse("the first half of a pair");
                }
                append(out, point);
            } else if (const std::size_t at = names.find(escaped); at != std::string_view::npos) {
                out += means[at];
            } else {
                --at_;
                refuse("an escaped character");
            }
        }
        if (!valid_utf8(out)) refuse("UTF-8 in what comes before");
        return out;
    }

    std::string_view text_;
    const site& where_;
    std::size_t at_ = 0;
};

constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void write_base64(std::string& to, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) to += i + k > bytes.size() ? '=' : base64[three >> (18 - 6 * k) & 63];
    }
}

}  // namespace

json_tree read_json(std::string_view text, const site& where) { return json_reader{text, where}.document(); }

std::string_view name_of(json_tree::what w) noexcept {
    constexpr std::string_view names[] = {"null", "a boolean", "a number", "a text", "a list", "an object"};
    return names[static_cast<std::size_t>(w)];
}

bool read_base64(std::string_view text, std::string& bytes) {
    if (text.size() % 4 != 0) return false;
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    std::uint32_t bits = 0;
    int have = 0;
    for (const char c : text) {
        const std::size_t digit = base64.find(c);
        if (digit == std::string_view::npos) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        have += 6;
        if (have < 8) continue;
        have -= 8;
        bytes += static_cast<char>(bits >> have & 255);
    }
    return true;
}

void write_json_text(std::string& to, std::string_view text) {
    to += '"';
    for (const char c : text) {
        constexpr std::string_view means = "\"\\\b\f\n\r\t";
        constexpr std::string_view names = "\"\\bfnrt";
        if (const std::size_t at = means.find(c); at != std::string_view::npos) {
            to += '\\';
            to += names[at];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr std::string_view digits = "0123456789abcdef";
            to += "\\u00";
            to += digits[static_cast<std::size_t>(c) >> 4];
            to += digits[static_cast<std::size_t>(c) & 15];
        } else {
            to += c;
        }
    }
    to += '"';
}

void write_json_value(std::string& to, const value_view& v) {
    char text[moment_text_size];
    switch (v.type) {
        case kind::null:
            to += "null";
            return;
        case kind::boolean:
            to += v.integer != 0 ? "true" : "false";
            return;
        case kind::int16:
        case kind::int32:
        case kind::int64:
            to += std::to_string(v.integer);
            return;
        case kind::float32:
        case kind::float64: {
            if (!std::isfinite(v.real)) {
                to += "null";
                return;
            }
            char number[32];
            const auto shortest = v.type == kind::float32
                                      ? std::to_chars(number, number + sizeof number, static_cast<float>(v.real))
                                      : std::to_chars(number, number + sizeof number, v.real);
            to.append(number, shortest.ptr);
            return;
        }
        case kind::date:
        case kind::time:
        case kind::timestamp: {
            std::string moment{text, write_moment(v.type, v.integer, text)};
            if (v.type == kind::timestamp && moment.size() > 10) {
                moment[10] = 'T';
                moment += 'Z';
            }
            write_json_text(to, moment);
            return;
        }
        case kind::uuid: {
            uuid id;
            v.bytes.copy(reinterpret_cast<char*>(id.bytes), sizeof id.bytes);
            write_json_text(to, id.to_string());
            return;
        }
        case kind::blob:
            to += '"';
            write_base64(to, v.bytes);
            to += '"';
            return;
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            write_document(to, v.bytes);
            return;
        case kind::text:
        case kind::decimal:
            write_shown_text(to, v.bytes);
            return;
    }
}

}  // namespace kin::detail
