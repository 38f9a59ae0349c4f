// Uses the installed package: headers, the compiled core, and the drivers that nobody names. Its arguments are URLs of
// databases that cannot be reached.
#include <cstdint>
#include <cstdio>
#include <exception>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/kin.hpp>

std::int64_t count(kin::engine::connection& db, std::string_view table);

/// Whether the URL's driver is there and says that nobody answers.
bool is_refused(const char* url) {
    try {
        (void)kin::engine::open_driver(kin::engine::url::parse(url));
        std::printf("connected to %s\n", url);
    } catch (const kin::connection_failed& e) {
        std::printf("as it should be: %s\n", e.what());
        return true;
    }
    return false;
}

int main(int count_of_urls, char** urls) try {
    for (int i = 1; i < count_of_urls; ++i) {
        if (!is_refused(urls[i])) return 1;
    }
    kin::engine::connection db{kin::engine::open_driver(kin::engine::url::parse("sqlite::memory:"))};
    db.script("CREATE TABLE \"odd \"\"name\" (id INTEGER); INSERT INTO \"odd \"\"name\" VALUES (1), (2)");
    if (count(db, "odd \"name") == 2) return 0;
    std::puts("the installed library counts wrongly");
    return 1;
} catch (const std::exception& e) {
    std::puts(e.what());
    return 1;
}
