// The hand-written twin against MariaDB's Connector/C that runs one statement after the other.
#include <cstdint>
#include <string>

#include "mariadb.hpp"
#include "twin_connect.hpp"
#include "twin_reads.hpp"
#include "twin_writes.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

const registration one_by_one = [] {
    using connection = maria_connection;
    side& twin = mariadb_twin();
    connect<connection>(twin);
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
