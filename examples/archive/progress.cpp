// Drawing the progress bar.
#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace archive {

namespace {

constexpr std::size_t bar_width = 40;
constexpr std::chrono::milliseconds interval{100};

bool is_terminal() {
    const char* kind = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && (!kind || std::strcmp(kind, "dumb") != 0);
}

}  // namespace

std::string render_progress(std::string_view label, std::size_t done, std::size_t total) {
    done = std::min(done, total);
    const double share = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
    const auto filled = static_cast<std::size_t>(share * bar_width);
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    std::string line{label};
    line.append(label.size() < 12 ? 12 - label.size() : 1, ' ');
    line.append("[").append(filled, '#').append(bar_width - filled, '-').append("] ");
    line.append(3 - std::min<std::size_t>(percent.size(), 3), ' ').append(percent).append("%");
    return line;
}

progress::progress(bool quiet) : enabled_{!quiet && is_terminal()} {}

progress::~progress() { finish(); }

void progress::show(std::string_view label, std::size_t done, std::size_t total) {
    if (!enabled_) return;
    const auto now = std::chrono::steady_clock::now();
    const bool same_bar = std::string_view{drawn_}.starts_with(label);
    if (same_bar && now < next_ && done < total) return;
    next_ = now + interval;
    std::string line = render_progress(label, done, total);
    if (line == drawn_) return;
    // One write that draws over the old line and then clears what is left of it: nothing ever flickers.
    const std::string output = "\r" + line + "\x1b[K";
    std::fwrite(output.data(), 1, output.size(), stderr);
    std::fflush(stderr);
    drawn_ = std::move(line);
}

void progress::finish() {
    if (!enabled_ || drawn_.empty()) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    drawn_.clear();
}

}  // namespace archive
