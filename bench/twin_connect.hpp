// What every twin does outside of the timed calls, and all workloads of those that run one statement after the other.
#pragma once

#include <string>

#include "twin_reads.hpp"
#include "twin_writes.hpp"
#include "workloads.hpp"

namespace bench::twin {

template <class Connection>
void connect(side& twin) {
    twin.open = [](context& c) { c.state = new Connection{c.url()}; };
    twin.close = [](context& c) {
        delete static_cast<Connection*>(c.state);
        c.state = nullptr;
    };
    twin.script = [](context& c, const std::string& sql) { connection_of<Connection>(c).script(sql.c_str()); };
    twin.scalar = [](context& c, const std::string& sql) { return connection_of<Connection>(c).scalar(sql.c_str()); };
}

/// A side with every workload, one statement after the other.
template <class Connection>
registration one_by_one(side& twin) {
    return {twin,
            {{"W1", w1<Connection>},
             {"W2", w2<Connection>},
             {"W3", w3<Connection>},
             {"W4", w4<Connection>},
             {"W5", w5<Connection>},
             {"W6", w6<Connection>},
             {"W7", w7<Connection>},
             {"W8", w8<Connection>},
             {"W8c", w8c<Connection>},
             {"W9", w3<Connection>}}};
}

}  // namespace bench::twin
