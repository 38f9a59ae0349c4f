// Statements that change a schema, as data.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <kin/sql/definition.hpp>
#include <kin/sql/dialect.hpp>

namespace kin::sql {

struct rename_table {
    std::string schema{};
    std::string from{};
    std::string to{};
};
struct rename_column {
    std::string schema{};
    std::string table{};
    std::string from{};
    std::string to{};
};

// --- what one ALTER TABLE does ---------------------------------------------------------------------------------------

struct add_column {
    column_definition column{};
    std::vector<foreign_key_definition> references{};  ///< of this column alone, written behind it
    std::vector<check_definition> checks{};            ///< likewise
};
struct drop_column {
    std::string column{};
};
struct set_type {
    std::string column{};
    std::string type{};
    std::string collation{};  ///< empty: the type's own
    std::string using_sql{};  ///< how values become it; empty: as the database does by itself
};
struct set_nullable {
    std::string column{};
    bool nullable = false;
};
struct set_default {
    std::string column{};
    std::string sql{};  ///< empty: none
};
/// A generated column becomes an ordinary one and keeps its values.
struct drop_expression {
    std::string column{};
};
struct set_identity {
    std::string column{};
    sql::identity was{};
    sql::identity now{};
};
struct add_primary_key {
    unique_definition key{};
};
struct add_unique {
    unique_definition key{};
};
struct add_key {
    foreign_key_definition key{};
};
struct add_check {
    check_definition check{};
};
/// One that nothing of these says: EXCLUDE …
struct add_constraint {
    std::string name{};
    std::string sql{};
};
struct drop_constraint {
    std::string name{};
};
/// Reads the rows that were there before a constraint was added as not valid; others may write meanwhile.
struct validate_constraint {
    std::string name{};
};
/// All of a column, but for its name, is as it is said here (MariaDB).
struct modify_column {
    column_definition column{};
    std::string check{};  ///< the condition that stands behind it; empty: none
};
struct add_index {
    index_definition index{};
};
/// Of an index whose name is the table's own, or of a UNIQUE constraint there (MariaDB).
struct drop_own_index {
    std::string name{};
};
struct drop_primary_key {};
struct drop_foreign_key {
    std::string name{};
};
struct set_comment {
    std::string text{};
};
/// ENGINE=…, PARTITION BY …
struct set_options {
    std::string sql{};
};
using table_action = std::variant<add_column, drop_column, set_type, set_nullable, set_default, drop_expression,
                                  set_identity, add_primary_key, add_unique, add_key, add_check, add_constraint,
                                  drop_constraint, validate_constraint, modify_column, add_index, drop_own_index,
                                  drop_primary_key, drop_foreign_key, set_comment, set_options>;

/// All in one statement, so that the rows are read and written once at most (PostgreSQL, MariaDB). SQLite takes one
/// action.
struct alter_table {
    std::string schema{};
    std::string table{};
    std::vector<table_action> actions{};
};

// --- what stands beside tables ---------------------------------------------------------------------------------------

struct drop_index {
    std::string schema{};
    std::string name{};
    bool concurrently = false;
};
struct rename_index {
    std::string schema{};
    std::string from{};
    std::string to{};
};
struct drop_trigger {
    std::string schema{};
    std::string table{};
    std::string name{};
};
struct drop_enum {
    std::string schema{};
    std::string name{};
};
struct rename_enum {
    std::string schema{};
    std::string from{};
    std::string to{};
};
struct add_enum_label {
    std::string schema{};
    std::string name{};
    std::string label{};
    std::string before{};  ///< empty: behind the last one
};
/// A sequence, a domain, a function.
struct drop_other {
    std::string what{};
    std::string schema{};
    std::string name{};
};

// --- rows -----------------------------------------------------------------------------------------------------------

/// INSERT OR ABORT … SELECT of a whole table into the one that takes its place: a row that it does not take is an
/// error, whatever its constraints do with such rows (SQLite).
struct copy_rows {
    struct column {
        std::string name{};
        std::string from{};             ///< as the old table calls it
        std::string instead_of_null{};  ///< SQL; empty: NULL stays
    };
    std::string schema{};
    std::string from{};
    std::string to{};
    std::vector<column> columns{};
};
/// Rows without a value get one: before the column says NOT NULL.
struct fill_nulls {
    std::string schema{};
    std::string table{};
    std::string column{};
    std::string value_sql{};
    std::vector<std::string> kept{};  ///< columns that change with every UPDATE that does not name them (MariaDB)
};

[[nodiscard]] std::string compile(const rename_table&, const dialect&);
[[nodiscard]] std::string compile(const rename_column&, const dialect&);
[[nodiscard]] std::string compile(const alter_table&, const dialect&);
[[nodiscard]] std::string compile(const drop_index&, const dialect&);
[[nodiscard]] std::string compile(const rename_index&, const dialect&);
[[nodiscard]] std::string compile(const drop_trigger&, const dialect&);
[[nodiscard]] std::string compile(const drop_enum&, const dialect&);
[[nodiscard]] std::string compile(const rename_enum&, const dialect&);
[[nodiscard]] std::string compile(const add_enum_label&, const dialect&);
[[nodiscard]] std::string compile(const drop_other&, const dialect&);
[[nodiscard]] std::string compile(const copy_rows&, const dialect&);
[[nodiscard]] std::string compile(const fill_nulls&, const dialect&);

/// The statements by which SQLite never gives a number again that the old table has given (AUTOINCREMENT); run before
/// it is dropped.
[[nodiscard]] std::vector<std::string> keep_counter(const std::string& from, const std::string& to, const dialect&);

/// Whose rights are to be kept, as statements name them.
struct rights {
    std::vector<std::string> views{};   ///< with their owners
    std::vector<std::string> tables{};  ///< those of their columns alone

    [[nodiscard]] bool empty() const noexcept { return views.empty() && tables.empty(); }
};
/// SELECT that notes the rights, for the rest of the transaction (PostgreSQL).
[[nodiscard]] std::string save_rights(const rights&, const dialect&);
/// DO that gives them again as they were noted, and no others.
[[nodiscard]] std::string restore_rights(const rights&, const dialect&);

/// SELECT after which names are looked up in this schema first, until the transaction ends (PostgreSQL).
[[nodiscard]] std::string look_up_first(const std::string& schema, const dialect&);

/// The statements by which SQLite refuses to go on where a row of these tables, or of any where none is named, refers
/// to nothing; for a transaction in which foreign keys are off.
[[nodiscard]] std::vector<std::string> require_foreign_keys(const std::vector<std::string>& tables, const dialect&);

/// The statements by which SQLite refuses to go on where `PRAGMA foreign_keys` is ON: to be run before a table is
/// dropped whose rows others refer to.
[[nodiscard]] std::vector<std::string> require_foreign_keys_off(const dialect&);

/// Constraints as CREATE TABLE and ADD have them, with their names: `UNIQUE (a, b)`, `FOREIGN KEY (a) REFERENCES t
/// (id)`, `CHECK (x)`.
[[nodiscard]] std::string text_of(const unique_definition&, bool primary, const dialect&);
[[nodiscard]] std::string text_of(const foreign_key_definition&, const dialect&);
[[nodiscard]] std::string text_of(const check_definition&, const dialect&);

}  // namespace kin::sql
