// MariaDB's replication by global transaction ids. Clients come over Unix sockets; replicas, which cannot, over a port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/replicated_servers.hpp"

namespace kin::test {

class replicated_mariadb final : public replicated_servers {
  public:
    /// mariadbd; nothing where there is no MariaDB.
    static std::optional<std::string> programs() {
        for (const char* each : {"/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/usr/bin/mariadbd"}) {
            if (std::filesystem::exists(each)) return each;
        }
        return std::nullopt;
    }

    replicated_mariadb() : replicated_servers{"mysql", "KILL"}, server_{programs().value()}, port_{free_port()} {
        run({"mariadb-install-db", "--no-defaults", "--datadir=" + data(0), "--skip-test-db", "--skip-name-resolve",
             "--auth-root-authentication-method=normal", "--innodb-flush-method=nosync", "--innodb-log-file-size=8M",
             "--skip-log-bin"});
        make_folder(0);
        std::ofstream{users()} << "SET sql_log_bin = 0;\n"
                                  "CREATE USER IF NOT EXISTS kin@localhost;\n"
                                  "GRANT ALL ON *.* TO kin@localhost WITH GRANT OPTION;\n"
                                  "CREATE USER IF NOT EXISTS copier@'127.0.0.1';\n"
                                  "GRANT REPLICATION SLAVE ON *.* TO copier@'127.0.0.1';\n"
                                  "CREATE DATABASE IF NOT EXISTS kin CHARACTER SET utf8mb4;\n"
                                  "CREATE DATABASE IF NOT EXISTS other CHARACTER SET utf8mb4;\n";
        for (std::size_t i = 1; i < count; ++i) {
            make_folder(i);
            run({"cp", "-r", data(0), data(i)});
        }
        for (std::size_t i = 0; i < count; ++i) start(i);
        for (std::size_t i = 1; i < count; ++i) {
            script(i, "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_USER='copier', MASTER_PORT=" +
                          std::to_string(port_) + ", MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos");
            script(i, "START SLAVE");
        }
    }

    using replicated_servers::url;
    [[nodiscard]] std::string url(std::size_t i, std::string_view way, std::string_view database = {}) const override {
        return "mariadb://kin@/" + std::string{database.empty() ? "kin" : database} + "?socket=" + place(i) +
               std::string{way} + "/socket";
    }
    [[nodiscard]] std::string_view place_sql() const override { return "SELECT replace(@@socket, '/socket', '')"; }
    void stop(std::size_t i) override { end(i, SIGTERM); }
    void pause(std::size_t i) override { script(i, "STOP SLAVE SQL_THREAD"); }
    void resume(std::size_t i) override { script(i, "START SLAVE SQL_THREAD"); }
    void delay(std::size_t i, int milliseconds) override {
        script(i, "STOP SLAVE");
        script(i, "CHANGE MASTER TO MASTER_DELAY=" + std::to_string((milliseconds + 999) / 1000));
        script(i, "START SLAVE");
    }
    void wait_for(std::size_t i) override {
        const std::string at = ask(0, "SELECT @@gtid_binlog_pos");
        if (at.empty()) return;
        if (ask(i, "SELECT CAST(MASTER_GTID_WAIT('" + at + "', 60) AS CHAR)") != "0") {
            throw std::runtime_error{"the replica does not take over what it should: see " + log(i)};
        }
    }

  protected:
    [[nodiscard]] std::vector<std::string> command(std::size_t i) const override {
        std::vector<std::string> words{server_,
                                       "--no-defaults",
                                       "--datadir=" + data(i),
                                       "--socket=" + place(i) + "/socket",
                                       "--pid-file=" + place(i) + "/pid",
                                       "--tmpdir=" + place(i),
                                       "--init-file=" + users(),
                                       "--server-id=" + std::to_string(i + 1),
                                       "--innodb-flush-method=nosync",
                                       "--innodb-flush-log-at-trx-commit=2",
                                       "--innodb-log-file-size=8M",
                                       "--innodb-buffer-pool-size=16M",
                                       "--skip-performance-schema",
                                       "--relay-log-recovery=1",
                                       "--slave-net-timeout=5",
                                       "--master-retry-count=0"};
        if (i > 0) {
            words.insert(words.end(), {"--skip-networking", "--skip-log-bin", "--relay-log=relay"});
        } else {
            words.insert(words.end(), {"--bind-address=127.0.0.1", "--port=" + std::to_string(port_), "--log-bin=log",
                                       "--binlog-format=ROW"});
        }
        return words;
    }

  private:
    [[nodiscard]] std::string users() const { return place(0) + "/users"; }
    static int free_port() {
        const int s = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof place;
        const bool bound = bind(s, reinterpret_cast<sockaddr*>(&place), size) == 0 &&
                           getsockname(s, reinterpret_cast<sockaddr*>(&place), &size) == 0;
        close(s);
        if (!bound) throw std::runtime_error{"no free port"};
        return ntohs(place.sin_port);
    }

    std::string server_;
    int port_;
};

}  // namespace kin::test
