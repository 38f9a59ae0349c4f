// CREATE DATABASE, USE, and back.
#include "passing_databases.hpp"

#include <utility>

#include <kin/sql/compiler.hpp>

#include "engine/taking_back.hpp"

namespace kin::schema {

namespace {

bool gives_one(engine::connection& on, std::string_view sql) {
    engine::cursor row = on.run(sql);
    return row.next() && !row.is_null(0) && row.integer(0) == 1;
}

}  // namespace

passing_databases::passing_databases(engine::connection& on, std::vector<std::string> names)
    : on_{on}, names_{std::move(names)} {
    const sql::dialect& d = on.dialect();
    try {
        engine::cursor row = on.run("SELECT database()");
        if (row.next() && !row.is_null(0)) current_ = row.cell(0).bytes;
        row.finish();
        if (current_.empty()) return;
        locked_ = gives_one(on, "SELECT get_lock('kin_normalised', 60)");
        if (!locked_) return;
        for (const std::string& name : names_) {
            on.script("DROP DATABASE IF EXISTS " + sql::quote(name, d));
            on.script("CREATE DATABASE " + sql::quote(name, d) + " CHARACTER SET utf8mb4 COLLATE " +
                      std::string{d.usual_collation});
        }
        // Tables that a key names may be those of others, which are not here.
        on.script("USE " + sql::quote(names_.front(), d));
        on.script("SET @kin_foreign_key_checks = @@foreign_key_checks, foreign_key_checks = 0");
        made_ = true;
    } catch (const statement_canceled&) {
        drop();
        throw;
    } catch (const database_error&) {
        drop();
    } catch (...) {
        drop();
        throw;
    }
}

passing_databases::~passing_databases() { drop(); }

/// The server drops databases that are current as well, so names are looked up where they were before that.
void passing_databases::drop() noexcept {
    if (!std::exchange(locked_, false)) return;
    const auto take_back = [&](const auto& statement) { engine::take_back(on_, statement); };
    take_back([&] { on_.script("USE " + sql::quote(current_, on_.dialect())); });
    if (std::exchange(made_, false)) {
        take_back([&] { on_.script("SET foreign_key_checks = @kin_foreign_key_checks"); });
    }
    const engine::connection::undisturbed whatever_is_wanted{on_};
    for (const std::string& name : names_) {
        try {
            on_.script("DROP DATABASE IF EXISTS " + sql::quote(name, on_.dialect()));
        } catch (...) {
            // The user may not drop what he may not make; what stays is dropped by whoever makes such ones next.
        }
    }
    take_back([&] { (void)gives_one(on_, "SELECT release_lock('kin_normalised')"); });
}

}  // namespace kin::schema
