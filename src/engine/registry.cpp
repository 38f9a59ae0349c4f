// The table of drivers. It fills before main, in no certain order, so it lives in a function.
#include <fmt/format.h>
#include <mutex>
#include <string>
#include <vector>

#include <kin/engine/registry.hpp>

namespace kin::engine {

namespace {

struct registered {
    std::string scheme;
    driver_factory open;
    waiting waits;
    const sql::dialect* dialect;
};

struct registry {
    std::mutex mutex;
    std::vector<registered> drivers;
};

registry& all() {
    static registry instance;
    return instance;
}

registered driver_of(const url& address, const site& where) {
    std::string names;
    {
        registry& from = all();
        const std::lock_guard lock{from.mutex};
        for (const registered& each : from.drivers) {
            if (each.scheme == address.scheme) return each;
            names += (names.empty() ? "" : ", ") + each.scheme;
        }
    }
    throw unknown_name{fmt::format("no driver for '{}:'; {}", address.scheme,
                                   names.empty() ? "none is linked in (kin::sqlite is one)" : "there is " + names),
                       {.where = where}};
}

}  // namespace

void register_driver(std::string_view scheme, driver_factory open, waiting waits, const sql::dialect* dialect) {
    registry& to = all();
    const std::lock_guard lock{to.mutex};
    for (registered& each : to.drivers) {
        if (each.scheme == scheme) {
            each.open = open;
            each.waits = waits;
            each.dialect = dialect;
            return;
        }
    }
    to.drivers.push_back({std::string{scheme}, open, waits, dialect});
}

waiting waiting_of(const url& address, const site& where) { return driver_of(address, where).waits; }

const sql::dialect* dialect_of(const url& address, const site& where) { return driver_of(address, where).dialect; }

std::unique_ptr<driver> open_driver(const url& address, const site& where) {
    auto opened = driver_of(address, where).open(address, where);
    opened->at(where);
    return opened;
}

}  // namespace kin::engine
