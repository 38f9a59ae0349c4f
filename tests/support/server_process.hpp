// A database server of a test's own that runs beside the test: it and its folder are gone whatever happens to the test.
#pragma once

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace kin::test {

/// A folder that is removed with everything in it, also where SIGKILL ends the test.
class lasting_folder {
  public:
    explicit lasting_folder(const std::string& name) {
        std::string path = (std::filesystem::temp_directory_path() / ("kin-" + name + "-XXXXXX")).string();
        if (mkdtemp(path.data()) == nullptr || pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error{"no folder"};
        path_ = path;
        remover_ = fork();
        if (remover_ == 0) remove_at_end();
        close(ends_[0]);
    }
    ~lasting_folder() {
        close(ends_[1]);
        waitpid(remover_, nullptr, 0);
    }
    lasting_folder(const lasting_folder&) = delete;
    lasting_folder& operator=(const lasting_folder&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    /// Reads to the end of a pipe whose other end the test alone holds.
    [[noreturn]] void remove_at_end() const {
        setsid();
        close(ends_[1]);
        for (const int output : {1, 2}) close(output);
        char c = 0;
        while (read(ends_[0], &c, 1) > 0) {
        }
        const std::string command = "for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf " + path_ + " && break; sleep 0.1; done";
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(1);
    }

    std::string path_{};
    int ends_[2]{};
    pid_t remover_ = 0;
};

/// The options of setpriv that make a user of root whom servers accept: they refuse to be root's. None where one is
/// another user anyway. The folder becomes that user's.
inline std::vector<std::string> as_user(const char* preferred, const std::string& folder) {
    if (getuid() != 0) return {};
    const passwd* user = getpwnam(preferred);
    if (user == nullptr) user = getpwnam("nobody");
    if (user == nullptr || chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error{"no user"};
    return {"--reuid=" + std::to_string(user->pw_uid), "--regid=" + std::to_string(user->pw_gid), "--clear-groups"};
}

/// A process of a server, which ends with the test.
class server_process {
  public:
    server_process() = default;
    ~server_process() { end(SIGKILL); }
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    /// `as`: of as_user; `dies`: the signal that it gets where the test is gone; its output goes to the file `log`.
    void start(const std::vector<std::string>& as, const std::vector<std::string>& command, const std::string& log,
               const std::string& dies) {
        id_ = spawn(as, command, log, dies);
    }
    [[nodiscard]] bool running() noexcept {
        if (id_ > 0 && waitpid(id_, nullptr, WNOHANG) == id_) id_ = 0;
        return id_ > 0;
    }
    /// Sends the signal and waits until it is gone.
    void end(int signal) noexcept {
        if (!running()) return;
        kill(id_, signal);
        waitpid(id_, nullptr, 0);
        id_ = 0;
    }
    [[nodiscard]] pid_t id() const noexcept { return id_; }

    /// Runs a command to its end.
    static void run(const std::vector<std::string>& as, const std::vector<std::string>& command,
                    const std::string& log) {
        int status = 0;
        waitpid(spawn(as, command, log, "KILL"), &status, 0);
        if (status != 0) throw std::runtime_error{command.at(0) + " failed: see " + log};
    }

  private:
    static pid_t spawn(const std::vector<std::string>& as, const std::vector<std::string>& what, const std::string& log,
                       const std::string& dies) {
        // In this order: who changes the user loses the signal.
        std::vector<std::string> command{"setpriv", "--pdeathsig=" + dies};
        command.insert(command.end(), as.begin(), as.end());
        command.insert(command.end(), what.begin(), what.end());
        std::vector<char*> words;
        for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        const pid_t id = fork();
        if (id != 0) return id;
        const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
        const int in = open("/dev/null", O_RDONLY);
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        execvp(words[0], words.data());
        _exit(127);
    }

    pid_t id_ = 0;
};

}  // namespace kin::test
