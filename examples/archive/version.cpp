// Taking versions apart.
#include "version.hpp"

#include <charconv>

namespace archive {

version_parts split_version(std::string_view version) {
    version_parts parts;
    if (const std::size_t colon = version.find(':'); colon != std::string_view::npos) {
        const std::string_view text = version.substr(0, colon);
        std::int64_t epoch = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), epoch);
        if (problem == std::errc{} && end == text.data() + text.size() && std::to_string(epoch) == text) {
            parts.epoch = epoch;
            version.remove_prefix(colon + 1);
        }
    }
    if (const std::size_t hyphen = version.rfind('-'); hyphen != std::string_view::npos) {
        parts.revision = version.substr(hyphen + 1);
        version = version.substr(0, hyphen);
    }
    parts.upstream = version;
    return parts;
}

std::string joined(const version_parts& parts) {
    std::string version;
    if (parts.epoch) version.append(std::to_string(*parts.epoch)).append(":");
    version.append(parts.upstream);
    if (parts.revision) version.append("-").append(*parts.revision);
    return version;
}

}  // namespace archive
