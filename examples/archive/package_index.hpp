// A package index as plain records, resolved: what both the example and its hand-written twin persist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stanza.hpp"

namespace archive {

/// A position in one of the vectors of `package_index`.
using position = std::uint32_t;

struct maintainer_record {
    std::string name{};
    std::optional<std::string> email{};
};

struct section_record {
    std::string name{};
    std::optional<position> parent{};  ///< in `sections`; always before the section itself
};

struct dependency_record {
    position target = 0;      ///< in `packages`
    std::string_view kind{};  ///< `pre-depends`, `depends`, `recommends`, `suggests`: static text
    std::optional<std::string> version{};
};

struct package_record {
    std::string name{};
    std::string version{};  ///< empty where the stanza has none, as are architecture and summary
    std::string architecture{};
    std::optional<std::int64_t> installed_size{};
    std::string summary{};
    std::optional<position> maintainer{};           ///< in `maintainers`
    std::optional<position> section{};              ///< in `sections`
    std::vector<dependency_record> dependencies{};  ///< position n of the table is element n - 1
};

/// Everything in order of first appearance.
struct package_index {
    std::vector<maintainer_record> maintainers{};
    std::vector<section_record> sections{};
    std::vector<package_record> packages{};

    [[nodiscard]] std::size_t dependency_count() const noexcept;
};

/// Called now and then with the bytes read and the size of the text.
using parse_progress = std::function<void(std::size_t done, std::size_t total)>;

/// Parses and resolves a whole index. Throws input_error, with `file` as the name of the input.
[[nodiscard]] package_index parse_index(std::string_view text, const std::string& file,
                                        const parse_progress& progress = {});

/// The text of an index and the name that messages call it by.
struct index_source {
    std::string name{};
    std::string text{};
};

/// Reads `path`; without one what `apt-cache dumpavail` prints, and without apt lists `/var/lib/dpkg/status`.
/// Throws input_error if it cannot be read.
[[nodiscard]] index_source read_source(const std::optional<std::string>& path);

}  // namespace archive
