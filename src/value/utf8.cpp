// Whether text is UTF-8: asked of every string that is bound, so plain ASCII goes by in wide steps.
#include <cstring>
#include <kin/value/transfer.hpp>

namespace kin {

namespace {

/// The length of the sequence at `at`, 0 if it is malformed. The first continuation byte has a narrower range after
/// some leads: that is what shuts out overlong forms, surrogates and everything above U+10FFFF.
std::size_t sequence_length(const unsigned char* at, const unsigned char* end) noexcept {
    const unsigned char lead = *at;
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return 0;
    }
    if (static_cast<std::size_t>(end - at) < length || at[1] < low || at[1] > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

std::uint64_t eight_of(const unsigned char* at) noexcept {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    return eight;
}
std::uint64_t many_of(const unsigned char* at) noexcept {
    return (eight_of(at) | eight_of(at + 8)) | (eight_of(at + 16) | eight_of(at + 24));
}

/// Whether it is plain ASCII. Steps of 32 bytes, and the last ones looked at twice where they do not come out even.
bool is_ascii(const unsigned char* at, std::size_t size) noexcept {
    constexpr std::uint64_t high = 0x8080808080808080U;
    if (size >= 32) {
        std::uint64_t all = many_of(at + size - 32);
        for (std::size_t i = 0; i + 32 < size && (all & high) == 0; i += 32) all = many_of(at + i);
        return (all & high) == 0;
    }
    if (size >= 16) {
        return (((eight_of(at) | eight_of(at + 8)) | (eight_of(at + size - 16) | eight_of(at + size - 8))) & high) == 0;
    }
    if (size >= 8) return ((eight_of(at) | eight_of(at + size - 8)) & high) == 0;
    unsigned char all = 0;
    for (std::size_t i = 0; i < size; ++i) all |= at[i];
    return all < 0x80;
}

}  // namespace

bool valid_utf8(std::string_view text) noexcept {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    if (is_ascii(at, text.size())) [[likely]]
        return true;
    const auto* end = at + text.size();
    while (at != end) {
        std::uint64_t eight = 0;
        if (end - at >= 8) {
            std::memcpy(&eight, at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += 8;
                continue;
            }
        }
        const std::size_t length = sequence_length(at, end);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

}  // namespace kin
