// A UUID: sixteen bytes, compared in the order in which they are written.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin {

/// A universally unique identifier. Without a value it is nil.
struct uuid {
    std::uint8_t bytes[16]{};

    /// All bits zero.
    [[nodiscard]] static constexpr uuid nil() noexcept { return {}; }
    /// Random (version 4).
    [[nodiscard]] static uuid v4();
    /// Milliseconds since 1970, then random (version 7): later ones sort later, which spares an index. Those that one
    /// thread makes are strictly increasing.
    [[nodiscard]] static uuid v7();
    /// The five groups of hexadecimal digits; throws conversion_error for anything else.
    [[nodiscard]] static uuid parse(std::string_view text, const site& where = site::current());
    /// As parse, but empty for anything else.
    [[nodiscard]] static std::optional<uuid> try_parse(std::string_view text) noexcept;

    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }
    [[nodiscard]] int version() const noexcept { return bytes[6] >> 4; }

    friend constexpr bool operator==(const uuid&, const uuid&) noexcept = default;
    friend constexpr std::strong_ordering operator<=>(const uuid&, const uuid&) noexcept = default;
};

}  // namespace kin

/// Hashes a uuid for the unordered containers.
template <>
struct std::hash<kin::uuid> {
    std::size_t operator()(const kin::uuid& id) const noexcept {
        return std::hash<std::string_view>{}({reinterpret_cast<const char*>(id.bytes), sizeof id.bytes});
    }
};
