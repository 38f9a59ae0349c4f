// A program that runs in a folder of its own, as a process: what it wrote, and what it returned.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary_directory.hpp"

namespace kin::test {

struct outcome {
    int code = 0;
    std::string out{};
    std::string err{};
};

inline std::string text_of(const std::string& path) {
    std::ifstream in{path};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

class program_folder {
  public:
    [[nodiscard]] std::string folder() const { return directory_.path().string(); }
    void write(const std::string& name, std::string_view text) {
        const auto path = directory_.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const { return text_of(directory_.file(name)); }

    /// The first argument is what the program is called.
    [[nodiscard]] outcome run_main(const std::function<int(int, char**)>& main,
                                   std::vector<std::string> arguments) const {
        const std::string out = output_.file("out");
        const std::string err = output_.file("err");
        std::fflush(nullptr);  // or the child would write it once more
        const pid_t id = fork();
        if (id == 0) {
            redirect("/dev/null", O_RDONLY, STDIN_FILENO);
            redirect(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
            redirect(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
            become(main, std::move(arguments));
        }
        int status = 0;
        EXPECT_EQ(waitpid(id, &status, 0), id);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text_of(out), text_of(err)};
    }

    /// The same in a process of its own, which ends with it.
    [[noreturn]] void become(const std::function<int(int, char**)>& main, std::vector<std::string> arguments) const {
        if (chdir(folder().c_str()) != 0) _exit(98);
        unsetenv("KIN_DATABASE");
        std::vector<char*> argv;
        for (std::string& each : arguments) argv.push_back(each.data());
        argv.push_back(nullptr);
        const int code = main(static_cast<int>(arguments.size()), argv.data());
        std::fflush(nullptr);
        _exit(code);
    }

  private:
    static void redirect(const char* path, int flags, int to) {
        const int file = open(path, flags, 0600);
        if (file < 0 || dup2(file, to) < 0) _exit(97);
        close(file);
    }

    temporary_directory directory_{};
    temporary_directory output_{};
};

}  // namespace kin::test
