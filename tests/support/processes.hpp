// Other processes, for tests of what happens when two meet or one is killed.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <functional>
#include <string_view>

namespace kin::test {

/// A pipe: who reads waits until somebody writes, or until all who could are gone.
class signal_pipe {
  public:
    signal_pipe() { EXPECT_EQ(pipe(ends_), 0); }
    ~signal_pipe() {
        close(ends_[0]);
        close(ends_[1]);
    }
    signal_pipe(const signal_pipe&) = delete;
    signal_pipe& operator=(const signal_pipe&) = delete;

    void give() const { (void)!write(ends_[1], "x", 1); }
    void await() const {
        char c = 0;
        (void)!read(ends_[0], &c, 1);
    }

  private:
    int ends_[2]{};
};

/// Another process, which runs `work` and ends with what it returns; 99 after an exception.
class other_process {
  public:
    explicit other_process(const std::function<int()>& work) : id_{fork()} {
        if (id_ != 0) return;
        int code = 99;
        try {
            code = work();
        } catch (const std::exception& e) {
            (void)!write(2, e.what(), std::string_view{e.what()}.size());
        }
        _exit(code);
    }
    ~other_process() {
        if (running_) kill(SIGKILL);
    }
    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;

    /// Its exit code, or minus the signal that ended it.
    int wait() {
        int status = 0;
        running_ = false;
        EXPECT_EQ(waitpid(id_, &status, 0), id_);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int kill(int signal) {
        ::kill(id_, signal);
        return wait();
    }
    [[nodiscard]] pid_t id() const { return id_; }

  private:
    pid_t id_;
    bool running_ = true;
};

}  // namespace kin::test
