// Text as a part of an address.
#include <kin/value/slugify.hpp>

#include <cstddef>
#include <cstdint>

namespace kin {

namespace {

/// The Latin letters from U+00C0 to U+017F without their marks; a space stands for what is no letter, two letters for
/// ligatures.
constexpr std::string_view latin[] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // C0
    "d", "n", "o",  "o",  "o", "o", "o",  " ", "o", "u", "u", "u", "u", "y", "th", "ss",  // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // E0
    "d", "n", "o",  "o",  "o", "o", "o",  " ", "o", "u", "u", "u", "u", "y", "th", "y",   // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",   // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",   // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",   // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",   // 130
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",   // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",   // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",   // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",   // 170
};

/// The code point at `at`, which moves behind it; bytes that are no UTF-8 count as spaces.
std::uint32_t next(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length == 0 || at + length > text.size()) {
        ++at;
        return ' ';
    }
    std::uint32_t point = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            ++at;
            return ' ';
        }
        point = point << 6 | (byte(at + i) & 0x3Fu);
    }
    at += length;
    return point;
}

void append(std::string& to, std::uint32_t point) {
    if (point < 0x800) {
        to += static_cast<char>(0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            to += static_cast<char>(0xE0 | point >> 12);
        } else {
            to += static_cast<char>(0xF0 | point >> 18);
            to += static_cast<char>(0x80 | (point >> 12 & 0x3F));
        }
        to += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    }
    to += static_cast<char>(0x80 | (point & 0x3F));
}

/// Of Greek and Cyrillic; all others are as they are.
std::uint32_t lower(std::uint32_t point) {
    if ((point >= 0x391 && point <= 0x3A9) || (point >= 0x410 && point <= 0x42F)) return point + 0x20;
    if (point >= 0x400 && point <= 0x40F) return point + 0x50;
    return point;
}

/// Marks, spaces and signs beyond Latin: the blocks of punctuation, symbols and pictures, and combining accents.
bool sign(std::uint32_t point) {
    return (point >= 0x80 && point <= 0xBF) || (point >= 0x2000 && point <= 0x2BFF) ||
           (point >= 0x3000 && point <= 0x3004) || (point >= 0x3007 && point <= 0x3020) ||
           (point >= 0xFE00 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF0F) || point >= 0x1F000;
}

}  // namespace

std::string slugify(std::string_view text, char separator) {
    std::string slug;
    bool gap = false;
    const auto begin_letter = [&] {
        if (gap && !slug.empty()) slug += separator;
        gap = false;
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t point = next(text, at);
        if (point >= 0x300 && point <= 0x36F) continue;  // an accent of the letter before
        if (point == '\'' || point == 0x2019) continue;  // within a word
        if (point < 0x80) {
            const char c = static_cast<char>(point);
            const bool upper = c >= 'A' && c <= 'Z';
            if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c != '_' || gap || slug.empty())) {
                gap = true;
                continue;
            }
            begin_letter();
            slug += upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (point >= 0xC0 && point <= 0x17F) {
            const std::string_view letters = latin[point - 0xC0];
            if (letters == " ") {
                gap = true;
                continue;
            }
            begin_letter();
            slug += letters;
        } else if (sign(point)) {
            gap = true;
        } else {
            begin_letter();
            append(slug, lower(point));
        }
    }
    while (!slug.empty() && slug.back() == '_') slug.pop_back();
    return slug;
}

}  // namespace kin
