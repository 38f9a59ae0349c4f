// The line, written anew each second by a thread of its own: the one that migrates waits for the database.
#include "command_line/progress.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "command_line/output.hpp"

namespace kin::command_line {

progress_line::progress_line() {
    if (isatty(STDERR_FILENO) == 1) thread_ = std::thread{[this] { show(); }};
}

progress_line::~progress_line() {
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void progress_line::tell(const migration_progress& p) {
    const std::lock_guard lock{mutex_};
    if (p.over) {
        doing_.clear();
        if (shown_) print_error("\r\033[K");
        shown_ = false;
        return;
    }
    // When a step begins, its time does.
    if (p.statement <= 1) since_ = std::chrono::steady_clock::now();
    doing_ = fmt::format("step {} ({})", p.number, p.name);
    if (p.statement > 0) doing_ += fmt::format(": statement {} of {}", p.statement, p.statements);
}

void progress_line::show() {
    using namespace std::chrono;
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, seconds{1}, [this] { return over_; })) {
        const auto passed = duration_cast<seconds>(steady_clock::now() - since_).count();
        if (doing_.empty() || passed < 1) continue;
        print_error(fmt::format("\r\033[K{}, {} s", doing_, passed));
        shown_ = true;
    }
    if (shown_) print_error("\r\033[K");
}

}  // namespace kin::command_line
