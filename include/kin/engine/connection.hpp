// A connection with its statement cache, statement log and transaction state: what sessions work with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kin/engine/cancellation.hpp>
#include <kin/engine/prepared.hpp>
#include <kin/engine/statement_log.hpp>
#include <kin/value/error.hpp>

namespace kin::sql {
struct dialect;
}

namespace kin::engine {

class driver;
class connection;

/// The rows of one running statement; finishing it (or the destructor) makes the statement reusable.
class cursor {
  public:
    cursor() noexcept = default;
    cursor(cursor&&) noexcept;
    cursor& operator=(cursor&&) noexcept;
    ~cursor() {
        if (statement_ != nullptr || more_ != nullptr) close();
    }

    bool next();
    /// The next row, and the whole number in its first column.
    bool next_key(std::int64_t& key) {
        if (statement_ == nullptr) return false;
        try {
            if (!statement_->next_key(key)) return false;
        } catch (...) {
            failed();
            throw;
        }
        ++rows_;
        return true;
    }
    void finish() noexcept;

    void decode(std::span<const field> fields, void* object, int first = 0) {
        statement_->decode(fields, object, first);
    }
    [[nodiscard]] std::int64_t integer(int column) { return statement_->integer(column); }
    [[nodiscard]] bool is_null(int column) { return statement_->is_null(column); }
    [[nodiscard]] value_view cell(int column) { return statement_->cell(column); }
    [[nodiscard]] int columns() const { return statement_->columns(); }
    [[nodiscard]] std::string_view column_name(int column) const { return statement_->column_name(column); }
    [[nodiscard]] std::int64_t affected() const { return statement_->affected(); }

  private:
    friend class connection;
    /// What most runs lack: values that are kept as long as the rows are read, and what the log is told at the end.
    struct extras;
    extras& more();
    void close() noexcept;
    void failed() noexcept;

    prepared* statement_ = nullptr;
    connection* connection_ = nullptr;
    struct cache_entry* entry_ = nullptr;
    std::int64_t rows_ = 0;
    extras* more_ = nullptr;  // owned
    bool control_ = false;
};

/// SQL that is run often: built once, found in every connection's cache by its number instead of its text.
class fixed_statement {
  public:
    explicit fixed_statement(std::string sql);
    [[nodiscard]] std::string_view sql() const noexcept { return sql_; }
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

  private:
    std::string sql_;
    std::uint32_t number_;
};

/// Not thread-safe: one user at a time. Errors carry the site given to `at`.
class connection {
  public:
    /// Takes the driver over from its std::unique_ptr, whose type is left to driver.hpp: it is slow to compile.
    template <class Owner>
    requires requires(Owner from, driver*& to) { to = from.release(); }
    explicit connection(Owner from, std::size_t cache_size = 256) : connection{from.release(), cache_size} {}
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// The call site that errors and the log name from now on.
    void at(const site& where) noexcept;
    [[nodiscard]] const site& where() const noexcept;

    /// Sends one statement. The same text is prepared once and kept (least recently used out); where it is still
    /// running (a stream, a nested load) it is prepared again for the inner run.
    [[nodiscard]] cursor run(std::string_view sql, const parameters& = {});
    [[nodiscard]] cursor run(const fixed_statement&, const parameters& = {});
    /// The same for values that nobody else keeps while the rows are read: drivers bind where they stand.
    [[nodiscard]] cursor run_holding(std::string_view sql, std::vector<value>, std::size_t at_a_time = 0);
    /// The same, counted and logged as transaction control is: what the unit of work needs for itself.
    [[nodiscard]] cursor run_aside(std::string_view sql, std::vector<value>);
    /// Runs to the end and returns the number of rows changed.
    std::int64_t execute(std::string_view sql, std::span<const value> = {});
    std::int64_t execute(const fixed_statement&, const parameters&);
    /// One statement, once for each object; counts as one statement (`runs` in the log says how often).
    void run_each(const fixed_statement&, std::span<const field>, std::span<const void* const> objects, each_result);
    /// Several statements without parameters, separated by semicolons: schema scripts.
    void script(std::string_view sql);

