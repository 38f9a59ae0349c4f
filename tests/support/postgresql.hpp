// A place of a test's own in the PostgreSQL server that `./dev test` starts.
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
inline std::string postgresql_server() {
    const char* url = std::getenv("KIN_TEST_POSTGRESQL");
    return url != nullptr ? url : "";
}

/// A schema that is dropped, with everything in it, at the end.
class scratch_schema {
  public:
    scratch_schema() {
        if (postgresql_server().empty()) {
            throw std::runtime_error{"no PostgreSQL server: run ./dev test, or tests/support/with_postgresql ctest …"};
        }
        std::random_device random;
        name_ = "kin_test_" + std::to_string(random()) + std::to_string(random());
        run("CREATE SCHEMA " + name_);
    }
    ~scratch_schema() {
        try {
            run("DROP SCHEMA " + name_ + " CASCADE");
        } catch (const std::exception&) {
            // A test that stops the server has no schema to leave behind.
        }
    }
    scratch_schema(const scratch_schema&) = delete;
    scratch_schema& operator=(const scratch_schema&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The server's URL, with the schema as what names are looked up in.
    [[nodiscard]] std::string url() const {
        return postgresql_server() + "&options=-c%20search_path%3D" + name_ + "%20-c%20client_min_messages%3Dwarning";
    }

  private:
    static void run(std::string_view sql) {
        engine::connection{engine::open_driver(engine::url::parse(postgresql_server()))}.script(sql);
    }
    std::string name_;
};

/// A database that is dropped at the end: for tests whose models name their schemas.
class scratch_database {
  public:
    scratch_database() {
        std::random_device random;
        name_ = "kin_test_" + std::to_string(random()) + std::to_string(random());
        run("CREATE DATABASE " + name_);
    }
    ~scratch_database() {
        try {
            run("DROP DATABASE " + name_ + " WITH (FORCE)");
        } catch (const std::exception&) {
            // The server of the tests goes, and all of it with it.
        }
    }
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;
    [[nodiscard]] std::string url() const { return postgresql_server() + "&dbname=" + name_; }

  private:
    static void run(std::string_view sql) {
        engine::connection{engine::open_driver(engine::url::parse(postgresql_server()))}.script(sql);
    }
    std::string name_;
};

}  // namespace kin::test
