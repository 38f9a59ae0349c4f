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
};

struct registry {
    std::mutex mutex;
    std::vector<registered> drivers;
};

registry& all() {
    static registry instance;
    return instance;
}

}  // namespace

void register_driver(std::string_view scheme, driver_factory open) {
    registry& to = all();
    const std::lock_guard lock{to.mutex};
    for (registered& each : to.drivers) {
        if (each.scheme == scheme) {
            each.open = open;
            return;
        }
    }
    to.drivers.push_back({std::string{scheme}, open});
}

std::unique_ptr<driver> open_driver(const url& address, const site& where) {
    driver_factory open = nullptr;
    std::string names;
    {
        registry& from = all();
        const std::lock_guard lock{from.mutex};
        for (const registered& each : from.drivers) {
            if (each.scheme == address.scheme) open = each.open;
            names += (names.empty() ? "" : ", ") + each.scheme;
        }
    }
    if (!open) {
        throw unknown_name{fmt::format("no driver for '{}:'; {}", address.scheme,
                                       names.empty() ? "none is linked in (kin::sqlite is one)" : "there is " + names),
                           {.where = where}};
    }
    auto opened = open(address, where);
    opened->at(where);
    return opened;
}

}  // namespace kin::engine
