// The second unit that includes all of Kin: what is defined twice would not link.
#include <cstdint>
#include <string>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/sql/compiler.hpp>

std::int64_t count(kin::engine::connection& db, std::string_view table) {
    kin::engine::cursor rows = db.run("SELECT count(*) FROM " + kin::sql::quote(table, db.dialect()));
    return rows.next() ? rows.integer(0) : -1;
}
