// Tables with all that belongs to them, as data: what a model wants, what a database has, and what statements create.
// SQL in it (defaults, checks, conditions) is text as its database spells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kin::sql {

/// Whether the database makes the numbers of a column.
enum class identity : std::uint8_t {
    none,
    by_default,  ///< where the INSERT names none; SQLite: an INTEGER PRIMARY KEY
    always,      ///< an INSERT must not name one
    never_again  ///< SQLite's AUTOINCREMENT: as by_default, and no number is given twice
};

struct column_definition {
    std::string name{};
    std::string type{};  ///< as the database spells it; empty: it has none (SQLite)
    bool nullable = false;
    sql::identity identity{};
    std::string default_sql{};
    std::string generated_sql{};  ///< GENERATED ALWAYS AS (this)
    bool stored = true;           ///< a generated one: when the row is written, not when it is read
    std::string collation{};      ///< empty: the default one
    std::string comment{};
    std::string options{};  ///< what none of this says, as it is written behind the column: NOT NULL ON CONFLICT IGNORE

    bool operator==(const column_definition&) const = default;
};

/// When a constraint is checked.
enum class deferring : std::uint8_t { never, can_be, at_commit };

/// A primary key or a UNIQUE constraint.
struct unique_definition {
    std::string name{};  ///< empty: the database names it
    std::vector<std::string> columns{};
    sql::deferring deferring{};
    std::string sql{};  ///< all of it behind its name where the columns do not say it: NULLS NOT DISTINCT, INCLUDE …

    bool operator==(const unique_definition&) const = default;
};
struct foreign_key_definition {
    std::string name{};  ///< empty: the database names it
    std::vector<std::string> columns{};
    std::string schema{};  ///< of the target
    std::string table{};
    std::vector<std::string> target_columns{};  ///< empty: the target's primary key
    std::string on_delete{};                    ///< "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT"; empty: NO ACTION
    std::string on_update{};
    sql::deferring deferring{};
    bool validated = true;  ///< false: rows that were there already were not checked (PostgreSQL's NOT VALID)
    std::string sql{};      ///< all of it behind its name where this does not say it: MATCH FULL, SET NULL (column)

    bool operator==(const foreign_key_definition&) const = default;
};
struct check_definition {
    std::string name{};  ///< empty: the database names it
    std::string sql{};
    std::string column{};  ///< the column that it is written behind; empty: it stands for itself
    bool validated = true;

    bool operator==(const check_definition&) const = default;
};
/// What an index sorts by: a column or an expression.
struct index_part {
    std::string column{};
    std::string expression{};
    bool descending = false;
    std::optional<bool> nulls_first{};  ///< where it is not as the direction has it
    std::string collation{};
    std::string operator_class{};

    bool operator==(const index_part&) const = default;
};
struct index_definition {
    std::string name{};
    std::vector<index_part> parts{};
    bool unique = false;
    bool nulls_distinct = true;           ///< false: a unique one has NULL once (PostgreSQL's NULLS NOT DISTINCT)
    std::string where{};                  ///< the rows that it has; empty: all
    std::string method{};                 ///< "gin", "hash"; empty: the usual one
    std::vector<std::string> included{};  ///< columns that it carries along (INCLUDE)
    std::string options{};                ///< what stands behind WITH, as text
    std::string comment{};

    bool operator==(const index_definition&) const = default;
};
struct trigger_definition {
    std::string name{};
    std::string sql{};  ///< the statement that creates it

    bool operator==(const trigger_definition&) const = default;
};
struct table_definition {
    std::string schema{};  ///< empty: the one where names are looked up
    std::string name{};
    std::vector<column_definition> columns{};
    unique_definition primary_key{};  ///< no columns: there is none
    std::vector<unique_definition> uniques{};
    std::vector<foreign_key_definition> foreign_keys{};
    std::vector<check_definition> checks{};
    std::vector<check_definition> other_constraints{};  ///< all of them behind their names: EXCLUDE USING gist (…)
    std::vector<index_definition> indexes{};            ///< but for those that keys and UNIQUE constraints bring along
    std::vector<trigger_definition> triggers{};
    std::string options{};  ///< what stands behind the list of columns: WITHOUT ROWID, STRICT, PARTITION BY …
    std::string comment{};
    std::vector<std::string> kept{};  ///< statements for what none of this says: policies, inheritance, rules

    bool operator==(const table_definition&) const = default;
};
struct view_definition {
    std::string schema{};
    std::string name{};
    std::vector<column_definition> columns{};
    std::string sql{};  ///< the statement that creates it
    bool materialized = false;
    std::vector<trigger_definition> triggers{};  ///< INSTEAD OF
    std::vector<index_definition> indexes{};     ///< of a materialized one
    std::string comment{};
    std::vector<std::string> kept{};  ///< statements for what none of this says: rules, defaults of columns

    bool operator==(const view_definition&) const = default;
};
/// A type of the database's own whose values are a list of names.
struct enum_definition {
    std::string schema{};
    std::string name{};
    std::vector<std::string> labels{};
    std::string comment{};

    bool operator==(const enum_definition&) const = default;
};
/// What a database has besides, as text: sequences that no column owns, domains, functions, extensions.
struct other_definition {
    std::string what{};  ///< "SEQUENCE", "DOMAIN", "FUNCTION"
    std::string schema{};
    std::string name{};
    std::string sql{};  ///< the statement that creates it

    bool operator==(const other_definition&) const = default;
};

// --- statements ----------------------------------------------------------------------------------------------------

struct create_schema {
    std::string schema{};
    bool if_not_exists = false;
};
struct create_enum {
    enum_definition type{};
};
/// The table without its indexes, triggers and comments that are statements of their own.
struct create_table {
    table_definition table{};
    bool if_not_exists = false;
};
struct create_index {
    std::string schema{};
    std::string table{};
    index_definition index{};
    bool if_not_exists = false;
    bool concurrently = false;  ///< writers do not wait for it; not in a transaction (PostgreSQL)
};
struct add_foreign_key {
    std::string schema{};
    std::string table{};
    bool if_not_exists = false;  ///< needs the key's name
    foreign_key_definition key{};
};
struct create_view {
    std::string schema{};
    std::string name{};
    std::string select{};
};
struct drop_view {
    std::string schema{};
    std::string name{};
    bool if_exists = false;
    bool materialized = false;
};
/// A comment that is a statement of its own.
struct comment_on {
    std::string what{};  ///< "TABLE", "COLUMN", "INDEX", "VIEW", "MATERIALIZED VIEW", "TYPE"
    std::string schema{};
    std::string name{};
    std::string column{};  ///< of the table `name`
    std::string text{};    ///< empty: there is none any more
};
struct drop_table {
    std::string schema{};
    std::string table{};
    bool if_exists = false;
    bool cascade = false;  ///< also the foreign keys that refer to it, where the database can
};

}  // namespace kin::sql
