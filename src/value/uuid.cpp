// UUIDs: text, random ones and ordered ones.
#include <fmt/format.h>
#include <chrono>
#include <cstring>
#include <random>

#include <kin/value/uuid.hpp>

namespace kin {

namespace {

/// The positions of the hyphens in the text.
constexpr bool hyphen_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Straight from the system's source: an identifier may serve as a secret, so it must not be predictable.
void fill_random(std::uint8_t* to, std::size_t size) {
    static thread_local std::random_device source;
    while (size > 0) {
        const auto word = static_cast<std::uint32_t>(source());
        const std::size_t part = size < sizeof word ? size : sizeof word;
        std::memcpy(to, &word, part);
        to += part;
        size -= part;
    }
}

void set_version(uuid& id, unsigned version) noexcept {
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

uuid uuid::v4() {
    uuid id;
    fill_random(id.bytes, sizeof id.bytes);
    set_version(id, 4);
    return id;
}

uuid uuid::v7() {
    // The 12 bits behind the milliseconds count within one; when they run out, the clock is taken to be one further.
    static thread_local std::uint64_t last = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    std::uint64_t tick = static_cast<std::uint64_t>(milliseconds) << 12;
    if (tick <= last) tick = last + 1;
    last = tick;

    uuid id;
    for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(tick >> (52 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>((tick >> 8) & 0x0F);
    id.bytes[7] = static_cast<std::uint8_t>(tick);
    fill_random(id.bytes + 8, 8);
    set_version(id, 7);
    return id;
}

std::optional<uuid> uuid::try_parse(std::string_view text) noexcept {
    if (text.size() != 36) return std::nullopt;
    uuid id;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (hyphen_at(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = digit(text[i]);
        if (value < 0) return std::nullopt;
        std::uint8_t& byte = id.bytes[nibble / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | value);
        ++nibble;
    }
    return id;
}

uuid uuid::parse(std::string_view text, const site& where) {
    if (const auto id = try_parse(text)) return *id;
    throw conversion_error{fmt::format("'{}' is not a UUID", text.substr(0, 60)), {.where = where}};
}

std::string uuid::to_string() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (hyphen_at(i)) continue;
        const std::uint8_t byte = bytes[nibble / 2];
        text[i] = digits[nibble % 2 == 0 ? byte >> 4 : byte & 0x0F];
        ++nibble;
    }
    return text;
}

}  // namespace kin
