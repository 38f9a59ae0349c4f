// How two catalogues differ, each difference with what it costs to remove it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kin/schema/catalogue.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// What a difference is about.
enum class change : std::uint8_t {
    table_added,
    table_dropped,
    table_renamed,
    table_options,  ///< WITHOUT ROWID, STRICT, PARTITION BY …
    column_added,
    column_dropped,
    column_renamed,
    type_changed,
    nullability,
    default_value,
    generated,
    identity,
    collation,
    column_options,  ///< what stands behind it besides: NOT NULL ON CONFLICT IGNORE
    comment,         ///< of a table, or of a column where there is a name
    primary_key,
    unique_added,
    unique_dropped,
    foreign_key_added,
    foreign_key_dropped,
    foreign_key_changed,
    check_added,
    check_dropped,
    constraint_added,  ///< none of these: EXCLUDE
    constraint_dropped,
    index_added,
    index_dropped,
    index_changed,
    trigger_added,
    trigger_dropped,
    trigger_changed,
    view_added,
    view_dropped,
    view_changed,
    enum_added,
    enum_dropped,
    enum_label_added,
    enum_labels_changed,  ///< some are gone, or stand in another order
    other_added,          ///< sequences, domains, functions
    other_dropped,
    other_changed,
};

/// What the statements that remove a difference do to a database in use.
enum class risk : std::uint8_t {
    safe,          ///< a change of the catalogue: short, and no row is touched
    slow,          ///< reads or writes all rows of a table while others wait; the reason says which
    needs_values,  ///< fails where rows exist that have no value for it: fill them first
    loses_data,    ///< rows, columns or parts of values are gone afterwards
};

/// `column_added`, `loses data`.
[[nodiscard]] std::string_view to_string(change) noexcept;
[[nodiscard]] std::string_view to_string(risk) noexcept;

struct difference {
    schema::change what{};
    std::string schema{};
    std::string table{};   ///< as it is called afterwards; empty where the difference is about none
    std::string name{};    ///< of the column, constraint, index, view, type
    std::string was{};     ///< what is there, as SQL or as a name; empty: nothing
    std::string wanted{};  ///< what is to be there
    std::string reason{};  ///< a sentence for people
    schema::risk risk{};
    /// Of something added: what is dropped beside it and looks alike. Whether it is a rename, only a person knows.
    std::vector<std::string> perhaps_renamed_from{};

    bool operator==(const difference&) const = default;
};

struct renamed_table {
    std::string schema{};
    std::string from{};
    std::string to{};
};
struct renamed_column {
    std::string schema{};
    std::string table{};  ///< as it is called afterwards
    std::string from{};
    std::string to{};
};
struct compare_options {
    /// A rename whose old name is gone, or whose new name is there already, has been made and means nothing any more.
    std::vector<renamed_table> renamed_tables{};
    std::vector<renamed_column> renamed_columns{};
    /// Also what only `from` has, and models cannot say: tables, views, triggers, types, functions, EXCLUDE
    /// constraints, options of columns, comments. A database that is shared with others has tables that are none of
    /// ours. Columns, keys, checks and indexes that only `from` has are differences in any case, where `to` has their
    /// table.
    bool exact = false;
    /// Tables that are not looked at; `kin_migrations` never is.
    std::vector<std::string> ignored_tables{};
};
/// The same renames the other way round: for `compare(to, from)`.
[[nodiscard]] compare_options reversed(compare_options);

/// The renames that the models' tables say (`renamed_from`).
[[nodiscard]] compare_options renames_of(model_list);

/// What has to be done to `from` so that it is as `to`, tables in the order of `to`. Sends nothing. What is spelled
/// differently and means the same is no difference: types by the dialect's rules, expressions without white space,
/// case, parentheses and casts of literals. The order of columns is none, and of constraints and indexes their names
/// are none where they say the same. mapping_error where a rename names a table or column that `to` lacks.
[[nodiscard]] std::vector<difference> compare(const catalogue& from, const catalogue& to, const sql::dialect&,
                                              const compare_options& = {}, const site& = site::current());

/// Models and a database side by side.
struct comparison {
    catalogue is{};             ///< what the database has
    catalogue wanted{};         ///< what the models want, as the database spells it
    compare_options options{};  ///< with the renames that the models say
    std::vector<difference> differences{};
};

/// What the database lacks of what the models want, with the renames that they say. A handful of statements that read
/// the catalogue; where the database rewrites expressions (PostgreSQL, MariaDB) and the user may create a schema, what
/// `normalised` does, too.
[[nodiscard]] comparison side_by_side(model_list, engine::connection&, const compare_options& = {},
                                      const site& = site::current());
/// The differences of `side_by_side` alone.
[[nodiscard]] std::vector<difference> compare(model_list, engine::connection&, const compare_options& = {},
                                              const site& = site::current());

/// The catalogue as this database spells it: it is created in a schema of its own within a transaction that is rolled
/// back, and inspected there; on MariaDB, which has no such transaction, in a database `kin_normalised_0` that is
/// dropped again. The same catalogue where the database keeps expressions as they were written (SQLite), where the user
/// may not create a schema or something cannot be created, and within a transaction of MariaDB's.
[[nodiscard]] catalogue normalised(engine::connection&, const catalogue&, const site& = site::current());

/// The differences as a table for people: risk, what, where, reason; a line each, and questions below.
[[nodiscard]] std::string report(std::span<const difference>);

/// The greatest risk among them; `safe` where there are none.
[[nodiscard]] schema::risk worst(std::span<const difference>) noexcept;

}  // namespace kin::schema
