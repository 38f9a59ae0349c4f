// How one database's SQL differs from the others': data and a few choices, read by the one compiler.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <kin/value/kind.hpp>

namespace kin::sql {

enum class conflict_style : std::uint8_t { on_conflict, on_duplicate_key };  ///< how an upsert is written
enum class comment_style : std::uint8_t { none, statement, clause };  ///< COMMENT ON …, or behind what it is about
enum class placeholder_style : std::uint8_t { question, dollar };     ///< `?` or `$1`

/// Of one position in a database's log against another; unreadable: one of them is no position.
enum class standing : std::uint8_t { behind, reached, unreadable };

struct dialect {
    std::string_view name{};
    placeholder_style placeholders = placeholder_style::question;
    char identifier_quote = '"';
    std::uint32_t max_parameters = 32766;  ///< of one statement
    std::uint32_t max_identifier = 0;      ///< bytes of a name, the rest is cut off or refused; 0: no limit
    bool returning = false;                ///< INSERT … RETURNING is how generated keys come back
    bool key_arrays = false;               ///< `= any($1)` takes a whole list as one parameter
    bool json_lists = false;               ///< json_each makes rows of a list that is one parameter
    bool row_arrays = false;  ///< INSERT … SELECT … FROM unnest($1, …) takes many rows as one parameter each
    bool sequences = false;   ///< generated keys can be fetched before the rows: see `key_block`
    bool for_update = false;  ///< row locks; without them they are left out, see sqlite in dialects.cpp
    bool lock_of = false;     ///< FOR UPDATE OF one of several tables
    bool schemas = false;     ///< CREATE SCHEMA and qualified names; else `"schema.table"` is one name
    bool enum_types = false;  ///< CREATE TYPE … AS ENUM
    comment_style comments = comment_style::none;
    bool backslash_escapes = false;      ///< a backslash in a quoted text is doubled
    bool add_constraint = false;         ///< ALTER TABLE … ADD CONSTRAINT after creation
    bool deferrable_keys = true;         ///< DEFERRABLE INITIALLY DEFERRED on foreign keys
    std::string_view autoincrement{};    ///< what stands behind the type of a generated integer key
    std::string_view identity_always{};  ///< the same of a column that nobody else may write
    std::string_view limit_all = "-1";   ///< LIMIT where only OFFSET is wanted
    /// The column type for a kind; `length` in characters where the kind is text and it is not 0.
    std::string (*type_name)(kind, std::uint16_t length) = nullptr;
    /// The type as CAST wants it; null: as columns are declared.
    std::string (*cast_name)(kind) = nullptr;
    bool rowid_key = false;          ///< a generated key is written `INTEGER PRIMARY KEY` and nothing else
    bool length_checks = false;      ///< types do not limit lengths, a CHECK on the column does
    bool row_lists = true;           ///< `(a, b) IN ((?, ?))`; else `IN (VALUES (?, ?))`
    bool nulls_ordering = true;      ///< NULLS FIRST; else `x IS NULL` goes before
    bool concat_function = false;    ///< `concat(a, b)`, not `a || b`
    bool filter_clause = true;       ///< count(*) FILTER (WHERE …)
    bool with_writes = true;         ///< WITH before UPDATE and DELETE; else it goes into their subqueries
    bool key_if_not_exists = false;  ///< ADD FOREIGN KEY IF NOT EXISTS; else the old one is dropped first
    conflict_style conflicts = conflict_style::on_conflict;
    std::string_view true_text = "true";
    std::string_view false_text = "false";
    bool fixed_reads = true;       ///< an open SELECT does not see what its own connection writes
    bool notifications = false;    ///< LISTEN and NOTIFY
    std::string_view find_view{};  ///< SELECT of a row where a name is a view; of those, changed rows are not counted
    std::string_view set_isolation{};  ///< before the name of a level, first in a transaction; else there is one level
    std::string_view advisory_lock{};  ///< SELECT that locks a number until the transaction ends
    std::string_view try_advisory_lock{};  ///< the same without waiting; gives whether it was to be had
    std::string_view share_lock = "FOR SHARE";
    bool glob = false;                                ///< LIKE does not tell A from a; GLOB does, and uses indexes
    std::string_view like_escape = "'\\'";            ///< the backslash as this database quotes it
    std::string_view length_function = "length";      ///< counts characters
    std::string_view default_row = "DEFAULT VALUES";  ///< an insert that names no column
    std::string_view drop_cascade{};                  ///< behind DROP TABLE where foreign keys form a cycle
    std::string_view drop_cycle_before{};             ///< statement before such tables are dropped
    std::string_view drop_cycle_after{};              ///< and after them
    bool table_changes_commit = false;  ///< a change of tables ends the transaction that is open: none is opened for it
    bool whole_columns = false;         ///< a change of a column says all of it again: MODIFY COLUMN
    bool column_checks = true;          ///< a check behind its column may have a name, and there may be several
    bool plain_indexes = false;         ///< indexes have columns and all rows, no expressions and no conditions
    bool indexes_of_tables = false;     ///< their names are the table's own, and an ALTER TABLE drops them
    bool limits_in_lists = true;        ///< `IN (SELECT … LIMIT …)`; else only of a derived table
    bool isolation_before_begin = false;  ///< set_isolation speaks of the next transaction, not of the one that is open
    bool rows_around_in_with = true;      ///< a WITH in a subquery may name a row of the select around it
    std::string_view whole_window{};      ///< what stands in OVER () where nothing is said
    /// SELECT of how far a primary has written, NULL on others, and of what is the same on its replicas and nowhere
    /// else; nothing: it has no replicas.
    std::string_view position{};
    std::string_view replica_position{};  ///< the same of a replica: how far it has come
    bool serializable_replicas = true;    ///< a transaction on a replica may be serializable
    standing (*compare_positions)(std::string_view have, std::string_view wanted) = nullptr;
    std::string_view list_schemas{};     ///< SELECT of all schemas, and whether each is where names are looked up
    std::string_view session{};          ///< SET by which a session reads SQL and texts as Kin writes them
    std::string_view table_options{};    ///< behind the brackets of CREATE TABLE
    std::string_view usual_collation{};  ///< what these say of a text; said of columns where a table has other ones
    std::uint16_t key_length = 0;        ///< characters of a text that is in a key or an index; 0: it has no limit
};

const dialect& sqlite_dialect() noexcept;
const dialect& postgresql_dialect() noexcept;
const dialect& mariadb_dialect() noexcept;

}  // namespace kin::sql
