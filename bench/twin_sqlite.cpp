// The hand-written twin against the SQLite C API.
#include <cstdint>
#include <string>

#include "sqlite.hpp"
#include "twin_connect.hpp"
#include "twin_reads.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

using connection = sqlite_connection;

void open(context& c) { c.state = new connection{c.place}; }

void close(context& c) {
    delete static_cast<connection*>(c.state);
    c.state = nullptr;
}

void script(context& c, const std::string& sql) { connection_of<connection>(c).script(sql.c_str()); }

std::int64_t scalar(context& c, const std::string& sql) {
    auto& to = connection_of<connection>(c);
    sqlite3_stmt* statement = nullptr;
    check(to.db, sqlite3_prepare_v2(to.db, sql.c_str(), -1, &statement, nullptr));
    const bool found = to.step(statement);
    const std::int64_t result = found ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return result;
}

const registration all = [] {
    side& twin = sqlite_twin();
    twin.open = open;
    twin.close = close;
    twin.script = script;
    twin.scalar = scalar;
    return one_by_one<connection>(twin);
}();

}  // namespace

}  // namespace bench::twin
