// What a database driver provides: prepared statements that take parameters from values or straight from an
// object's members, and decode rows straight into them. Written so that starting a statement and waiting for its
// rows are two steps: a driver with a pipeline sends several before the first answer is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <kin/sql/dialect.hpp>
#include <kin/value/error.hpp>
#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin::engine {

/// A statement's parameters: first the members of `object` that `fields` name, then `values`.
struct parameters {
    std::span<const field> fields{};
    const void* object = nullptr;
    std::span<const value> values{};
};

/// What became of each run of `run_each`; either array may be null, else it has an element for each object.
struct each_result {
    std::int64_t* affected = nullptr;        ///< rows changed
    std::int64_t* generated_keys = nullptr;  ///< the key that the database made (insert)
};

/// A prepared statement. One run at a time: start, next until false (or enough), finish.
class prepared {
  public:
    virtual ~prepared() = default;

    /// Binds and sends; does not wait for rows. Strings are not copied: they must outlive `finish`.
    virtual void start(const parameters&) = 0;
    /// Waits for the next row; false at the end. After false, `affected` is known.
    virtual bool next() = 0;
    /// Drops the rest of the rows and makes the statement ready for its next run.
    virtual void finish() noexcept = 0;

    /// Reads columns `first`, `first + 1`, … of the current row into the members of an object in its default state.
    /// Throws conversion_error (out of range, invalid text, NULL in a member that cannot be empty).
    virtual void decode(std::span<const field>, void* object, int first) = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) = 0;
    [[nodiscard]] virtual bool is_null(int column) = 0;
    /// One cell as the database types it; valid until `next` or `finish`.
    [[nodiscard]] virtual value_view cell(int column) = 0;
    [[nodiscard]] virtual int columns() const = 0;
    [[nodiscard]] virtual std::string_view column_name(int column) const = 0;
    [[nodiscard]] virtual std::int64_t affected() const = 0;

    /// Runs once for every object, in order, and stops at the first error.
    virtual void run_each(std::span<const field>, std::span<const void* const> objects, each_result) = 0;

    [[nodiscard]] virtual std::string_view sql() const noexcept = 0;
};

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
    /// What opens a transaction, as the URL's options ask for it.
    [[nodiscard]] virtual std::string_view begin_sql() const noexcept { return "BEGIN"; }
    /// The call site that errors name; set by whoever starts work on the connection.
    void at(const site& where) noexcept { where_ = where; }
    [[nodiscard]] const site& where() const noexcept { return where_; }

  private:
    site where_{};
};

}  // namespace kin::engine
