// What becomes part of a JSON text whatever it holds: text that may be no UTF-8, documents that may be no JSON.
#include <charconv>
#include <string>
#include <vector>

#include <kin/value/transfer.hpp>

#include "value/json_text.hpp"

namespace kin::detail {

namespace {

/// Goes over a document once, without a tree of it, and however deep it is.
class json_scanner {
  public:
    explicit json_scanner(std::string_view text) : text_{text} {}

    bool whole() {
        std::string open;  // the brackets
        for (;;) {
            space();
            if (take('{')) {
                space();
                if (take('}')) {
                    // an empty one: a value
                } else {
                    open += '{';
                    if (!name()) return false;
                    continue;
                }
            } else if (take('[')) {
                space();
                if (!take(']')) {
                    open += '[';
                    continue;
                }
            } else if (!scalar()) {
                return false;
            }
            // Behind a value: what ends, or goes on.
            for (;;) {
                space();
                if (open.empty()) return at_ == text_.size();
                if (take(',')) {
                    if (open.back() == '{' && !name()) return false;
                    break;
                }
                if (!take(open.back() == '{' ? '}' : ']')) return false;
                open.pop_back();
            }
        }
    }

    /// Where the digits of `\ud83d` without its other half stand, which is JSON by its grammar and no character.
    [[nodiscard]] const std::vector<std::size_t>& halves() const noexcept { return halves_; }

  private:
    [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void space() {
        while (here() == ' ' || here() == '\n' || here() == '\t' || here() == '\r') ++at_;
    }
    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool name() {
        space();
        if (!string()) return false;
        space();
        return take(':');
    }
    bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') continue;
            const char escaped = here();
            if (at_ == text_.size() || std::string_view{"\"\\/bfnrtu"}.find(escaped) == std::string_view::npos)
                return false;
            ++at_;
            if (escaped == 'u' && !code_unit()) return false;
        }
        return false;
    }
    /// Four digits, and a second half of a pair behind a first one.
    bool code_unit() {
        const std::size_t from = at_;
        unsigned code = 0;
        if (!hex(code)) return false;
        if (code < 0xD800 || code > 0xDFFF) return true;
        unsigned low = 0;
        const std::size_t behind = at_;
        if (code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            if (!hex(low)) return false;
            if (low >= 0xDC00 && low <= 0xDFFF) return true;
            at_ = behind;  // a character of its own
        }
        halves_.push_back(from);
        return true;
    }
    bool hex(unsigned& code) {
        const char* const from = text_.data() + at_;
        if (text_.size() - at_ < 4) return false;
        const auto [stopped, problem] = std::from_chars(from, from + 4, code, 16);
        at_ += 4;
        return problem == std::errc{} && stopped == from + 4;
    }
    bool digits() {
        const std::size_t from = at_;
        while (here() >= '0' && here() <= '9') ++at_;
        return at_ != from;
    }
    bool scalar() {
        if (here() == '"') return string();
        for (const std::string_view word : {"true", "false", "null"}) {
            if (text_.substr(at_, word.size()) != word) continue;
            at_ += word.size();
            return true;
        }
        (void)take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (here() != 'e' && here() != 'E') return true;
        ++at_;
        if (here() == '+' || here() == '-') ++at_;
        return digits();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::size_t> halves_{};
};

/// With U+FFFD, the character that stands for what is none, in the place of each byte that is no UTF-8.
std::string mended(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 16);
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < 4 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
            ++length;
        // A sequence may be shorter than the bytes that look as if they went on with it.
        while (length > 1 && !valid_utf8(text.substr(0, length))) --length;
        if (valid_utf8(text.substr(0, length))) {
            out += text.substr(0, length);
        } else {
            out += "\xEF\xBF\xBD";
        }
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace

void write_shown_text(std::string& to, std::string_view text) {
    valid_utf8(text) ? write_json_text(to, text) : write_json_text(to, mended(text));
}

void write_document(std::string& to, std::string_view document) {
    if (document.empty()) {
        to += "null";
    } else if (!valid_utf8(document)) {
        write_document(to, mended(document));
    } else if (json_scanner scanner{document}; scanner.whole()) {
        const std::size_t start = to.size();
        to += document;
        for (const std::size_t at : scanner.halves()) to.replace(start + at, 4, "fffd");
    } else {
        write_json_text(to, document);
    }
}

}  // namespace kin::detail
