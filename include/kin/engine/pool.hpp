// A bounded set of connections that threads borrow from.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kin/engine/statement_log.hpp>
#include <kin/value/counted.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {

struct url;
class connection;

/// How a pool behaves.
struct pool_options {
    std::size_t max = 8;                        ///< connections at a time
    std::int64_t timeout_milliseconds = 30000;  ///< how long `acquire` waits for one
    std::size_t statement_cache = 256;          ///< prepared statements kept by each connection
};

namespace detail {
struct pool_state;
}

/// A borrowed connection (connection.hpp says what it can do); goes back to its pool with the handle, an open
/// transaction rolled back. It may outlive the pool. Cursors on it must be finished by then.
class lease {
  public:
    lease() noexcept;
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    lease(lease&&) noexcept;
    lease& operator=(lease&&) noexcept;
    ~lease();

    [[nodiscard]] connection* operator->() const noexcept { return connection_; }
    [[nodiscard]] connection& operator*() const noexcept { return *connection_; }
    [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }
    /// Gives the connection back now.
    void release() noexcept;

  private:
    friend class pool;
    lease(counted<detail::pool_state>, connection*) noexcept;

    counted<detail::pool_state> state_;
    connection* connection_ = nullptr;  // owned until it goes back
};

/// Opens connections when they are first needed and keeps them. Thread-safe, and fair: first come, first served.
///
/// `sqlite::memory:` is private to its connection, so its pool has one connection, whatever `max` says. With
/// `sqlite::memory:?cache=shared` there are `max` of them on one database that belongs to this pool alone, with
/// SQLite's table locks between them. Either lives as long as the pool or a lease does.
class pool {
  public:
    explicit pool(url, const pool_options& = {});
    ~pool();
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// Borrows a connection; errors on it name `where`. A connection that has died is replaced by a new one. Throws
    /// pool_timeout where none becomes free in time.
    [[nodiscard]] lease acquire(const site& where = site::current());
    /// Called after every statement on every connection, from the thread that uses the connection; a connection that is
    /// lent out takes the listener up when it is next acquired.
    void on_statement(statement_listener);
    /// As `database::watch_n_plus_one`.
    void watch_repetitions(repetition_listener, std::size_t threshold);

    /// What `acquire` throws where the time is up, for whoever waits in its stead.
    [[nodiscard]] pool_timeout timed_out(const site& where) const;

    /// Connections that are open or being opened.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Connections that wait to be used.
    [[nodiscard]] std::size_t idle() const noexcept;
    /// Threads that wait for a connection.
    [[nodiscard]] std::size_t waiting() const noexcept;
    [[nodiscard]] std::size_t(max)() const noexcept;
    [[nodiscard]] const url& address() const noexcept;

  private:
    counted<detail::pool_state> state_;
};

}  // namespace kin::engine
