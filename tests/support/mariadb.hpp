// A place of a test's own in the MariaDB server that `./dev test` starts.
#pragma once

#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>

namespace kin::test {

/// The server's URL; empty where there is none.
inline std::string mariadb_server() {
    const char* url = std::getenv("KIN_TEST_MARIADB");
    return url != nullptr ? url : "";
}

/// A database that is dropped, with everything in it, at the end. What a test creates in it by hand compares text as
/// Kin's own tables do.
class scratch_mariadb {
  public:
    scratch_mariadb() {
        if (mariadb_server().empty()) {
            throw std::runtime_error{"no MariaDB server: run ./dev test, or tests/support/with_mariadb ctest …"};
        }
        std::random_device random;
        name_ = "kin_test_" + std::to_string(random()) + std::to_string(random());
        run("CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
    }
    ~scratch_mariadb() {
        try {
            run("DROP DATABASE " + name_);
        } catch (const std::exception&) {
            // A test that stops the server has no database to leave behind.
        }
    }
    scratch_mariadb(const scratch_mariadb&) = delete;
    scratch_mariadb& operator=(const scratch_mariadb&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The server's URL, with this database in the place of its own.
    [[nodiscard]] std::string url() const {
        std::string text = mariadb_server();
        const std::size_t from = text.find("@/") + 2;
        return text.replace(from, text.find('?') - from, name_);
    }

  private:
    static void run(std::string_view sql) {
        engine::connection{engine::open_driver(engine::url::parse(mariadb_server()))}.script(sql);
    }
    std::string name_;
};

}  // namespace kin::test
