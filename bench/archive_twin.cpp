// The hand-written import of the archive example against the SQLite C API: the same parsed rows, the same tables.
#include <cstdint>
#include <vector>

#include "../examples/archive/package_index.hpp"
#include "sqlite.hpp"
#include "workloads.hpp"

namespace bench::twin {

namespace {

void bind_optional(sqlite3_stmt* statement, int parameter, const std::optional<std::string>& text) {
    if (text) {
        bind_text(statement, parameter, *text);
    } else {
        sqlite3_bind_null(statement, parameter);
    }
}

void bind_key(sqlite3_stmt* statement, int parameter, const std::optional<archive::position>& row,
              const std::vector<std::int64_t>& keys) {
    if (row) {
        sqlite3_bind_int64(statement, parameter, keys[*row]);
    } else {
        sqlite3_bind_null(statement, parameter);
    }
}

std::uint64_t import(context& c) {
    sqlite_connection& connection = *static_cast<sqlite_connection*>(c.state);
    const archive::package_index& index = *c.packages;
    std::uint64_t rows = 0;
    const auto insert = [&](sqlite3_stmt* statement) {
        connection.run(statement);
        ++rows;
        return sqlite3_last_insert_rowid(connection.db);
    };
    connection.begin();

    std::vector<std::int64_t> maintainers;
    maintainers.reserve(index.maintainers.size());
    sqlite3_stmt* statement = connection.prepared("INSERT INTO maintainer (name, email) VALUES (?, ?)");
    for (const archive::maintainer_record& m : index.maintainers) {
        bind_text(statement, 1, m.name);
        bind_optional(statement, 2, m.email);
        maintainers.push_back(insert(statement));
    }

    std::vector<std::int64_t> sections;  // a parent stands before its children
    sections.reserve(index.sections.size());
    statement = connection.prepared("INSERT INTO section (name, parent_id) VALUES (?, ?)");
    for (const archive::section_record& s : index.sections) {
        bind_text(statement, 1, s.name);
        bind_key(statement, 2, s.parent, sections);
        sections.push_back(insert(statement));
    }

    std::vector<std::int64_t> packages;
    packages.reserve(index.packages.size());
    statement = connection.prepared(
        "INSERT INTO package (name, version, architecture, installed_size, summary, maintainer_id, section_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (const archive::package_record& p : index.packages) {
        bind_text(statement, 1, p.name);
        bind_text(statement, 2, p.version);
        bind_text(statement, 3, p.architecture);
        if (p.installed_size) {
            sqlite3_bind_int64(statement, 4, *p.installed_size);
        } else {
            sqlite3_bind_null(statement, 4);
        }
        bind_text(statement, 5, p.summary);
        bind_key(statement, 6, p.maintainer, maintainers);
        bind_key(statement, 7, p.section, sections);
        packages.push_back(insert(statement));
    }

    statement = connection.prepared(
        "INSERT INTO dependency (package_id, position, target_id, kind, version) VALUES (?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < index.packages.size(); ++i) {
        sqlite3_bind_int64(statement, 1, packages[i]);
        std::int64_t position = 0;
        for (const archive::dependency_record& d : index.packages[i].dependencies) {
            sqlite3_bind_int64(statement, 2, ++position);
            sqlite3_bind_int64(statement, 3, packages[d.target]);
            sqlite3_bind_text(statement, 4, d.kind.data(), static_cast<int>(d.kind.size()), SQLITE_STATIC);
            bind_optional(statement, 5, d.version);
            insert(statement);
        }
    }
    connection.commit();
    return rows;
}

const registration imports{sqlite_twin(), {{"archive", import}}};

}  // namespace

}  // namespace bench::twin
