// A prepared statement as a driver provides it: takes parameters from values or straight from an object's members, and
// decodes rows straight into them. Starting it and waiting for its rows are two steps: a driver with a pipeline sends
// several before the first answer is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <kin/value/field.hpp>
#include <kin/value/value.hpp>

namespace kin::engine {

/// A statement's parameters: first the members of `object` that `fields` name, then `values`. With `objects` there is
/// one parameter for each field, an array of what all of them have there (where the dialect has `row_arrays`).
struct parameters {
    std::span<const field> fields{};
    const void* object = nullptr;
    std::span<const value> values{};
    std::span<const void* const> objects{};
    std::size_t at_a_time = 0;  ///< rows to hold in memory, where a driver would else hold all; inside a transaction
};

/// What became of each run of `run_each`; either array may be null, else it has an element for each object.
struct each_result {
    std::int64_t* affected = nullptr;        ///< rows changed
    std::int64_t* generated_keys = nullptr;  ///< the key that the database made (insert)
    std::string_view key_column{};           ///< of the generated keys: some databases have to be asked for it by name
};

/// A prepared statement. One run at a time: start, next until false (or enough), finish.
class prepared {
  public:
    virtual ~prepared() = default;

    /// Binds and sends; does not wait for rows. Strings are not copied: they must outlive `finish`.
    virtual void start(const parameters&) = 0;
    /// Waits for the next row; false at the end. After false, `affected` is known.
    virtual bool next() = 0;
    /// The same, with the whole number in the first column of the row, in one call.
    virtual bool next_key(std::int64_t& key) {
        if (!next()) return false;
        key = integer(0);
        return true;
    }
    /// Drops the rest of the rows and makes the statement ready for its next run.
    virtual void finish() noexcept = 0;

    /// Reads columns `first`, `first + 1`, … of the current row into the members of an object in its default state.
    /// Throws conversion_error (out of range, invalid text, NULL in a member that cannot be empty).
    virtual void decode(std::span<const field>, void* object, int first) = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) = 0;
    [[nodiscard]] virtual bool is_null(int column) = 0;
    /// One cell as the database types it; valid until `next` or `finish`.
    [[nodiscard]] virtual value_view cell(int column) = 0;
    /// Columns are known after the first `next`, also where there was no row.
    [[nodiscard]] virtual int columns() const = 0;
    [[nodiscard]] virtual std::string_view column_name(int column) const = 0;
    [[nodiscard]] virtual std::int64_t affected() const = 0;

    /// Runs once for every object, in order, and stops at the first error.
    virtual void run_each(std::span<const field>, std::span<const void* const> objects, each_result) = 0;

    [[nodiscard]] virtual std::string_view sql() const noexcept = 0;
};

}  // namespace kin::engine
