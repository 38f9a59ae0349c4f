// A progress bar on standard error, where that is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace archive {

/// Draws at most ten times a second and only what has changed; prints nothing when quiet or not on a terminal.
/// The line is wiped when the bar is finished or destroyed, so that what follows starts on a clean one.
class progress {
  public:
    explicit progress(bool quiet);
    ~progress();
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /// `done` of `total` steps of what `label` says; a new label starts a new bar.
    void show(std::string_view label, std::size_t done, std::size_t total);
    /// Wipes the bar.
    void finish();

  private:
    bool enabled_;
    std::string drawn_{};
    std::chrono::steady_clock::time_point next_{};
};

/// The text of a bar: `Reading  [#####-----]  50%`. Apart, so that it can be tested without a terminal.
[[nodiscard]] std::string render_progress(std::string_view label, std::size_t done, std::size_t total);

}  // namespace archive
