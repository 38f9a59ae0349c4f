// The tables of the archive example and the figures that an import is checked by.
#include "archive_tables.hpp"

#include <algorithm>

#include "../examples/archive/package_index.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// As SQL's length(): characters, not bytes.
std::int64_t length(std::string_view s) {
    return std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}
std::int64_t length(const std::optional<std::string>& s) { return s ? length(std::string_view{*s}) : 0; }

}  // namespace

const char* const archive_tables =
    "CREATE TABLE maintainer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);"
    "CREATE TABLE section (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent_id INTEGER REFERENCES section (id));"
    "CREATE TABLE package (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL,"
    " architecture TEXT NOT NULL, installed_size INTEGER, summary TEXT NOT NULL,"
    " maintainer_id INTEGER REFERENCES maintainer (id), section_id INTEGER REFERENCES section (id));"
    "CREATE TABLE dependency (package_id INTEGER NOT NULL REFERENCES package (id), position INTEGER NOT NULL,"
    " target_id INTEGER NOT NULL REFERENCES package (id), kind TEXT NOT NULL, version TEXT,"
    " PRIMARY KEY (package_id, position));"
    "CREATE INDEX section_parent_id ON section (parent_id);"
    "CREATE INDEX package_maintainer_id ON package (maintainer_id);"
    "CREATE INDEX package_section_id ON package (section_id);"
    "CREATE INDEX dependency_target_id ON dependency (target_id);";

// Keys differ with the order in which rows are written, so no key of its own takes part, only names and counts.
const char* const archive_state_query =
    "SELECT coalesce((SELECT sum(7 + length(name) + coalesce(length(email), 0)) FROM maintainer), 0)"
    " + coalesce((SELECT sum(11 + length(s.name) * (1 + coalesce(length(p.name), 0)))"
    "    FROM section s LEFT JOIN section p ON p.id = s.parent_id), 0)"
    " + coalesce((SELECT sum(13 + length(k.name) * (1 + coalesce(length(m.name), 0) + coalesce(length(s.name), 0))"
    "    + length(k.version) + length(k.architecture) + coalesce(k.installed_size, 0) + length(k.summary))"
    "    FROM package k LEFT JOIN maintainer m ON m.id = k.maintainer_id LEFT JOIN section s ON s.id = k.section_id), "
    "0)"
    " + coalesce((SELECT sum(d.position * length(k.name) * length(t.name) + length(d.kind)"
    "    + coalesce(length(d.version), 0))"
    "    FROM dependency d JOIN package k ON k.id = d.package_id JOIN package t ON t.id = d.target_id), 0)";

std::uint64_t archive_rows(const context& c) {
    const archive::package_index& index = *c.packages;
    return index.maintainers.size() + index.sections.size() + index.packages.size() + index.dependency_count();
}

std::int64_t archive_state(const context& c) {
    const archive::package_index& index = *c.packages;
    const auto name_of = [](const auto& records, const std::optional<archive::position>& p) {
        return p ? length(std::string_view{records[*p].name}) : 0;
    };
    std::int64_t sum = 0;
    for (const auto& m : index.maintainers) sum += 7 + length(std::string_view{m.name}) + length(m.email);
    for (const auto& s : index.sections) {
        sum += 11 + length(std::string_view{s.name}) * (1 + name_of(index.sections, s.parent));
    }
    for (const auto& p : index.packages) {
        const std::int64_t name = length(std::string_view{p.name});
        sum += 13 + name * (1 + name_of(index.maintainers, p.maintainer) + name_of(index.sections, p.section)) +
               length(std::string_view{p.version}) + length(std::string_view{p.architecture}) +
               p.installed_size.value_or(0) + length(std::string_view{p.summary});
        std::int64_t position = 0;
        for (const auto& d : p.dependencies) {
            sum += ++position * name * length(std::string_view{index.packages[d.target].name}) + length(d.kind) +
                   length(d.version);
        }
    }
    return sum;
}

}  // namespace bench
