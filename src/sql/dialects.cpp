// The databases' differences as data.
#include <kin/sql/dialect.hpp>

#include "sql/positions.hpp"

namespace kin::sql {

namespace {

std::string bounded(std::string_view type, std::uint16_t length) {
    return std::string{type} + '(' + std::to_string(length) + ')';
}

// Dates and times are ISO text: it sorts, and the date functions read it. Decimals are text because a NUMERIC column
// would turn them into floating point.
std::string sqlite_type(kind k, std::uint16_t) {
    switch (k) {
        case kind::boolean:
            return "BOOLEAN";
        case kind::int16:
        case kind::int32:
        case kind::int64:
            return "INTEGER";
        case kind::float32:
        case kind::float64:
            return "REAL";
        case kind::blob:
        case kind::uuid:
            return "BLOB";
        case kind::null:
        case kind::text:
        case kind::date:
        case kind::time:
        case kind::timestamp:
        case kind::decimal:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            break;
    }
    return "TEXT";
}

std::string postgresql_type(kind k, std::uint16_t length) {
    switch (k) {
        case kind::boolean:
            return "BOOLEAN";
        case kind::int16:
            return "SMALLINT";
        case kind::int32:
            return "INTEGER";
        case kind::int64:
            return "BIGINT";
        case kind::float32:
            return "REAL";
        case kind::float64:
            return "DOUBLE PRECISION";
        case kind::blob:
            return "BYTEA";
        case kind::date:
            return "DATE";
        case kind::time:
            return "TIME";
        case kind::timestamp:
            return "TIMESTAMPTZ";
        case kind::uuid:
            return "UUID";
        case kind::decimal:
            return "NUMERIC";
        case kind::json:
            return "JSONB";
        case kind::integers:
            return "BIGINT[]";
        case kind::reals:
            return "DOUBLE PRECISION[]";
        case kind::texts:
            return "TEXT[]";
        case kind::null:
        case kind::text:
            break;
    }
    return length != 0 ? bounded("VARCHAR", length) : "TEXT";
}

std::string mariadb_type(kind k, std::uint16_t length) {
    constexpr std::uint16_t longest_varchar = 16383;  // 65535 bytes a row, four a character
    switch (k) {
        case kind::boolean:
            return "BOOLEAN";
        case kind::int16:
            return "SMALLINT";
        case kind::int32:
            return "INT";
        case kind::int64:
            return "BIGINT";
        case kind::float32:
            return "FLOAT";
        case kind::float64:
            return "DOUBLE";
        case kind::blob:
            return length != 0 ? bounded("VARBINARY", length) : "LONGBLOB";
        case kind::date:
            return "DATE";
        case kind::time:
            return "TIME(6)";
        case kind::timestamp:
            return "DATETIME(6)";
        case kind::uuid:
            return "UUID";
        case kind::decimal:
            return "DECIMAL(65,30)";
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            return "JSON";
        case kind::null:
        case kind::text:
            break;
    }
    return length != 0 && length <= longest_varchar ? bounded("VARCHAR", length) : "LONGTEXT";
}

std::string mariadb_cast(kind k) {
    switch (k) {
        case kind::boolean:
        case kind::int16:
        case kind::int32:
        case kind::int64:
            return "SIGNED";
        case kind::float32:
            return "FLOAT";
        case kind::float64:
            return "DOUBLE";
        case kind::blob:
            return "BINARY";
        case kind::date:
            return "DATE";
        case kind::time:
            return "TIME(6)";
        case kind::timestamp:
            return "DATETIME(6)";
        case kind::uuid:
            return "UUID";
        case kind::decimal:
            return "DECIMAL(65,30)";
        case kind::null:
        case kind::text:
        case kind::json:
        case kind::integers:
        case kind::reals:
        case kind::texts:
            break;
    }
    return "CHAR";
}

// Row locks are left out: a transaction has the whole database to itself as soon as it writes, and one that has read
// what another one changed meanwhile cannot write any more. What a lock prevents fails here, or waits.
constexpr dialect sqlite{
    .name = "sqlite",
    .json_lists = true,
    .type_name = sqlite_type,
    .rowid_key = true,
    .length_checks = true,
    .row_lists = false,
    .true_text = "1",
    .false_text = "0",
    .fixed_reads = false,
    .find_view =
        "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?1 COLLATE NOCASE UNION ALL "
        "SELECT 1 FROM sqlite_temp_master WHERE type = 'view' AND name = ?1 COLLATE NOCASE",
    .glob = true,
    .drop_cycle_before = "PRAGMA defer_foreign_keys = ON",
};

constexpr dialect postgresql{
    .name = "postgresql",
    .placeholders = placeholder_style::dollar,
    .max_parameters = 65535,
    .max_identifier = 63,
    .returning = true,
    .key_arrays = true,
    .row_arrays = true,
    .sequences = true,
    .for_update = true,
    .lock_of = true,
    .schemas = true,
    .enum_types = true,
    .comments = comment_style::statement,
    .add_constraint = true,
    .autoincrement = "GENERATED BY DEFAULT AS IDENTITY",
    .identity_always = "GENERATED ALWAYS AS IDENTITY",
    .limit_all = "ALL",
    .type_name = postgresql_type,
    .notifications = true,
    .set_isolation = "SET TRANSACTION ISOLATION LEVEL ",
    .advisory_lock = "SELECT pg_advisory_xact_lock($1)",
    .try_advisory_lock = "SELECT pg_try_advisory_xact_lock($1)",
    .drop_cascade = "CASCADE",
    .position =
        "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn()::text END, "
        "system_identifier::text || ' ' || current_database() FROM pg_control_system()",
    .replica_position =
        "SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn()::text, '0/0') END, "
        "system_identifier::text || ' ' || current_database() FROM pg_control_system()",
    .serializable_replicas = false,
    .compare_positions = &compare_log_positions,
    .list_schemas = "SELECT nspname::text, nspname = current_schema() FROM pg_catalog.pg_namespace ORDER BY 1",
};

constexpr dialect mariadb{
    .name = "mariadb",
    .max_parameters = 65535,
    .max_identifier = 64,
    .for_update = true,
    .schemas = true,
    .comments = comment_style::clause,
    .add_constraint = true,
    .deferrable_keys = false,
    .autoincrement = "AUTO_INCREMENT",
    .limit_all = "18446744073709551615",
    .type_name = mariadb_type,
    .cast_name = mariadb_cast,
    .nulls_ordering = false,
    .concat_function = true,
    .filter_clause = false,
    .with_writes = false,
    .key_if_not_exists = true,
    .conflicts = conflict_style::on_duplicate_key,
    .set_isolation = "SET TRANSACTION ISOLATION LEVEL ",
    .share_lock = "LOCK IN SHARE MODE",
    .length_function = "char_length",
    .default_row = "() VALUES ()",
    .drop_cycle_before = "SET FOREIGN_KEY_CHECKS = 0",
    .drop_cycle_after = "SET FOREIGN_KEY_CHECKS = 1",
    .table_changes_commit = true,
    .whole_columns = true,
    .column_checks = false,
    .plain_indexes = true,
    .indexes_of_tables = true,
    .limits_in_lists = false,
    .isolation_before_begin = true,
    .rows_around_in_with = false,
    // Beside an empty window others are computed in a wrong order; one by a constant counts as empty.
    .whole_window = "PARTITION BY rand() < 0",
    .position = "SELECT nullif(@@gtid_binlog_pos, ''), database()",
    .replica_position = "SELECT nullif(@@gtid_slave_pos, ''), database()",
    .compare_positions = &compare_transaction_ids,
    .list_schemas = "SELECT schema_name, schema_name = database() FROM information_schema.schemata ORDER BY 1",
    // Text means what it says, and what does not fit is an error. NULL alone makes a key, not 0. A recursion ends where
    // it ends: cut off after a thousand rounds, as the server would, a tree would be read in part.
    .session =
        "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, time_zone = '+00:00', "
        "max_recursive_iterations = 4294967295, sql_mode = "
        "'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
        "NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
    // Texts are equal where their characters are, as on the other databases: also in case, and in spaces at the end.
    .table_options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin",
    .usual_collation = "utf8mb4_nopad_bin",
    .key_length = 255,
};

}  // namespace

const dialect& sqlite_dialect() noexcept { return sqlite; }
const dialect& postgresql_dialect() noexcept { return postgresql; }
const dialect& mariadb_dialect() noexcept { return mariadb; }

}  // namespace kin::sql
