// The workloads, and what a side (Kin, or the hand-written twin) provides to run them.
#pragma once

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

/// What a timed function works with. Each workload has one context for each side, alive for all its repetitions.
struct context {
    const dataset* data = nullptr;                     ///< null for `archive`
    const archive::package_index* packages = nullptr;  ///< `archive` only
    std::string path{};                                ///< `:memory:` or a file
    void* state = nullptr;  ///< the side's own: connection and statements, made by `open`, freed by `close`

    /// For Kin: `sqlite::memory:`, `sqlite:/absolute/path`.
    [[nodiscard]] std::string url() const { return "sqlite:" + path; }
};

/// One timed call: build or load, read every field once into a `checksum`, destroy, all in one transaction that is
/// committed. Returns the checksum; W8 and W8c the number of users removed, `archive` the number of rows written.
using timed_function = std::uint64_t (*)(context&);

/// One way of doing the workloads. The harness makes and fills the tables itself, through `script`.
struct side {
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

    [[nodiscard]] timed_function find(std::string_view workload) const noexcept;
};

/// The side under test. Empty until its files register themselves, so the harness also runs with twins alone.
side& kin_side();
side& twin_side();

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

struct workload {
    std::string_view name;
    std::string_view what;
    table_set tables;
    double aim;                                      ///< the ratio to reach
    std::uint64_t (*expected)(const context&);       ///< what the timed functions return
    std::int64_t (*expected_state)(const context&);  ///< what `state_query` returns afterwards
    const char* restore;  ///< SQL that makes the database as it was; empty where nothing changes
};

[[nodiscard]] const std::vector<workload>& workloads();

/// The tables of a workload, with their rows.
[[nodiscard]] std::string setup_script(const workload&, const context&);
/// One integer that depends on every row.
[[nodiscard]] std::string state_query_of(const workload&);

}  // namespace bench
