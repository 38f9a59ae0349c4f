// Where a test keeps its database: in a file of SQLite's, or where KIN_TEST_ENGINE says so, in a schema of
// PostgreSQL's or in a database of MariaDB's.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "support/mariadb.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace kin::test {

/// Which database the tests of this process run on: `sqlite`, `postgresql` or `mariadb`.
inline std::string_view engine_name() {
    const char* name = std::getenv("KIN_TEST_ENGINE");
    return name != nullptr && *name != '\0' ? name : "sqlite";
}

/// What a test may need and not every engine has.
enum class capability {
    numbered_rows,            ///< the next generated key follows the highest, also one that was given
    freed_numbers,            ///< the key of the last row is made again once that row is gone
    made_parts_of_keys,       ///< the database makes one column of a key of several
    conflicts_by_columns,     ///< an INSERT says which columns may be there already, and they have to be a key
    written_zeros,            ///< a decimal keeps the zeros at its end
    rows_around_in_with,      ///< a WITH in a subquery may name a row of the query around it
    nulls_come_first,         ///< in an ascending order that does not say
    row_locks,                ///< SELECT … FOR UPDATE
    announcements,            ///< LISTEN and NOTIFY
    a_server,                 ///< whose side of a connection may end
    failures_stand_alone,     ///< a statement that failed leaves its transaction usable
    loose_types,              ///< a column may hold what its type has no room for
    deferred_keys,            ///< a foreign key that is checked at commit
    keys_checked_at_the_end,  ///< a foreign key is checked when its statement ends, not at each row
    with_before_writing,      ///< WITH before UPDATE and DELETE
    changes_in_transactions,  ///< a change of tables that is rolled back with what was done beside it
};

inline bool can(capability what) {
    const bool sqlite = engine_name() == "sqlite";
    const bool postgresql = engine_name() == "postgresql";
    switch (what) {
        case capability::row_locks:
        case capability::a_server:
            return !sqlite;
        case capability::made_parts_of_keys:
        case capability::announcements:
            return postgresql;
        case capability::numbered_rows:
        case capability::nulls_come_first:
        case capability::failures_stand_alone:
            return !postgresql;
        case capability::freed_numbers:
        case capability::loose_types:
            return sqlite;
        case capability::conflicts_by_columns:
        case capability::written_zeros:
        case capability::rows_around_in_with:
        case capability::deferred_keys:
        case capability::keys_checked_at_the_end:
        case capability::with_before_writing:
        case capability::changes_in_transactions:
            return sqlite || postgresql;
    }
    return false;
}

/// What the engine of this run says, or has to be told, where they differ.
inline std::string_view engine_says(std::string_view sqlite, std::string_view postgresql, std::string_view mariadb) {
    return engine_name() == "sqlite" ? sqlite : engine_name() == "mariadb" ? mariadb : postgresql;
}
/// The same where the servers agree.
inline std::string_view engine_says(std::string_view sqlite, std::string_view server) {
    return engine_says(sqlite, server, server);
}

/// Deletes of rows that may refer to each other, as a script that this engine takes.
inline std::string emptied_by(const std::string& deletes) {
    if (can(capability::keys_checked_at_the_end)) return deletes;
    return "SET FOREIGN_KEY_CHECKS = 0;" + deletes + "SET FOREIGN_KEY_CHECKS = 1;";
}

/// An empty database of the test's own, gone at the end.
class place {
  public:
    place() {
        if (engine_name() == "postgresql") {
            schema_ = std::make_unique<scratch_schema>();
        } else if (engine_name() == "mariadb") {
            database_ = std::make_unique<scratch_mariadb>();
        } else {
            directory_ = std::make_unique<temporary_directory>();
        }
    }
    [[nodiscard]] std::string url() const { return url(0); }
    /// Writers that meet wait for each other.
    [[nodiscard]] std::string patient_url() const { return url(20000); }

    /// Where keys come from sequences: brings them behind the rows that there are.
    static constexpr std::string_view keys_follow = R"(
        DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT table_name, column_name FROM information_schema.columns
                     WHERE table_schema = current_schema() AND is_identity = 'YES'
            LOOP
                EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), max(%I)) FROM %I HAVING max(%I) > 0',
                               quote_ident(c.table_name), c.column_name, c.column_name, c.table_name, c.column_name);
            END LOOP;
        END $$)";

  private:
    [[nodiscard]] std::string url(int busy_timeout) const {
        if (schema_) return schema_->url();
        if (database_) return database_->url();
        return directory_->sqlite_url("test.db") + "?synchronous=off&busy_timeout=" + std::to_string(busy_timeout);
    }

    std::unique_ptr<scratch_schema> schema_{};
    std::unique_ptr<scratch_mariadb> database_{};
    std::unique_ptr<temporary_directory> directory_{};
};

}  // namespace kin::test

/// Leaves a test out on an engine that lacks what it is about.
#define KIN_NEEDS(what) \
    if (!kin::test::can(kin::test::capability::what)) GTEST_SKIP() << "this engine has no " #what
