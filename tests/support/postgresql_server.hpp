// A PostgreSQL server of one test's own, which may be killed and started again.
#pragma once

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "support/temporary_directory.hpp"

namespace kin::test {

class private_server {
  public:
    enum class state : unsigned char { stopped, running };

    explicit private_server(state at_first = state::running) {
        const char* bin = std::getenv("KIN_TEST_POSTGRESQL_BIN");
        if (bin == nullptr) throw std::runtime_error{"no PostgreSQL: run ./dev test"};
        bin_ = bin;
        // The server refuses to be root's.
        shell("if [ $(id -u) -eq 0 ]; then u=postgres; id -u postgres >/dev/null 2>&1 || u=nobody; chown $u " +
              folder() + "; echo \"setpriv --reuid=$u --regid=$(id -g $u) --clear-groups\"; fi > " + folder() + "/as");
        shell("$(cat " + folder() + "/as) " + bin_ + "/initdb -D " + folder() +
              "/data -U kin -A trust -E UTF8 --locale=C --no-sync >/dev/null 2>&1");
        if (at_first == state::running) start();
    }
    ~private_server() { kill(); }
    private_server(const private_server&) = delete;
    private_server& operator=(const private_server&) = delete;

    /// `more`: further options of the server.
    void start(const std::string& more = {}) {
        // Crash-safe, other than the server that all tests share: what was committed has to be there again.
        shell("$(cat " + folder() + "/as) " + bin_ + "/pg_ctl -D " + folder() + "/data -w -s -l " + folder() +
              "/data/log -o \"-k " + folder() + " -c listen_addresses= -c restart_after_crash=off " + more +
              "\" start >/dev/null");
    }
    /// SIGKILL to the server and all that it has started.
    void kill() noexcept {
        std::ifstream file{folder() + "/data/postmaster.pid"};
        int pid = 0;
        if (!(file >> pid) || pid <= 1) return;
        // The children first: without their father they would go on for a while.
        const std::string all = "kill -9 " + std::to_string(pid) + " $(ps -o pid= --ppid " + std::to_string(pid) +
                                ") 2>/dev/null; while kill -0 " + std::to_string(pid) +
                                " 2>/dev/null; do :; done; rm -f " + folder() + "/data/postmaster.pid";
        (void)!std::system(all.c_str());
    }
    [[nodiscard]] std::string url() const { return "postgresql://kin@/postgres?host=" + folder(); }
    [[nodiscard]] std::string folder() const { return directory_.path().string(); }
    /// Runs a command as the server's user.
    void as_server(const std::string& command) const { shell("$(cat " + folder() + "/as) " + command); }

  private:
    static void shell(const std::string& command) {
        if (std::system(command.c_str()) != 0) throw std::runtime_error{"failed: " + command};
    }

    temporary_directory directory_{};
    std::string bin_{};
};

}  // namespace kin::test
