// A primary and its replicas of a test's own: what all engines do with them.
#pragma once

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>

#include "support/server_process.hpp"

namespace kin::test {

/// 0 is the primary.
class replicated_servers {
  public:
    static constexpr std::size_t count = 3;

    replicated_servers(const char* user, const char* dies)
        : folder_{"replicas"}, as_{as_user(user, folder_.path())}, dies_{dies} {}
    virtual ~replicated_servers() = default;
    replicated_servers(const replicated_servers&) = delete;
    replicated_servers& operator=(const replicated_servers&) = delete;

    [[nodiscard]] std::string url(std::size_t i) const { return url(i, {}); }
    /// The same server by another way, or another database of it.
    [[nodiscard]] virtual std::string url(std::size_t i, std::string_view way,
                                          std::string_view database = {}) const = 0;
    /// What tells one server from the other, and the SELECT that asks for it.
    [[nodiscard]] std::string place(std::size_t i) const { return folder_.path() + "/" + std::to_string(i); }
    [[nodiscard]] virtual std::string_view place_sql() const = 0;
    [[nodiscard]] bool running(std::size_t i) { return processes_[i].running(); }

    /// Returns when it answers.
    void start(std::size_t i) {
        if (running(i)) return;
        processes_[i].start(as_, command(i), log(i), dies_);
        for (int tries = 0;; ++tries) {
            try {
                (void)ask(i, "SELECT 1");
                return;
            } catch (const error&) {
                if (tries >= 3000 || !running(i)) throw;
                usleep(10000);
            }
        }
    }
    /// As its administrator would, whoever is connected.
    virtual void stop(std::size_t i) = 0;
    /// SIGKILL, to its children as well: those would answer for a while.
    void kill(std::size_t i) {
        if (!running(i)) return;
        const std::string father = std::to_string(processes_[i].id());
        (void)!std::system(
            ("kill -STOP " + father + "; kill -9 $(ps -o pid= --ppid " + father + ") 2>/dev/null").c_str());
        processes_[i].end(SIGKILL);
    }
    /// A replica takes nothing more over, until it is resumed or started anew.
    virtual void pause(std::size_t i) = 0;
    virtual void resume(std::size_t i) = 0;
    /// Whatever is committed is taken over by so much later; in whole seconds on some engines.
    virtual void delay(std::size_t i, int milliseconds) = 0;
    /// Until a replica shows all that the primary has committed.
    virtual void wait_for(std::size_t i) = 0;
    /// All of them run and are up to date.
    void heal() {
        for (std::size_t i = 0; i < count; ++i) start(i);
        for (std::size_t i = 1; i < count; ++i) {
            delay(i, 0);
            resume(i);
            wait_for(i);
        }
    }
    /// The first cell of what a server answers, as text.
    std::string ask(std::size_t i, const std::string& sql) {
        std::unique_ptr<engine::connection>& c = connections_[i];
        if (c == nullptr || !c->alive()) {
            c.reset();
            c = std::make_unique<engine::connection>(engine::open_driver(engine::url::parse(url(i))));
        }
        engine::cursor row = c->run(sql);
        return row.next() && !row.is_null(0) ? std::string{row.cell(0).bytes} : std::string{};
    }

  protected:
    [[nodiscard]] virtual std::vector<std::string> command(std::size_t i) const = 0;

    [[nodiscard]] std::string data(std::size_t i) const { return folder_.path() + "/data" + std::to_string(i); }
    [[nodiscard]] std::string log(std::size_t i) const { return folder_.path() + "/log" + std::to_string(i); }
    void make_folder(std::size_t i) const { run({"mkdir", place(i)}); }
    /// A command of the servers' user, to its end.
    void run(const std::vector<std::string>& what) const { server_process::run(as_, what, folder_.path() + "/log"); }
    void end(std::size_t i, int signal) { processes_[i].end(signal); }
    /// Statements that a driver does not prepare, or that end a transaction.
    void script(std::size_t i, const std::string& sql) {
        (void)ask(i, "SELECT 1");
        connections_[i]->script(sql);
    }

  private:
    lasting_folder folder_;
    std::vector<std::string> as_;
    std::string dies_;
    std::array<server_process, count> processes_{};
    std::array<std::unique_ptr<engine::connection>, count> connections_{};
};

}  // namespace kin::test
