// A database on an event loop: functions over sessions that nobody's thread waits for.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string_view>

#include <kin/asio/calls.hpp>
#include <kin/asio/options.hpp>

namespace kin::asio {

/// Runs functions over sessions, `connections` of them at a time, the others wait in a queue, first come first served.
///
/// A driver that waits for a socket (PostgreSQL, MariaDB) runs them in stackful coroutines on the executor: where the
/// server has to be waited for, also below a lazy load, the coroutine is suspended and its thread does something else.
/// SQLite, which has nothing to wait for, runs them on threads of its own: those of `transact` and `run` one after the
/// other, those of `read` beside them.
///
/// The executor's context has to outlive the database, and no thread may run it while the database goes; what was not
/// done by then is not done, and its handlers are not called.
class database : public calls {
  public:
    /// Opens nothing yet. A wrong URL throws usage_error at once.
    database(const boost::asio::any_io_executor&, std::string_view url, const options& = {},
             const site& = site::current());
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    /// The same database for a thread that waits: `create`, hooks, listeners, migrations.
    [[nodiscard]] kin::database& blocking() noexcept;
    /// In numbers.
    [[nodiscard]] metrics measured() const noexcept;
    /// Calls that wait for a connection.
    [[nodiscard]] std::size_t waiting() const noexcept;
    /// Calls that have one.
    [[nodiscard]] std::size_t running() const noexcept;
};

}  // namespace kin::asio
