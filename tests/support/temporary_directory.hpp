// A directory of a test's own, removed with everything in it.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <string_view>

namespace kin::test {

class temporary_directory {
  public:
    temporary_directory() {
        std::random_device random;
        do {
            path_ = std::filesystem::temp_directory_path() /
                    ("kin-test-" + std::to_string(random()) + std::to_string(random()));
        } while (!std::filesystem::create_directory(path_));
    }
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
    /// `sqlite:<directory>/<name>`
    [[nodiscard]] std::string sqlite_url(std::string_view name) const { return "sqlite:" + file(name); }

  private:
    std::filesystem::path path_;
};

}  // namespace kin::test
