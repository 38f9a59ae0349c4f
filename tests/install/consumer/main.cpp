// Uses the installed package: headers, the compiled core, and the driver that nobody names.
#include <cstdint>
#include <cstdio>
#include <exception>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/kin.hpp>

std::int64_t count(kin::engine::connection& db, std::string_view table);

int main() try {
    kin::engine::connection db{kin::engine::open_driver(kin::engine::url::parse("sqlite::memory:"))};
    db.script("CREATE TABLE \"odd \"\"name\" (id INTEGER); INSERT INTO \"odd \"\"name\" VALUES (1), (2)");
    if (count(db, "odd \"name") == 2) return 0;
    std::puts("the installed library counts wrongly");
    return 1;
} catch (const std::exception& e) {
    std::puts(e.what());
    return 1;
}
