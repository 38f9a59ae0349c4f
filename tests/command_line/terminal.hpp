// The command line on a terminal: what a person sees there, and what they type.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <chrono>
#include <csignal>

#include "command_line/program.hpp"

namespace kin::test {

/// A pseudo-terminal with the program on it.
class terminal {
  public:
    template <class Models>
    static terminal of(const program& where, const schema_program& what, std::vector<std::string> arguments) {
        terminal made;
        made.open_both();
        std::fflush(nullptr);
        made.id_ = fork();
        if (made.id_ == 0) {
            made.become_the_program();
            where.be<Models>(what, std::move(arguments));
        }
        return made;
    }
    terminal(terminal&& other) noexcept
        : id_{std::exchange(other.id_, -1)}, file_{std::exchange(other.file_, -1)}, seen_{std::move(other.seen_)} {}
    terminal& operator=(terminal&&) = delete;
    ~terminal() {
        if (id_ > 0) {
            kill(id_, SIGKILL);
            waitpid(id_, nullptr, 0);
        }
        if (file_ >= 0) close(file_);
    }

    /// Waits until this stands on it so many times. False where the program ends without it, or a minute is over.
    [[nodiscard]] bool shows(std::string_view text, int times = 1) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        for (;;) {
            int found = 0;
            for (std::size_t at = seen_.find(text); at != std::string::npos; at = seen_.find(text, at + 1)) ++found;
            if (found >= times) return true;
            if (std::chrono::steady_clock::now() > until || !read_more()) return false;
        }
    }
    void type(std::string_view text) const { EXPECT_EQ(write(file_, text.data(), text.size()), ssize_t(text.size())); }
    /// What the program returned, when it has ended.
    int end() {
        while (read_more()) {
        }
        int status = 0;
        EXPECT_EQ(waitpid(std::exchange(id_, -1), &status, 0) > 0, true);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    /// All that stood on it, echoes of what was typed among it.
    [[nodiscard]] const std::string& seen() const { return seen_; }

  private:
    terminal() = default;

    void open_both() {
        file_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        EXPECT_TRUE(file_ >= 0 && grantpt(file_) == 0 && unlockpt(file_) == 0);
    }
    void become_the_program() const {
        const int theirs = setsid() < 0 ? -1 : open(ptsname(file_), O_RDWR);
        if (theirs < 0 || ioctl(theirs, TIOCSCTTY, 0) != 0) _exit(97);
        for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            if (dup2(theirs, each) < 0) _exit(97);
        }
        if (theirs > STDERR_FILENO) close(theirs);
        close(file_);
    }
    bool read_more() {
        pollfd ready{file_, POLLIN, 0};
        if (poll(&ready, 1, 60000) != 1) return false;
        char text[4096];
        const ssize_t length = ::read(file_, text, sizeof text);
        if (length <= 0) return false;  // EIO: nobody has the other end any more
        seen_.append(text, static_cast<std::size_t>(length));
        return true;
    }

    pid_t id_ = -1;
    int file_ = -1;
    std::string seen_{};
};

}  // namespace kin::test
