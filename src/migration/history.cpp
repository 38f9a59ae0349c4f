// The rows of kin_migrations.
#include "migration/history.hpp"

#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <kin/engine/connection.hpp>
#include <kin/mapping/model.hpp>
#include <kin/schema/schema.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/sql/raw.hpp>
#include <kin/value/traits.hpp>

namespace kin::detail {

namespace {

constexpr std::string_view columns =
    "number, name, checksum, state, direction, statements, statement, error, started_at, milliseconds, who";

const mapping::model& table() { return mapping::model_of<applied_migration>(); }

std::string in_backticks(std::string_view name) {
    std::string out{'`'};
    for (const char c : name) out.append(c == '`' ? 2 : 1, c);
    return out += '`';
}

value text_or_null(const std::optional<std::string>& text) { return text ? value{*text} : value{}; }

std::vector<value> values_of(const applied_migration& m) {
    return {value{m.name},         value{m.checksum},      value{m.state},
            value{m.direction},    value{m.statements},    text_or_null(m.statement),
            text_or_null(m.error), to_value(m.started_at), value{m.milliseconds},
            value{m.who},          value{m.number}};
}

}  // namespace

migration_history::migration_history(engine::connection& c) : connection_{c}, name_{"kin_migrations"} {
    if (c.dialect().name == "sqlite") return;
    // Asked once: a step may change the search path, and another program may have such a table further back in it.
    const bool mariadb = c.dialect().name == "mariadb";
    engine::cursor row = c.run(mariadb ? "SELECT database()" : "SELECT current_schema()");
    if (!row.next() || row.is_null(0)) return;
    schema_ = row.cell(0).bytes;
    // In a step's session `"` may begin a string, as in dumps: `sql_mode` is not Kin's there.
    name_ = (mariadb ? in_backticks(schema_) : sql::quote(schema_, c.dialect())) + ".kin_migrations";
}

bool migration_history::exists() {
    if (connection_.dialect().name == "sqlite") {
        engine::cursor row = connection_.run(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND lower(name) = 'kin_migrations'");
        return row.next() && row.integer(0) != 0;
    }
    if (connection_.dialect().name == "mariadb") {
        engine::cursor row = connection_.run_holding(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = 'kin_migrations'",
            {value{schema_}});
        return row.next() && row.integer(0) != 0;
    }
    engine::cursor row = connection_.run_holding(
        "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relname = 'kin_migrations' AND n.nspname = $1 AND c.relkind IN ('r', 'p')",
        {value{schema_}});
    return row.next() && row.integer(0) != 0;
}

std::vector<applied_migration> migration_history::read() {
    std::vector<applied_migration> out;
    if (!exists()) return out;
    std::vector<field> fields;
    for (const mapping::column& c : table().columns) fields.push_back(c.io);
    engine::cursor row = connection_.run(fmt::format("SELECT {} FROM {} ORDER BY number", columns, name_));
    while (row.next()) row.decode(fields, &out.emplace_back());
    return out;
}

void migration_history::create(const site& where) {
    try {
        const mapping::model* model = &table();
        schema::create(connection_, {&model, 1}, true, where);
    } catch (const error& e) {
        std::throw_with_nested(migration_error{
            fmt::format("the table kin_migrations, which remembers what ran, cannot be made: {}. Nothing was changed",
                        e.message()),
            e.context()});
    }
}

std::vector<std::string> migration_history::create_statements() const {
    const mapping::model* model = &table();
    return schema::create_statements({&model, 1}, connection_.dialect(), true);
}

std::int64_t migration_history::execute(std::string_view sql, const std::vector<value>& values) {
    return connection_.execute(sql::with_placeholders(sql, connection_.dialect()), values);
}

void migration_history::insert(const applied_migration& m) {
    execute("INSERT INTO " + name_ +
                " (name, checksum, state, direction, statements, statement, error, started_at, "
                "milliseconds, who, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values_of(m));
}

bool migration_history::update(const applied_migration& m) {
    return execute("UPDATE " + name_ +
                       " SET name = ?, checksum = ?, state = ?, direction = ?, statements = ?, "
                       "statement = ?, error = ?, started_at = ?, milliseconds = ?, who = ? WHERE number = ?",
                   values_of(m)) == 1;
}

void migration_history::note_statements(std::int64_t number, std::int64_t done) {
    execute("UPDATE " + name_ + " SET statements = ? WHERE number = ?", {value{done}, value{number}});
}

bool migration_history::remove(std::int64_t number) {
    return execute("DELETE FROM " + name_ + " WHERE number = ?", {value{number}}) == 1;
}

std::string this_process() {
    char host[256] = "";
    (void)gethostname(host, sizeof host - 1);
    const passwd* user = getpwuid(geteuid());
    const std::string name = user != nullptr ? user->pw_name : std::to_string(geteuid());
    return fmt::format("{}@{} (process {})", name, host, getpid());
}

migration_status::moment now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace kin::detail
