// A PostgreSQL primary and its streaming replicas, of a test's own, over Unix sockets.
#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>

#include "support/server_process.hpp"

namespace kin::test {

/// 0 is the primary.
class replicated_postgresql {
  public:
    static constexpr std::size_t servers = 3;

    /// Where initdb is; nothing where there is no PostgreSQL.
    static std::optional<std::string> programs() {
        if (const char* bin = std::getenv("KIN_POSTGRESQL_BIN")) return bin;
        std::error_code ignored;
        for (const auto& each : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored}) {
            if (std::filesystem::exists(each.path() / "bin/initdb")) return (each.path() / "bin").string();
        }
        return std::nullopt;
    }

    replicated_postgresql() : bin_{programs().value()}, as_{as_user("postgres", folder_.path())} {
        run({bin_ + "/initdb", "-D", data(0), "-U", "kin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"});
        make_folder(0);
        start(0);
        for (std::size_t i = 1; i < servers; ++i) {
            run({bin_ + "/pg_basebackup", "-D", data(i), "-h", socket(0), "-U", "kin", "-R", "-c", "fast",
                 "--no-sync"});
            make_folder(i);
            start(i);
        }
    }

    [[nodiscard]] std::string url(std::size_t i) const { return "postgresql://kin@/postgres?host=" + socket(i); }
    /// Where it listens, which tells one from the other.
    [[nodiscard]] std::string socket(std::size_t i) const { return folder_.path() + "/" + std::to_string(i); }
    [[nodiscard]] bool running(std::size_t i) { return processes_[i].running(); }

    /// Returns when it answers.
    void start(std::size_t i) {
        if (running(i)) return;
        processes_[i].start(as_,
                            {bin_ + "/postgres", "-D", data(i), "-k", socket(i), "-c", "listen_addresses=", "-c",
                             "fsync=off", "-c", "wal_retrieve_retry_interval=50ms", "-c", "shared_buffers=8MB"},
                            log(i), "QUIT");
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
    /// As pg_ctl stop -m fast.
    void stop(std::size_t i) { processes_[i].end(SIGINT); }
    /// SIGKILL, to its children as well: those would answer for a while.
    void kill(std::size_t i) {
        if (!running(i)) return;
        const std::string father = std::to_string(processes_[i].id());
        (void)!std::system(
            ("kill -STOP " + father + "; kill -9 $(ps -o pid= --ppid " + father + ") 2>/dev/null").c_str());
        processes_[i].end(SIGKILL);
    }
    /// A replica takes nothing more over, until it is resumed or started anew.
    void pause(std::size_t i) {
        (void)ask(i, "SELECT pg_wal_replay_pause()::text");
        while (ask(i, "SELECT pg_get_wal_replay_pause_state()") != "paused") {
        }
    }
    void resume(std::size_t i) { (void)ask(i, "SELECT pg_wal_replay_resume()::text"); }
    /// Whatever is committed is taken over so much later; empty: at once.
    void delay(std::size_t i, const std::string& time) {
        (void)ask(i, "ALTER SYSTEM SET recovery_min_apply_delay = '" + (time.empty() ? "0" : time) + "'");
        (void)ask(i, "SELECT pg_reload_conf()::text");
    }
    /// Until a replica shows all that the primary has committed.
    void wait_for(std::size_t i) {
        const std::string at = ask(0, "SELECT pg_current_wal_flush_lsn()::text");
        while (ask(i, "SELECT (pg_last_wal_replay_lsn() >= '" + at + "')::text") != "true") {
        }
    }
    /// All of them run and are up to date.
    void heal() {
        for (std::size_t i = 0; i < servers; ++i) start(i);
        for (std::size_t i = 1; i < servers; ++i) {
            delay(i, {});
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

  private:
    [[nodiscard]] std::string data(std::size_t i) const { return folder_.path() + "/data" + std::to_string(i); }
    [[nodiscard]] std::string log(std::size_t i) const { return folder_.path() + "/log" + std::to_string(i); }
    void make_folder(std::size_t i) const { run({"mkdir", socket(i)}); }
    void run(const std::vector<std::string>& command) const {
        server_process::run(as_, command, folder_.path() + "/log");
    }

    lasting_folder folder_{"replicas"};
    std::string bin_;
    std::vector<std::string> as_;
    std::array<server_process, servers> processes_{};
    std::array<std::unique_ptr<engine::connection>, servers> connections_{};
};

}  // namespace kin::test
