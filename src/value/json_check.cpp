// What becomes part of a JSON text whatever it holds: text that may be no UTF-8, documents that may be no JSON.
#include <string>

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
            if (escaped != 'u') continue;
            for (int i = 0; i < 4; ++i, ++at_) {
                const char digit = here();
                const bool hex =
                    (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F');
                if (!hex) return false;
            }
        }
        return false;
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
    } else if (json_scanner{document}.whole()) {
        to += document;
    } else {
        write_json_text(to, document);
    }
}

}  // namespace kin::detail
