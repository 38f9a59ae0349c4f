// What a database driver provides, besides its prepared statements. For the authors of drivers: who runs statements
// needs connection.hpp.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/prepared.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/value/error.hpp>

namespace kin::engine {

/// One connection to one database. Used by one thread at a time.
class driver {
  public:
    virtual ~driver() = default;

    virtual std::unique_ptr<prepared> prepare(std::string_view sql) = 0;
    /// Runs one or more statements without parameters and without rows: transaction control, schema.
    virtual void execute(std::string_view sql) = 0;
    [[nodiscard]] virtual const sql::dialect& dialect() const noexcept = 0;
    /// Whether the connection can still be used; asks the database where that is cheap.
    [[nodiscard]] virtual bool alive() noexcept = 0;
    /// Whether a transaction is open on the server's side (a failed statement may have ended it).
    [[nodiscard]] virtual bool in_transaction() noexcept = 0;
    /// Whether statements that are started one after the other travel together.
    [[nodiscard]] virtual bool pipelines() const noexcept { return false; }
    /// What opens a transaction, as the URL's options ask for it.
    [[nodiscard]] virtual std::string_view begin_sql() const noexcept { return "BEGIN"; }
    /// The same of one that is going to write: where writers take turns, it takes its turn at once.
    [[nodiscard]] virtual std::string_view begin_to_write_sql() const noexcept { return begin_sql(); }
    /// The same of one in which the database refuses every write.
    [[nodiscard]] virtual std::string_view begin_to_read_sql() const noexcept { return begin_sql(); }
    /// For databases whose transactions cannot be told so: that the connection refuses to write, and that it does no
    /// longer.
    virtual void only_reads(bool) {}
    /// Transaction control that nobody has to wait for: it travels with what is sent next, which fails where it fails.
    /// False where the driver cannot tell that it will succeed: it has to be a statement of its own then.
    virtual bool send_with_next(std::string_view /*sql*/) { return false; }
    /// Forgets such control; false where it is on its way already.
    virtual bool forget_begin() noexcept { return false; }
    /// Whether the database makes the key of a row that is inserted without it; true where it says so itself.
    [[nodiscard]] virtual bool fills_key(const std::string& /*schema*/, const std::string& /*table*/,
                                         const std::string& /*column*/) {
        return true;
    }
    /// The next notification; false where the time was up. Only called where the dialect has them.
    virtual bool wait_for_notification(struct notification&, int /*milliseconds*/) { return false; }
    /// What ends the statement that is running, where the database has to be asked for it. Called while the driver
    /// waits.
    [[nodiscard]] virtual std::unique_ptr<interrupter> make_interrupter() { return nullptr; }
    /// Statements end where it becomes true; null: they do not. For drivers that work in the calling thread.
    virtual void heed(const std::atomic<bool>* /*ended*/) noexcept {}
    /// An interrupter was at work and is no more: what it has left behind must not meet another statement.
    virtual void interrupted() noexcept {}
    /// The call site that errors name; set by whoever starts work on the connection.
    void at(const site& where) noexcept { where_ = where; }
    [[nodiscard]] const site& where() const noexcept { return where_; }

  private:
    site where_{};
};

}  // namespace kin::engine
