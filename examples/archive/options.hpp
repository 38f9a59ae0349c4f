// The command line of the archive example.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace archive {

struct options {
    std::optional<std::string> index{};  ///< --index FILE
    std::string database = "sqlite:build/demo/archive.db";
    bool quiet = false;
    bool help = false;
};

/// A command line that makes no sense; `what()` is one line. The program ends with 2.
class usage_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What `--help` prints.
[[nodiscard]] std::string_view usage() noexcept;

/// Reads the arguments behind the program's name. Throws usage_error.
[[nodiscard]] options parse_options(std::span<const char* const> arguments);

/// The file behind an SQLite URL, which the example replaces; none for a database in memory or on a server.
[[nodiscard]] std::optional<std::string> database_file(std::string_view url);

}  // namespace archive