    /// `to_write`: it takes its turn among the writers at once, where the database lets one write at a time.
    void begin(bool to_write = false);
    /// A transaction in which the database refuses every write: read_only_database.
    void begin_to_read();
    void commit();
    void rollback() noexcept;
    void savepoint(std::string_view name);
    void release(std::string_view name);
    void rollback_to(std::string_view name);
    /// The same, and the savepoint is gone.
    void undo_to(std::string_view name);
    [[nodiscard]] bool in_transaction() const noexcept { return in_transaction_; }

    /// How many statements were sent since the connection was opened, transaction control not counted.
    [[nodiscard]] std::uint64_t statements() const noexcept { return statements_; }
    [[nodiscard]] const sql::dialect& dialect() const noexcept;
    /// Whether the database makes the key of a row that is inserted without it. Sends nothing.
    [[nodiscard]] bool fills_key(const std::string& schema, const std::string& table, const std::string& column);
    /// Whether it pays to start several statements before the first answer is read.
    [[nodiscard]] bool pipelines() const noexcept;
    [[nodiscard]] bool alive() noexcept;
    /// For notifications.hpp: false where the time was up.
    [[nodiscard]] bool wait_for_notification(struct notification&, int milliseconds);
    /// Whose wish to end it heeds from now on, or null: no statement is begun once the wish is there.
    void heed(cancellation*);
    /// What ends the statement that is running; null where there is nothing to be ended, or nobody to be asked.
    [[nodiscard]] std::unique_ptr<interrupter> make_interrupter();
    /// Nobody else should get the connection: what was changed of its session could not be taken back.
    void spoil() noexcept { spoiled_ = true; }
    /// Whether its pool closes it when it comes back: it was spoiled, or an interrupter may still be at work.
    [[nodiscard]] bool spoiled() const noexcept { return spoiled_; }
    /// For statements that have to be run whether they are still wanted or not: what undoes and cleans.
    class undisturbed {
      public:
        explicit undisturbed(connection&) noexcept;
        undisturbed(const undisturbed&) = delete;
        undisturbed& operator=(const undisturbed&) = delete;
        ~undisturbed();

      private:
        connection& connection_;
        cancellation* was_;
    };
    /// Called after every statement, transaction control included; empty for none.
    void on_statement(statement_listener listener) { listener_ = std::move(listener); }

  private:
    friend class cursor;
    struct cache;

    connection(driver*, std::size_t cache_size);

    cache_entry& entry(std::string_view sql, std::uint32_t number);
    cache_entry& entry_of(cursor&, std::string_view sql, std::uint32_t number);
    void listen(cursor&, const parameters&);
    void start(cursor&, std::string_view sql, std::uint32_t number, const parameters&);
    void end(cursor&, bool failed) noexcept;
    [[nodiscard]] bool heard() const noexcept { return listener_ || thread_watch::any(); }
    void report(statement_event&&, std::int64_t started) noexcept;
    void report_end(cursor&, std::int64_t affected, bool failed) noexcept;
    void logged_execute(std::string_view sql);
    void control(std::string_view sql);
    void control_ahead(std::string_view sql);
    void refuse_if_cancelled() const;
    void look_at_transaction() noexcept;
    void may_write_again() noexcept;
    [[nodiscard]] std::string savepoint_sql(std::string_view verb, std::string_view name) const;

    driver* driver_;  // owned, like the cache
    cache* cache_;
    statement_listener listener_;
    std::uint64_t statements_ = 0;
    cancellation* cancellation_ = nullptr;
    bool in_transaction_ = false;
    bool spoiled_ = false;
    bool only_reads_ = false;
};

}  // namespace kin::engine
