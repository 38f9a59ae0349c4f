// The hand-written twin against MariaDB's Connector/C that runs one statement after the other.
#include "mariadb.hpp"
#include "twin_connect.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

const registration all = [] {
    connect<maria_connection>(mariadb_twin());
    return one_by_one<maria_connection>(mariadb_twin());
}();

}  // namespace

}  // namespace bench::twin
