// The SQLite driver: opens a database as its URL asks for it, and registers itself.
#include <fmt/format.h>
#include <sqlite3.h>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <kin/engine/registry.hpp>

#include "error.hpp"
#include "statement.hpp"

namespace kin::engine::sqlite {

namespace {

/// The options of a URL, checked.
struct settings {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    bool memory = false;
    bool writable = true;
    bool foreign_keys = true;
    int busy_timeout = 5000;
    int statement_timeout = 0;
    std::string uri_query{};
    std::string journal{};  ///< empty: WAL for a file that is new, what it has for one that is there
    std::string synchronous{};
    std::string_view begin = "BEGIN";
    std::string_view begin_to_write = "BEGIN IMMEDIATE";
    int max_page_count = 0;
};

constexpr std::string_view option_names =
    "mode, cache, busy_timeout, journal, foreign_keys, synchronous, max_page_count, immutable, begin, "
    "statement_timeout";

[[noreturn]] void bad_value(const url::option& option, std::string_view choices, const site& where) {
    throw unknown_name{fmt::format("SQLite option '{}': '{}' is none of {}", option.name, option.value, choices),
                       {.where = where}};
}

int number(const url::option& option, const site& where) {
    int result = 0;
    const char* end = option.value.data() + option.value.size();
    const auto [at, problem] = std::from_chars(option.value.data(), end, result);
    if (problem != std::errc{} || at != end || result < 0) {
        throw usage_error{fmt::format("SQLite option '{}': '{}' is no number of 0 or more", option.name, option.value),
                          {.where = where}};
    }
    return result;
}

bool flag(const url::option& option, const site& where) {
    if (option.value == "on" || option.value == "1" || option.value == "true") return true;
    if (option.value == "off" || option.value == "0" || option.value == "false") return false;
    bad_value(option, "on, off", where);
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> choices) {
    for (const std::string_view each : choices) {
        if (each == value) return true;
    }
    return false;
}

void read_mode(settings& to, const url::option& option, const site& where) {
    if (option.value == "ro") {
        to.flags = SQLITE_OPEN_READONLY;
        to.writable = false;
    } else if (option.value == "rw") {
        to.flags = SQLITE_OPEN_READWRITE;
    } else if (option.value == "memory") {
        to.memory = true;
    } else if (option.value != "rwc") {
        bad_value(option, "ro, rw, rwc, memory", where);
    }
}

settings read_settings(const url& address, const site& where) {
    settings result;
    result.memory = address.path == ":memory:";
    auto pass_on = [&result](std::string_view name, std::string_view value) {
        result.uri_query += result.uri_query.empty() ? '?' : '&';
        result.uri_query += fmt::format("{}={}", name, value);
    };
    for (const url::option& option : address.options) {
        if (option.name == "mode") {
            read_mode(result, option, where);
        } else if (option.name == "cache") {
            if (!is_one_of(option.value, {"shared", "private"})) bad_value(option, "shared, private", where);
            pass_on("cache", option.value);
        } else if (option.name == "busy_timeout") {
            result.busy_timeout = number(option, where);
        } else if (option.name == "statement_timeout") {
            result.statement_timeout = number(option, where);
        } else if (option.name == "journal") {
            if (!is_one_of(option.value, {"wal", "delete", "truncate", "persist", "memory", "off"})) {
                bad_value(option, "wal, delete, truncate, persist, memory, off", where);
            }
            result.journal = option.value;
        } else if (option.name == "foreign_keys") {
            result.foreign_keys = flag(option, where);
        } else if (option.name == "synchronous") {
            if (!is_one_of(option.value, {"off", "normal", "full", "extra"})) {
                bad_value(option, "off, normal, full, extra", where);
            }
            result.synchronous = option.value;
        } else if (option.name == "max_page_count") {
            result.max_page_count = number(option, where);
        } else if (option.name == "immutable") {
            if (flag(option, where)) {
                pass_on("immutable", "1");
                result.writable = false;
            }
        } else if (option.name == "begin") {
            if (!is_one_of(option.value, {"deferred", "immediate"})) bad_value(option, "deferred, immediate", where);
            result.begin = option.value == "immediate" ? "BEGIN IMMEDIATE" : "BEGIN";
            result.begin_to_write = result.begin;
        } else {
            throw unknown_name{fmt::format("unknown SQLite option '{}'; there are {}", option.name, option_names),
                               {.where = where}};
        }
    }
    if (result.memory && address.path != ":memory:") pass_on("mode", "memory");
    return result;
}

/// The path as a URI of SQLite's, which is the way to ask for `cache` and `immutable`.
std::string uri_of(const url& address, const settings& with) {
    std::string uri{"file:"};
    if (address.path.starts_with("//")) uri += "//";  // else the first part would be taken for a host
    for (const char c : address.path) {
        if (c == '%' || c == '?' || c == '#') {
            fmt::format_to(std::back_inserter(uri), "%{:02x}", static_cast<unsigned char>(c));
        } else {
            uri += c;
        }
    }
    return uri + with.uri_query;
}

/// Ends a statement that has worked longer than it may, or is no longer wanted. What passes between its rows is not
/// its work.
class work_limit {
  public:
    void watch(sqlite3* db, int milliseconds) {
        most_ = std::chrono::milliseconds{milliseconds};
        sqlite3_trace_v2(db, SQLITE_TRACE_STMT, &begun, this);
        sqlite3_progress_handler(db, operations, &goes_on, this);
    }
    /// As driver::heed. Other than sqlite3_interrupt it ends what begins right behind the wish, too.
    void heed(sqlite3* db, const std::atomic<bool>* ended, int patience) noexcept {
        ended_ = ended;
        waits_ = std::chrono::milliseconds{patience};
        const bool watches = ended != nullptr || most_ != clock::duration{};
        sqlite3_progress_handler(db, operations, watches ? &goes_on : nullptr, this);
        if (ended != nullptr) {
            sqlite3_busy_handler(db, &is_busy, this);
        } else {
            sqlite3_busy_timeout(db, patience);
        }
    }

