// The command line as a program: a process of its own, what it wrote, and what it returned.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <kin/schema_main.hpp>

#include "support/fixture.hpp"
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

/// Runs the program in a folder of its own.
class program {
  public:
    [[nodiscard]] const std::string folder() const { return directory_.path().string(); }
    void write(const std::string& name, std::string_view text) {
        const auto path = directory_.path() / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const { return text_of(directory_.file(name)); }

    template <class Models>
    outcome run(const schema_program& what, std::vector<std::string> arguments) const {
        const std::string out = output_.file("out");
        const std::string err = output_.file("err");
        std::fflush(nullptr);  // or the child would write it once more
        const pid_t id = fork();
        if (id == 0) {
            redirect("/dev/null", O_RDONLY, STDIN_FILENO);
            redirect(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
            redirect(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
            be<Models>(what, std::move(arguments));
        }
        int status = 0;
        EXPECT_EQ(waitpid(id, &status, 0), id);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text_of(out), text_of(err)};
    }

    /// In a process of its own, which ends with it.
    template <class Models>
    [[noreturn]] void be(const schema_program& what, std::vector<std::string> arguments) const {
        if (chdir(folder().c_str()) != 0) _exit(98);
        unsetenv("KIN_DATABASE");
        std::vector<char*> argv;
        arguments.insert(arguments.begin(), "blog");
        for (std::string& each : arguments) argv.push_back(each.data());
        argv.push_back(nullptr);
        const int code = schema_main<Models>(static_cast<int>(arguments.size()), argv.data(), what);
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

/// What a JSON text says at a path of SQLite's: `$.steps[0].name`; fails where it is no JSON.
inline std::string json_at(const std::string& text, const std::string& path) {
    database db{"sqlite::memory:"};
    engine::lease c = db.connect();
    engine::cursor valid = c->run_holding("SELECT json_valid(?)", {value{text}});
    EXPECT_TRUE(valid.next() && valid.integer(0) == 1) << text;
    valid.finish();
    engine::cursor found = c->run_holding("SELECT json_extract(?, ?)", {value{text}, value{path}});
    return found.next() ? cell_text(found.cell(0)) : "";
}

}  // namespace kin::test
