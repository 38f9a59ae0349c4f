// PostgreSQL's streaming replication, over Unix sockets.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/replicated_servers.hpp"

namespace kin::test {

class replicated_postgresql final : public replicated_servers {
  public:
    /// Where initdb is; nothing where there is no PostgreSQL.
    static std::optional<std::string> programs() {
        if (const char* bin = std::getenv("KIN_POSTGRESQL_BIN")) return bin;
        std::error_code ignored;
        for (const auto& each : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored}) {
            if (std::filesystem::exists(each.path() / "bin/initdb")) return (each.path() / "bin").string();
        }
        return std::nullopt;
    }

    replicated_postgresql() : replicated_servers{"postgres", "QUIT"}, bin_{programs().value()} {
        run({bin_ + "/initdb", "-D", data(0), "-U", "kin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"});
        make_folder(0);
        start(0);
        for (std::size_t i = 1; i < count; ++i) {
            run({bin_ + "/pg_basebackup", "-D", data(i), "-h", place(0), "-U", "kin", "-R", "-c", "fast", "--no-sync"});
            make_folder(i);
            start(i);
        }
    }

    using replicated_servers::url;
    [[nodiscard]] std::string url(std::size_t i, std::string_view way, std::string_view database = {}) const override {
        return "postgresql://kin@/" + std::string{database.empty() ? "postgres" : database} + "?host=" + place(i) +
               std::string{way};
    }
    [[nodiscard]] std::string_view place_sql() const override {
        return "SELECT current_setting('unix_socket_directories')";
    }
    /// As pg_ctl stop -m fast.
    void stop(std::size_t i) override { end(i, SIGINT); }
    void pause(std::size_t i) override {
        (void)ask(i, "SELECT pg_wal_replay_pause()::text");
        while (ask(i, "SELECT pg_get_wal_replay_pause_state()") != "paused") {
        }
    }
    void resume(std::size_t i) override { (void)ask(i, "SELECT pg_wal_replay_resume()::text"); }
    void delay(std::size_t i, int milliseconds) override {
        (void)ask(i, "ALTER SYSTEM SET recovery_min_apply_delay = " + std::to_string(milliseconds));
        (void)ask(i, "SELECT pg_reload_conf()::text");
    }
    void wait_for(std::size_t i) override {
        const std::string at = ask(0, "SELECT pg_current_wal_flush_lsn()::text");
        while (ask(i, "SELECT (pg_last_wal_replay_lsn() >= '" + at + "')::text") != "true") {
        }
    }

  protected:
    [[nodiscard]] std::vector<std::string> command(std::size_t i) const override {
        return {bin_ + "/postgres",
                "-D",
                data(i),
                "-k",
                place(i),
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "wal_retrieve_retry_interval=50ms",
                "-c",
                "shared_buffers=8MB"};
    }

  private:
    std::string bin_;
};

}  // namespace kin::test