  private:
    using clock = std::chrono::steady_clock;
    static constexpr int operations = 2000;  // of SQLite's machine, between two looks at the clock

    [[nodiscard]] bool ended() const noexcept { return ended_ != nullptr && ended_->load(std::memory_order_relaxed); }
    /// Somebody else has the lock: as SQLite's own busy_timeout goes about it, but for the wish. 0 gives up.
    static int is_busy(void* self, int times) {
        auto& limit = *static_cast<work_limit*>(self);
        const clock::time_point now = clock::now();
        if (times == 0) limit.waited_since_ = now;
        const auto left = limit.waits_ - (now - limit.waited_since_);
        if (limit.ended() || left <= clock::duration{}) return 0;
        constexpr int delays[] = {1, 2, 5, 10, 15, 20, 25};  // milliseconds
        const int delay = delays[std::min(times, 6)];
        const auto most = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        sqlite3_sleep(static_cast<int>(std::min<std::int64_t>(delay, most)));
        return 1;
    }
    static int begun(unsigned, void* self, void*, void* text) {
        if (std::string_view{static_cast<const char*>(text)}.starts_with("--")) return 0;  // a trigger's
        auto& limit = *static_cast<work_limit*>(self);
        limit.worked_ = {};
        limit.last_ = clock::now();
        return 0;
    }
    static int goes_on(void* self) {
        auto& limit = *static_cast<work_limit*>(self);
        if (limit.ended()) return 1;
        if (limit.most_ == clock::duration{}) return 0;
        const clock::time_point now = clock::now();
        limit.worked_ +=
            std::min<clock::duration>(now - std::exchange(limit.last_, now), std::chrono::milliseconds{50});
        return limit.worked_ > limit.most_ ? 1 : 0;
    }

    clock::duration most_{};
    clock::duration worked_{};
    clock::time_point last_{};
    const std::atomic<bool>* ended_ = nullptr;
    clock::duration waits_{};
    clock::time_point waited_since_{};
};

class sqlite_driver final : public driver {
  public:
    sqlite_driver(const url& address, const site& where) {
        at(where);
        if (!address.host.empty() || !address.user.empty() || address.port != 0) {
            throw usage_error{"a SQLite database has no host: sqlite:relative.db or sqlite:/absolute.db",
                              {.where = where}};
        }
        if (address.path.empty()) {
            throw usage_error{"the URL names no file: sqlite:blog.db, or sqlite::memory:", {.where = where}};
        }
        const settings with = read_settings(address, where);
        begin_ = with.begin;
        is_file_ = !with.memory;
        busy_timeout_ = with.busy_timeout;
        try {
            open(address, with);
            configure(address, with);
            // Who may not write has no turn to take.
            begin_to_write_ = sqlite3_db_readonly(db_, "main") == 0 ? with.begin_to_write : with.begin;
        } catch (...) {
            sqlite3_close(db_);
            throw;
        }
    }
    ~sqlite_driver() override { sqlite3_close_v2(db_); }
    /// INTEGER PRIMARY KEY is the row's number. Any other type is a column like others, and NULL where nothing is
    /// given.
    [[nodiscard]] bool fills_key(const std::string& schema, const std::string& table,
                                 const std::string& column) override {
        const char* type = nullptr;
        int key = 0;
        const int code = sqlite3_table_column_metadata(db_, schema.empty() ? nullptr : schema.c_str(), table.c_str(),
                                                       column.c_str(), &type, nullptr, nullptr, &key, nullptr);
        return code != SQLITE_OK || key == 0 || (type != nullptr && sqlite3_stricmp(type, "INTEGER") == 0);
    }
    sqlite_driver(const sqlite_driver&) = delete;
    sqlite_driver& operator=(const sqlite_driver&) = delete;

