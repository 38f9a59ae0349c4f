// One step of a database's way: in C++, or as the SQL of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kin {

class session;

/// A step in C++: `kin::migration{7, "fill slugs", [](kin::session& s) {…}}`. Its session works on the connection that
/// migrates, in the transaction of the step, which Kin commits: a function that commits is refused. SQL of its own goes
/// through `s.connection()`; another session or `db.create` would be another connection, and wait for this one.
struct migration {
    std::int64_t number = 0;
    std::string name{};
    std::function<void(session&)> up{};
    std::function<void(session&)> down{};  ///< empty: the step cannot be taken back
    /// The function commits as often as it likes, for what would be too much in one transaction. Where it fails
    /// half-way, what it has committed stays, and `up` refuses to go on until somebody says how.
    bool in_batches = false;
};

namespace detail {

/// What a file says behind `-- up` or `-- down`.
struct migration_section {
    bool up = true;
    std::string dialect{};  ///< of this database alone; empty: of every one that has no section of its own
    std::string text{};
    std::size_t line = 1;  ///< where the text begins in its file
    bool one_transaction = true;
    bool foreign_keys_off = false;
    std::vector<std::string> losses{};  ///< what lines `-- loses data: …` say
};

struct migration_step {
    std::int64_t number = 0;
    std::string name{};
    std::string called{};  ///< by messages: `0007_add_slugs.sql`, or `step 7 (fill slugs)`
    std::string checksum{};
    std::vector<migration_section> sections{};  ///< none: in C++
    std::function<void(session&)> up{};
    std::function<void(session&)> down{};
    bool in_batches = false;
};

}  // namespace detail

}  // namespace kin
