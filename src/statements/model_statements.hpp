// The statements that the unit of work runs for one model in one dialect: built once in the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <kin/engine/connection.hpp>
#include <kin/mapping/model.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/sql/statement.hpp>

#include "statements/row_shape.hpp"

namespace kin::detail {

/// From so many rows on, one statement takes them all as arrays where the database can; below that, a run for each
/// costs no more.
inline constexpr std::size_t as_arrays = 16;

/// A statement and the members that it binds, in order.
struct bound_statement {
    engine::fixed_statement text;
    std::vector<field> fields;
};

/// INSERT in its forms: what the object says of its columns, but for those that the database computes or gives its
/// default.
struct insert_statements {
    bound_statement keyed;
    bound_statement keyless;  ///< without the key that the database makes
    bound_statement arrays;   ///< many rows at once, an array for each column; no text where the dialect has none
};

struct model_sql {
    model_sql(const mapping::model&, const sql::dialect&);

    const mapping::model& what;
    const sql::dialect& dialect;
    row_shape shape;                 ///< every column that is not deferred
    engine::fixed_statement by_key;  ///< SELECT these WHERE the primary key = ?, unless it was removed and kept
    engine::fixed_statement whole;   ///< the same of every column, and of rows that the model does not show
    insert_statements insert;        ///< of every column
    std::string key_block;           ///< SELECT of keys for rows to come; empty where the database has no such thing

    /// INSERT without these columns, which get the database's default; thread-safe.
    [[nodiscard]] const insert_statements& insert_without(std::uint64_t columns) const;
    /// UPDATE of the columns in the mask, WHERE key (and version) = ?; thread-safe.
    [[nodiscard]] const bound_statement& update(std::uint64_t mask) const;
    /// The same for many rows at once, an array for each member; null where rows have to be updated one by one: the
    /// dialect has no such arrays, a version has to be compared, or values of a unique column could meet.
    [[nodiscard]] const bound_statement* update_arrays(std::uint64_t mask) const;
    /// INSERT … ON CONFLICT (these columns) DO NOTHING; thread-safe.
    [[nodiscard]] const bound_statement& insert_unless(const std::vector<std::uint16_t>& there, bool with_key,
                                                       std::uint64_t without = 0) const {
        return upsert(there, with_key, 0, without);
    }
    /// INSERT … ON CONFLICT (these columns) DO UPDATE of the columns in the mask (and of what Kin keeps: updated_at,
    /// the version); thread-safe.
    [[nodiscard]] const bound_statement& upsert(const std::vector<std::uint16_t>& there, bool with_key,
                                                std::uint64_t mask, std::uint64_t without = 0) const;
    /// DELETE WHERE key and version = ?: for models with an optimistic lock, row by row.
    [[nodiscard]] const bound_statement& remove_one() const;

  private:
    [[nodiscard]] bound_statement text_update(std::uint64_t mask, bool arrays) const;

    mutable std::mutex lock_;
    mutable std::unordered_map<std::uint64_t, std::unique_ptr<insert_statements>> inserts_;
    mutable std::unordered_map<std::uint64_t, std::unique_ptr<bound_statement>> updates_;
    mutable std::unordered_map<std::uint64_t, std::unique_ptr<bound_statement>> array_updates_;
    mutable std::map<std::tuple<std::vector<std::uint16_t>, bool, std::uint64_t, std::uint64_t>,
                     std::unique_ptr<bound_statement>>
        upserts_;
    mutable std::unique_ptr<bound_statement> remove_one_;
};

/// The one of this model and dialect; lives as long as the program. Thread-safe.
const model_sql& statements_of(const mapping::model&, const sql::dialect&);

/// SELECT of every column of the model, without conditions.
sql::select select_of(const mapping::model&, std::string_view alias = {});
/// Adds every column of the model to the result.
void select_columns(sql::select&, const mapping::model&, std::string_view alias = {});

}  // namespace kin::detail
