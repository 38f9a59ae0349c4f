// The statements that make one catalogue of another one, in an order in which they run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <kin/schema/compare.hpp>

namespace kin::schema {

struct change_options {
    /// Indexes of tables that are there are made while others write, each outside of a transaction (PostgreSQL); one
    /// that is to be another one goes when the new one is there. Those that go without one are dropped in the
    /// transaction before, and what a key of the transaction needs, or has a column that it changes, is made in it.
    bool concurrently = false;
    /// Foreign keys and checks are added without reading the rows that are there, and validated afterwards while
    /// others write (PostgreSQL).
    bool validate_later = false;
};

struct change_script {
    std::vector<std::string> before{};      ///< each by itself, committed before the others see it: labels of types
    std::vector<std::string> statements{};  ///< in one transaction
    std::vector<std::string> after{};       ///< each by itself, in no transaction
    /// `PRAGMA foreign_keys = OFF` has to be sent before the transaction begins, where it would do nothing, and ON
    /// behind it: a table that is written again is dropped, and with foreign keys ON that takes the rows along that
    /// refer to it. The last statements fail where a row refers to nothing.
    bool foreign_keys_off = false;
    schema::risk risk{};  ///< the greatest of the differences
    std::vector<std::string>
        by_hand{};  ///< differences that no statement removes: what there is to do, a sentence each
    std::vector<difference> gone_before{};  ///< of the differences, those that `before` removes
    std::vector<difference> gone_after{};   ///< those that are there until `after` has run

    /// All of them, as they follow each other.
    [[nodiscard]] std::vector<std::string> all() const;
};

/// What removes the differences that `compare(from, to, …)` gave. What the list does not name stays as it is, also in
/// tables that are written again. Sends nothing.
///
/// PostgreSQL: foreign keys, views and indexes that stand in the way of a change are dropped before it and made again,
/// views with the rights and owners that they have when the statements run; one ALTER TABLE for each table, columns and
/// tables are dropped last. SQLite: what ALTER TABLE can, by it, and all else of a table by writing it again under a
/// temporary name; triggers and views that name it are made again.
///
/// Throws `mapping_error` where a view or trigger that only the database has is to be made again, and names a column
/// that is renamed: the database changes its text with the name, in a step that only renames.
[[nodiscard]] change_script changes(const catalogue& from, const catalogue& to, std::span<const difference>,
                                    const sql::dialect&, const change_options& = {}, const site& = site::current());

/// The same as one list, which says neither where transactions begin and end nor `foreign_keys_off`: for looking at.
/// Whoever runs statements takes `changes`; on SQLite, a table that is written again with foreign keys ON takes the
/// rows along that refer to it.
[[nodiscard]] std::vector<std::string> change_statements(const catalogue& from, const catalogue& to,
                                                         std::span<const difference>, const sql::dialect&,
                                                         const change_options& = {}, const site& = site::current());

/// What `from` is after `changes`: as it is, but for what the list names, which is as `to` has it.
[[nodiscard]] catalogue afterwards(const catalogue& from, const catalogue& to, std::span<const difference>,
                                   const sql::dialect&);

/// What takes a part of a script back.
struct part_back {
    change_script script{};
    std::vector<difference> differences{};  ///< that it removes
};
/// What takes a script back: `after` first, then `statements`, then `before`. Each undoes what its part has done and
/// nothing else, so that parts can be run and taken back one at a time.
struct way_back {
    part_back before{};
    part_back statements{};
    part_back after{};
};
/// The way back of what `changes` makes of the same arguments. A constraint that `after` has validated stays so.
/// mapping_error where a part cannot be taken back, as `changes` says it.
[[nodiscard]] way_back changes_back(const catalogue& from, const catalogue& to, std::span<const difference>,
                                    const sql::dialect&, const change_options& = {}, const site& = site::current());

}  // namespace kin::schema
