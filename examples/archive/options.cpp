// Reading the command line of the archive example.
#include "options.hpp"

#include "stanza.hpp"

namespace archive {

std::string_view usage() noexcept {
    return "usage: archive [--index FILE] [--db URL] [--quiet]\n"
           "\n"
           "Reads a Debian package index, stores it through Kin, and answers questions about it.\n"
           "\n"
           "  --index FILE  the index (default: the output of `apt-cache dumpavail`; without apt lists\n"
           "                /var/lib/dpkg/status)\n"
           "  --db URL      the database (default: sqlite:build/demo/archive.db); an existing file is replaced\n"
           "  --quiet       no progress bar\n"
           "  --help        this text\n";
}

options parse_options(std::span<const char* const> arguments) {
    options result;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const std::string_view name = argument.substr(0, argument.find('='));
        const bool has_value = name.size() != argument.size();

        if (name == "--index" || name == "--db") {
            std::string_view value;
            if (has_value) {
                value = argument.substr(name.size() + 1);
            } else if (i + 1 < arguments.size()) {
                value = arguments[++i];
            }
            if (value.empty()) throw usage_error{std::string{name} + " needs a value (see --help)"};
            if (name == "--index") {
                result.index = value;
            } else {
                result.database = value;
            }
        } else if (argument == "--quiet") {
            result.quiet = true;
        } else if (argument == "--help" || argument == "-h") {
            result.help = true;
        } else {
            throw usage_error{"unknown argument '" + printable(argument) + "' (see --help)"};
        }
    }
    return result;
}

std::optional<std::string> database_file(std::string_view url) {
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find('?'));
    if (url.empty() || url == ":memory:") return std::nullopt;
    return std::string{url};
}

}  // namespace archive
