// The version of a package, taken apart as Debian's policy has it: `[epoch:]upstream[-revision]`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace archive {

struct version_parts {
    std::optional<std::int64_t> epoch{};  ///< none where the version names none, which means 0
    std::string upstream{};
    std::optional<std::string> revision{};  ///< what stands behind the last hyphen

    bool operator==(const version_parts&) const = default;
};

/// Any text: `joined` gives it back as it was. What stands before a colon and is not written as a number is (`01`) is
/// part of upstream.
[[nodiscard]] version_parts split_version(std::string_view version);
[[nodiscard]] std::string joined(const version_parts&);

}  // namespace archive
