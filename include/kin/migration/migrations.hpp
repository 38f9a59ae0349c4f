// kin::migrations: the steps from an empty database to the one that this program works with, and how they are run.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kin/migration/error.hpp>
#include <kin/migration/step.hpp>
#include <kin/session/database.hpp>

namespace kin {

/// What a listener is told: before each statement of a step, and when the step is over.
struct migration_progress {
    std::int64_t number;
    std::string_view name;
    bool up;                ///< else it is taken back
    std::size_t statement;  ///< the one that begins, from 1; 0: a function of C++
    std::size_t statements;
    std::string_view sql;
    bool over;  ///< the step is done: committed
    std::int64_t milliseconds;
};

/// How far, and how.
struct migration_options {
    static constexpr std::size_t all = SIZE_MAX;

    std::size_t steps = all;  ///< at most so many; `down` takes one back unless this or `to` says more
    std::optional<std::int64_t>
        to{};  ///< up to this number and with it; down until it is the last one (0: all of them)
    /// Also a step whose number is below that of one that has run: of a branch that was merged late.
    bool out_of_order = false;
    /// What was shown to whoever said yes, by numbers: where another step would run, because somebody else has migrated
    /// the database in between, migration_error says so and nothing is run. Fewer than these may.
    std::optional<std::vector<std::int64_t>> expected{};
    int lock_timeout = 30000;  ///< milliseconds to wait for somebody else who migrates, at least 100
    std::function<void(const migration_progress&)> on_progress{};
};

/// A step that would run.
struct migration_preview {
    std::int64_t number = 0;
    std::string name{};
    std::vector<std::string> statements{};  ///< none: a function of C++
    /// Of those, what drops or deletes; of a way back in C++ a sentence, as nobody knows. A table that is made anew
    /// (its place is taken by another one in the same step) loses nothing.
    std::vector<std::string> losses{};
};

/// A step that was run.
struct migration_run {
    std::int64_t number = 0;
    std::string name{};
    std::int64_t milliseconds = 0;
};

enum class migration_state : std::uint8_t {
    pending,
    done,
    running,  ///< it was begun outside of a transaction and has not ended: it runs, or its process was killed
    failed,   ///< half-way, outside of a transaction
};

/// Where a database is on its way. Read without a lock.
struct migration_status {
    using moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
    struct step {
        std::int64_t number = 0;
        std::string name{};
        std::string file{};  ///< empty: in C++, or not in this program
        migration_state state = migration_state::pending;
        bool known = true;         ///< to this program
        bool changed = false;      ///< since it ran: its checksum is another
        bool taking_back = false;  ///< it is the way down that runs or has failed
        std::optional<moment> started_at{};
        std::int64_t milliseconds = 0;
        std::string who{};            ///< ran it: user@host, process
        std::int64_t statements = 0;  ///< that are known to be done, of a step outside of a transaction
        std::string statement{};      ///< that failed
        std::string error{};
    };
    std::vector<step> steps{};  ///< by their numbers
    std::string problem{};      ///< what `up` would refuse with, in one line; empty: nothing
    std::string locked_by{};    ///< who migrates at this moment; empty: nobody

    [[nodiscard]] std::size_t pending() const noexcept;
    /// Whether the database is where this program wants it.
    [[nodiscard]] bool current() const noexcept { return problem.empty() && pending() == 0; }
};

/// Steps by their numbers. Each has run once or not at all, and the table `kin_migrations` of the database remembers
/// which; `up` runs those that have not. A step is one transaction, and its row of that table is written in it, unless
/// its file says `-- no transaction`. Numbers follow each other without a gap, unless they begin with a date
/// (`20261130_…`).
///
/// Only one process migrates a database at a time. PostgreSQL: an advisory lock of the connection that migrates, asked
/// for again and again, since CREATE INDEX CONCURRENTLY would wait for one who waits within a statement. SQLite: a lock
/// on the file `<database>-migrating`, which the system gives back when its process ends, however it ends. (Not for a
/// pooler that gives each transaction another connection: PgBouncer's transaction mode loses the lock.)
class migrations {
  public:
    migrations() = default;
    /// Steps in C++ alone.
    explicit migrations(std::vector<migration> steps, const site& where = site::current());
    /// The `.sql` files of a folder, and steps in C++ among them. docs/schema.md says how they are written.
    explicit migrations(const std::string& folder, std::vector<migration> steps = {}, const site& = site::current());

    /// migration_error where the number is taken.
    migrations& add(migration, const site& where = site::current());
    /// The text of a file as it would stand in the folder, for programs that carry it inside.
    migrations& add_sql(std::string_view file_name, std::string_view text, const site& where = site::current());
    /// The `.sql` files of a folder; other files, folders and hidden files are passed over. migration_error where it
    /// cannot be read, or a file is no step.
    migrations& add_folder(const std::string& folder, const site& where = site::current());

    /// Three SELECTs, four on PostgreSQL; changes nothing.
    [[nodiscard]] migration_status status(database&, const site& where = site::current()) const;
    /// Runs what has not run, in order: `up(db)`, `up(db, 1)`. Gives the steps that ran. Refuses (migration_error,
    /// migration_locked) before anything is changed, and stops at the step that fails (migration_failed).
    std::vector<migration_run> up(database&, const migration_options&, const site& where = site::current()) const;
    std::vector<migration_run> up(database& db, std::size_t steps = migration_options::all,
                                  const site& where = site::current()) const {
        return up(db, {.steps = steps}, where);
    }
    /// Takes the last steps back, the last one first.
    std::vector<migration_run> down(database&, const migration_options&, const site& where = site::current()) const;
    std::vector<migration_run> down(database& db, std::size_t steps = 1, const site& where = site::current()) const {
        return down(db, {.steps = steps}, where);
    }
    /// The steps that `up` or `down` would run; refuses as they do. Changes nothing.
    [[nodiscard]] std::vector<migration_preview> preview_up(database&, const migration_options& = {},
                                                            const site& where = site::current()) const;
    [[nodiscard]] std::vector<migration_preview> preview_down(database&, const migration_options& = {},
                                                              const site& where = site::current()) const;
    /// What `up` would run, as a script for `psql` or `sqlite3` that also remembers what it ran.
    [[nodiscard]] std::string sql(database&, const migration_options& = {}, const site& where = site::current()) const;
    [[nodiscard]] std::string sql_down(database&, const migration_options& = {},
                                       const site& where = site::current()) const;

    /// Says of a step that was left half-way, was run by hand, or was changed on purpose: it is done, as it stands now.
    void mark_done(database&, std::int64_t number, const site& where = site::current()) const;
    /// The same: it has not run, whatever was there of it is gone.
    void mark_undone(database&, std::int64_t number, const site& where = site::current()) const;

  private:
    void add_step(detail::migration_step, const site&);

    std::vector<detail::migration_step> steps_{};
};

}  // namespace kin
