// What every twin against libpq does outside of the timed calls.
#pragma once

#include <string>

#include "twin_reads.hpp"
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

}  // namespace bench::twin
