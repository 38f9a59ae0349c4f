// The hand-written twin against the SQLite C API.
#include <cstdint>
#include <string>

#include "sqlite.hpp"
#include "twin_reads.hpp"
#include "twin_writes.hpp"
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
    return registration{twin,
                        {{"W1", w1<connection>},
                         {"W2", w2<connection>},
                         {"W3", w3<connection>},
                         {"W4", w4<connection>},
                         {"W5", w5<connection>},
                         {"W6", w6<connection>},
                         {"W7", w7<connection>},
                         {"W8", w8<connection>},
                         {"W8c", w8c<connection>},
                         {"W9", w3<connection>}}};
}();

}  // namespace

}  // namespace bench::twin
