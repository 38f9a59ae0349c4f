// Where an index comes from: a named file, apt, or dpkg's own records.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "package_index.hpp"

namespace archive {

namespace {

/// Everything that is left in the stream; false where reading fails.
bool read_all(std::FILE* stream, std::string& into) {
    constexpr std::size_t step = std::size_t{1} << 20;
    std::size_t used = into.size();
    for (;;) {
        if (into.size() - used < step) into.resize(into.size() < step ? 2 * step : 2 * into.size());
        const std::size_t got = std::fread(into.data() + used, 1, into.size() - used, stream);
        used += got;
        if (got == 0) break;
    }
    into.resize(used);
    return std::ferror(stream) == 0;
}

std::string read_file(const std::string& path) {
    struct closer {
        void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
    };
    const std::unique_ptr<std::FILE, closer> stream{std::fopen(path.c_str(), "rb")};
    if (!stream) throw input_error{path, 0, std::strerror(errno)};
    std::string text;
    if (!read_all(stream.get(), text)) throw input_error{path, 0, std::strerror(errno)};
    return text;
}

/// Empty where there is no apt, or no lists, or it fails half-way.
std::string read_apt() {
    std::FILE* stream = ::popen("apt-cache dumpavail 2>/dev/null", "r");
    if (!stream) return {};
    std::string text;
    const bool complete = read_all(stream, text);
    if (::pclose(stream) != 0 || !complete) text.clear();
    return text;
}

}  // namespace

index_source read_source(const std::optional<std::string>& path) {
    if (path) return {*path, read_file(*path)};
    if (std::string text = read_apt(); !text.empty()) return {"apt-cache dumpavail", std::move(text)};
    const std::string status = "/var/lib/dpkg/status";
    return {status, read_file(status)};
}

}  // namespace archive
