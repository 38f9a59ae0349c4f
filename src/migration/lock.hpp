// One who migrates at a time.
#pragma once

#include <cstdint>
#include <string>

#include <kin/engine/connection.hpp>
#include <kin/value/error.hpp>

namespace kin::detail {

/// Held from the constructor to the destructor, and no longer than its process lives.
///
/// PostgreSQL: an advisory lock of the connection. It is asked for again and again: one who waits inside a statement
/// holds a snapshot, and CREATE INDEX CONCURRENTLY of the one who migrates would wait for that. The name of the
/// connection says who holds it, and since when.
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
};

/// Who migrates the database at this moment; empty: nobody.
[[nodiscard]] std::string migration_lock_holder(engine::connection&);

}  // namespace kin::detail
