// A drawing as a picture: Graphviz's own program draws it, a process for each picture.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <kin/schema/diagram.hpp>

namespace kin::schema {

namespace {

/// A file with this text, gone at the end.
class temporary_file {
  public:
    explicit temporary_file(const std::string& text) {
        path_ = (std::filesystem::temp_directory_path() / "kin-diagram-XXXXXX").string();
        const int file = mkstemp(path_.data());
        bool whole = file >= 0;
        for (std::size_t at = 0; whole && at < text.size();) {
            const ssize_t some = ::write(file, text.data() + at, text.size() - at);
            whole = some > 0;
            at += whole ? static_cast<std::size_t>(some) : 0;
        }
        if (file >= 0) ::close(file);
        if (whole) return;
        std::remove(path_.c_str());
        throw usage_error{"cannot write the diagram to " + path_};
    }
    ~temporary_file() { std::remove(path_.c_str()); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_{};
};

/// For the shell, whatever is in it.
std::string in_shell(const std::string& text) {
    std::string out{'\''};
    for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + '\'';
}

}  // namespace

std::string svg(const catalogue& all, const diagram_options& options, const site& where) {
    const temporary_file file{dot(all, options)};
    std::FILE* drawn = ::popen(("dot -Tsvg " + in_shell(file.path()) + " 2>/dev/null").c_str(), "r");
    std::string picture;
    std::array<char, 65536> some{};
    while (drawn != nullptr) {
        const std::size_t count = std::fread(some.data(), 1, some.size(), drawn);
        if (count == 0) break;
        picture.append(some.data(), count);
    }
    const int status = drawn == nullptr ? -1 : ::pclose(drawn);
    if (status == 0 && picture.find("</svg>") != std::string::npos) return picture;
    throw usage_error{
        "Graphviz's program dot is needed for a picture, and did not draw one: install graphviz, or ask for "
        "the diagram as DOT or Mermaid",
        {.where = where}};
}

}  // namespace kin::schema
