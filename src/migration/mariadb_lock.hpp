// One who migrates at a time, on MariaDB.
#pragma once

#include <string>

#include <kin/engine/connection.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

/// GET_LOCK of a name that stands for the current database: it is the connection's, and ends with it. Nobody can ask
/// the server who has it since when, so whoever has it writes a row into the table `kin_migrations_lock`, with the
/// number of the connection. A row of another number than the lock's is what a process left behind that was killed.
class mariadb_lock {
  public:
    explicit mariadb_lock(engine::connection&);
    /// Gives it back.
    ~mariadb_lock();
    mariadb_lock(const mariadb_lock&) = delete;
    mariadb_lock& operator=(const mariadb_lock&) = delete;

    /// Without waiting; false: somebody else has it. `since` is what others are told. migration_error where the row
    /// cannot be written.
    bool take(const std::string& since, const site&);
    /// Who has it; empty: nobody.
    [[nodiscard]] std::string holder();

  private:
    void note(const std::string& since);
    [[nodiscard]] std::string noted(std::int64_t connection);

    engine::connection& connection_;
    std::string schema_{};
    std::string name_{};
    std::string table_{};
    bool taken_ = false;
};

}  // namespace kin::detail
