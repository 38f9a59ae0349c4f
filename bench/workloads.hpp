// The workloads, and what a side (Kin, or the hand-written twin) provides to run them.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "dataset.hpp"

namespace archive {
struct package_index;
}

namespace bench {

enum class engine : std::uint8_t { sqlite, postgresql, mariadb };

/// What a timed function works with. Each workload has one context for each side, alive for all its repetitions.
struct context {
    const dataset* data = nullptr;                     ///< null for `archive`
    const archive::package_index* packages = nullptr;  ///< `archive` only
    engine on = engine::sqlite;
    std::string place{};    ///< SQLite: `:memory:` or a file; a server: the URL, with a schema that names are found in
    void* state = nullptr;  ///< the side's own: connection and statements, made by `open`, freed by `close`

    /// For Kin: `sqlite::memory:`, `sqlite:/absolute/path`, `postgresql://…`, `mariadb://…`; a server's also for twins.
    [[nodiscard]] std::string url() const { return on == engine::sqlite ? "sqlite:" + place : place; }
};

/// One timed call: build or load, read every field once into a `checksum`, destroy, all in one transaction that is
/// committed. Returns the checksum; W8 and W8c the number of users removed, `archive` the number of rows written.
using timed_function = std::uint64_t (*)(context&);

/// One way of doing the workloads. The harness makes and fills the tables itself, through `script`.
struct side {
    std::string_view name;
    void (*open)(context&) = nullptr;   ///< connects, foreign keys on, files in WAL; sets `state`
    void (*close)(context&) = nullptr;  ///< frees `state`
    void (*script)(context&, const std::string& sql) = nullptr;          ///< runs several statements, untimed
    std::int64_t (*scalar)(context&, const std::string& sql) = nullptr;  ///< the first cell of a query, untimed
    std::uint64_t (*statements)(context&) = nullptr;                     ///< sent so far; null if not counted

    struct entry {
        std::string_view workload;
        timed_function run;
    };
    std::vector<entry> entries{};

    /// Null where the side has no such workload, or is not built.
    [[nodiscard]] timed_function find(std::string_view workload) const noexcept;
};

// Empty until their files register themselves, so the harness also runs with twins alone.
side& kin_side();           ///< under test, on every engine
side& sqlite_twin();        ///< the C API
side& sequential_twin();    ///< libpq, one statement after the other
side& pipelined_twin();     ///< libpq, the best of pipelines and statements over sets
side& mariadb_twin();       ///< Connector/C, one statement after the other
side& mariadb_bulk_twin();  ///< Connector/C, statements of many rows and arrays of parameters

/// All sides on an engine; Kin first.
[[nodiscard]] std::vector<const side*> sides_on(engine);

/// A static object of this type in a side's file adds timed functions before main:
/// `const bench::registration reads{bench::kin_side(), {{"W2", w2}, {"W3", w3}}};`
struct registration {
    registration(side& to, std::initializer_list<side::entry> entries) {
        to.entries.insert(to.entries.end(), entries.begin(), entries.end());
    }
};

/// Which tables a workload runs on.
enum class table_set : std::uint8_t {
    blog,         ///< the standard data
    plain_blog,   ///< the standard data, foreign keys without ON DELETE
    association,  ///< the data of W9
    empty_blog,   ///< no rows
    archive,      ///< the four tables of the archive example in a new file for each repetition
};

/// How the database becomes again what it was before a timed call.
enum class restoring : std::uint8_t { nothing, cleared, views, rows };

struct workload {
    std::string_view name;
    std::string_view what;
    table_set tables;
    /// The ratios to reach: to the SQLite twin, to the sequential one, to the pipelined one; 0: none. MariaDB has none.
    std::array<double, 3> aims;
    std::uint64_t (*expected)(const context&);       ///< what the timed functions return
    std::int64_t (*expected_state)(const context&);  ///< what `state_query` returns afterwards
    restoring restore;

    [[nodiscard]] double aim(const side& twin) const noexcept;
    /// What a server leaves out: what is about files of SQLite.
    [[nodiscard]] bool runs_on(engine e) const noexcept { return e == engine::sqlite || tables != table_set::archive; }
};

[[nodiscard]] const std::vector<workload>& workloads();

/// The tables of a workload, with their rows.
[[nodiscard]] std::string setup_script(const workload&, const context&);
/// Makes the database as it was; empty where nothing changes.
[[nodiscard]] std::string restore_script(const workload&, const context&);
/// What runs after either, alone: keeps what was removed from slowing down the next call. Empty for nothing.
[[nodiscard]] std::string settle_script(const workload&, const context&);
/// One integer that depends on every row.
[[nodiscard]] std::string state_query_of(const workload&, engine);

}  // namespace bench
