// A lock by its name, and a row that says whose it is.
#include "migration/mariadb_lock.hpp"

#include <fmt/format.h>
#include <exception>

#include <kin/migration/error.hpp>
#include <kin/sql/compiler.hpp>

#include "engine/taking_back.hpp"
#include "migration/history.hpp"
#include "value/text_hash.hpp"

namespace kin::detail {

namespace {

std::string hexadecimal(std::string_view text) { return fmt::format("{:016x}", text_hash(text)); }

}  // namespace

mariadb_lock::mariadb_lock(engine::connection& c) : connection_{c} {
    engine::cursor row = c.run("SELECT database()");
    if (row.next() && !row.is_null(0)) schema_ = row.cell(0).bytes;
    row.finish();
    // Names of locks are the whole server's, and short.
    name_ = "kin_migrations." + hexadecimal(schema_);
    table_ = sql::qualified(schema_, "kin_migrations_lock", c.dialect());
}

bool mariadb_lock::take(const std::string& since, const site& where) {
    engine::cursor row = connection_.run_holding("SELECT get_lock(?, 0)", {value{name_}});
    taken_ = row.next() && !row.is_null(0) && row.integer(0) == 1;
    row.finish();
    if (!taken_) return false;
    try {
        note(since);
    } catch (const database_error& e) {
        error_context context = e.context();
        context.where = where;
        std::throw_with_nested(migration_error{
            fmt::format("the table kin_migrations_lock, which says who migrates, cannot be written: {}. "
                        "Nothing was changed",
                        e.message()),
            context});
    }
    return true;
}

void mariadb_lock::note(const std::string& since) {
    connection_.script(
        "CREATE TABLE IF NOT EXISTS " + table_ +
        " (id int PRIMARY KEY, connection bigint NOT NULL, who varchar(255) NOT NULL, since varchar(40) NOT "
        "NULL) " +
        std::string{connection_.dialect().table_options});
    connection_.execute("REPLACE INTO " + table_ + " (id, connection, who, since) VALUES (1, connection_id(), ?, ?)",
                        std::vector<value>{value{this_process().substr(0, 255)}, value{since}});
}

mariadb_lock::~mariadb_lock() {
    if (!taken_) return;
    const engine::connection::undisturbed whatever_is_wanted{connection_};
    try {
        connection_.rollback();
        connection_.execute("DELETE FROM " + table_);
    } catch (...) {
        // A row without the lock says nothing.
    }
    engine::take_back(connection_, [&] {
        engine::cursor row = connection_.run_holding("SELECT release_lock(?)", {value{name_}});
        (void)row.next();
    });
}

std::string mariadb_lock::noted(std::int64_t connection) {
    engine::cursor there = connection_.run_holding(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = 'kin_migrations_lock'",
        {value{schema_}});
    if (!there.next() || there.integer(0) == 0) return {};
    there.finish();
    engine::cursor row =
        connection_.run_holding("SELECT who, since FROM " + table_ + " WHERE connection = ?", {value{connection}});
    if (!row.next()) return {};
    return fmt::format("{}, since {}", row.cell(0).bytes, row.cell(1).bytes);
}

std::string mariadb_lock::holder() {
    engine::cursor row = connection_.run_holding("SELECT is_used_lock(?)", {value{name_}});
    if (!row.next() || row.is_null(0)) return {};
    const std::int64_t connection = row.integer(0);
    row.finish();
    std::string who = noted(connection);
    return who.empty() ? fmt::format("connection {} of the server", connection) : who;
}

}  // namespace kin::detail