    std::unique_ptr<prepared> prepare(std::string_view sql) override {
        return std::make_unique<statement>(*this, db_, sql);
    }

    void execute(std::string_view sql) override { execute(sql, "cannot run the script"); }

    const sql::dialect& dialect() const noexcept override { return sql::sqlite_dialect(); }

    /// Dead is a connection whose file was removed or replaced: what it writes would be lost.
    bool alive() noexcept override {
        if (!is_file_) return true;
        int moved = 0;
        return sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved == 0;
    }

    bool in_transaction() noexcept override { return sqlite3_get_autocommit(db_) == 0; }
    void heed(const std::atomic<bool>* ended) noexcept override { limit_.heed(db_, ended, busy_timeout_); }
    std::string_view begin_sql() const noexcept override { return begin_; }
    std::string_view begin_to_write_sql() const noexcept override { return begin_to_write_; }
    std::string_view begin_to_read_sql() const noexcept override { return "BEGIN"; }
    void only_reads(bool yes) override {
        execute(yes ? "PRAGMA query_only=on" : "PRAGMA query_only=off", "cannot say that nothing is written");
    }

  private:
    void open(const url& address, const settings& with) {
        // NOMUTEX: a connection has one user at a time, and the locks would cost a tenth of everything.
        const int flags = with.flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
        const int code = sqlite3_open_v2(uri_of(address, with).c_str(), &db_, flags, nullptr);
        if (code != SQLITE_OK) raise(db_, code, {opening(address), {}, {}, where()});
    }

    void configure(const url& address, const settings& with) {
        sqlite3_busy_timeout(db_, with.busy_timeout);
        // Else a misspelt "column" would silently be a string.
        sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
        sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
        if (with.statement_timeout > 0) limit_.watch(db_, with.statement_timeout);
        const std::string doing = opening(address);
        execute(with.foreign_keys ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF", doing);
        if (!with.synchronous.empty()) execute("PRAGMA synchronous=" + with.synchronous, doing);
        if (with.max_page_count > 0) execute(fmt::format("PRAGMA max_page_count={}", with.max_page_count), doing);
        if (!with.journal.empty()) {
            change_journal("PRAGMA journal_mode=" + with.journal, with.busy_timeout, doing);
        } else if (is_file_ && is_new(doing) && with.writable) {
            change_journal("PRAGMA journal_mode=wal", with.busy_timeout, doing);
        }
    }

    /// Whether nothing was ever written to the file: its journal is ours to choose, and it keeps what we choose. A file
    /// that others made stays as it is. Reads the header: what is no database is refused here.
    bool is_new(std::string_view doing) {
        sqlite3_stmt* pages = nullptr;
        int code = sqlite3_prepare_v2(db_, "PRAGMA page_count", -1, &pages, nullptr);
        if (code == SQLITE_OK) code = sqlite3_step(pages);
        const bool empty = code == SQLITE_ROW && sqlite3_column_int64(pages, 0) == 0;
        sqlite3_finalize(pages);
        if (code != SQLITE_ROW) raise(db_, code, {doing, "PRAGMA page_count", {}, where()});
        return empty;
    }

    void execute(std::string_view sql, std::string_view doing) {
        const std::string text{sql};  // with its terminating zero
        const int code = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) raise(db_, code, {doing, sql, {}, where()});
    }

    /// The first connections to a new file may change its journal at the same moment: each holds what the other one
    /// waits for, so SQLite gives up at once, whatever the busy timeout is.
    void change_journal(const std::string& sql, int patience, std::string_view doing) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{patience};
        for (;;) {
            try {
                return execute(sql, doing);
            } catch (const database_locked&) {
                if (std::chrono::steady_clock::now() >= until) throw;
                sqlite3_sleep(1);
            }
        }
    }

    static std::string opening(const url& address) { return fmt::format("cannot open '{}'", address.path); }

    sqlite3* db_ = nullptr;
    std::string_view begin_;
    std::string_view begin_to_write_;
    int busy_timeout_ = 0;
    bool is_file_ = false;
    work_limit limit_{};
};

std::unique_ptr<driver> open_sqlite(const url& address, const site& where) {
    return std::make_unique<sqlite_driver>(address, where);
}

/// Before static objects of the program, which may open a database.
struct registration {
    registration() { register_driver("sqlite", &open_sqlite, waiting::in_calls, &sql::sqlite_dialect()); }
};
[[gnu::init_priority(200)]] const registration registered;

}  // namespace

}  // namespace kin::engine::sqlite

/// The linker is told to look for this name, so that a static library brings the registration along.
extern "C" {
extern int kin_driver_sqlite;
int kin_driver_sqlite = 1;
}
