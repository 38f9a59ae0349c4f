// One who migrates at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <kin/engine/connection.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

class mariadb_lock;

/// Held from the constructor to the destructor, and no longer than its process lives.
///
/// PostgreSQL: an advisory lock of the connection. It is asked for again and again: one who waits inside a statement
/// holds a snapshot, and CREATE INDEX CONCURRENTLY of the one who migrates would wait for that. The name of the
/// connection says who holds it, and since when.
///
/// MariaDB: a lock of the connection by its name, of which a row of `kin_migrations_lock` says who holds it: see
/// `mariadb_lock`.
///
/// SQLite: flock on a file beside the database. A row would outlive a process that is killed, and BEGIN IMMEDIATE ends
/// with every step and hides its row from those who wait. Of a database in memory nobody else knows.
class migration_lock {
  public:
    /// migration_locked where somebody else has it for that long.
    migration_lock(engine::connection&, int timeout_milliseconds, const site&);
    ~migration_lock();
    migration_lock(const migration_lock&) = delete;
    migration_lock& operator=(const migration_lock&) = delete;

  private:
    bool try_file(const site&);
    bool try_server();

    engine::connection& connection_;
    std::int64_t number_ = 0;  ///< of the advisory lock
    std::string path_{};       ///< of the file
    int file_ = -1;
    bool on_server_ = false;
    std::unique_ptr<mariadb_lock> named_{};
};

/// Who migrates the database at this moment; empty: nobody.
[[nodiscard]] std::string migration_lock_holder(engine::connection&);

}  // namespace kin::detail
