// A number for a text that is the same in every program and on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace kin {

/// FNV-1a, 64 bits (Fowler, Noll and Vo): tells texts apart that differ by mistake, not those that somebody forges.
constexpr std::uint64_t text_hash(std::string_view text) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return hash;
}

}  // namespace kin
