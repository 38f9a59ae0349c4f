// The lock of those who migrate: a file beside a SQLite database, a lock of the server's otherwise.
#include "migration/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <kin/migration/error.hpp>
#include <kin/sql/dialect.hpp>
#include <kin/value/calendar.hpp>

#include "engine/taking_back.hpp"
#include "migration/history.hpp"
#include "migration/mariadb_lock.hpp"
#include "value/text_hash.hpp"

namespace kin::detail {

namespace {

/// `2026-11-30T03:40:12Z`
std::string this_second() {
    const auto at = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
    char text[moment_text_size];
    std::string out{text, write_moment(kind::timestamp, at * 1000000, text)};
    if (const std::size_t space = out.find(' '); space != std::string::npos) out[space] = 'T';
    return out + 'Z';
}

/// Of a SQLite database; empty: in memory.
std::string file_of(engine::connection& c) {
    engine::cursor row = c.run("SELECT file FROM pragma_database_list WHERE name = 'main'");
    if (!row.next() || row.is_null(0)) return {};
    const std::string file{row.cell(0).bytes};
    return file.empty() ? file : file + "-migrating";
}

std::string content_of(int file) {
    char text[512];
    const ssize_t length = pread(file, text, sizeof text, 0);
    std::string out{text, length > 0 ? static_cast<std::size_t>(length) : 0};
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out.empty() ? "a process that has just begun" : out;
}

/// The same number for the tables of one schema; numbers of advisory locks are of one database alone.
std::int64_t lock_number(engine::connection& c) {
    std::string name = "kin_migrations";
    engine::cursor row = c.run("SELECT current_schema()");
    if (row.next() && !row.is_null(0)) name.append(1, '.').append(row.cell(0).bytes);
    return static_cast<std::int64_t>(text_hash(name));
}

/// How the connection is called that migrates: `kin since 2026-11-30T03:40:12Z: ada@host (process 123)`. The server
/// cuts off what is more than 63 bytes, so the time stands in front.
constexpr std::string_view name_begins = "kin since ";

std::string server_holder(engine::connection& c, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    engine::cursor row = c.run_holding(
        "SELECT coalesce(a.application_name, ''), coalesce(a.usename::text, ''), l.pid, "
        "coalesce(host(a.client_addr), '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = $1 "
        "AND l.objid::bigint = $2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        {value{static_cast<std::int64_t>(bits >> 32)}, value{static_cast<std::int64_t>(bits & 0xFFFFFFFF)}});
    if (!row.next()) return {};
    const std::string name{row.cell(0).bytes};
    std::string out = fmt::format("user {} (server process {}", row.cell(1).bytes, row.integer(2));
    if (const std::string_view address = row.cell(3).bytes; !address.empty()) out += fmt::format(", from {}", address);
    out += ')';
    if (!name.starts_with(name_begins) || name.size() < name_begins.size() + 22) return out;
    return fmt::format("{}, {}, since {}", name.substr(name_begins.size() + 22), out,
                       name.substr(name_begins.size(), 20));
}

}  // namespace

migration_lock::migration_lock(engine::connection& c, int timeout, const site& where) : connection_{c} {
    using namespace std::chrono;
    if (c.dialect().name == "sqlite") {
        path_ = file_of(c);
        if (path_.empty()) return;
    } else if (c.dialect().name == "mariadb") {
        named_ = std::make_unique<mariadb_lock>(c);
    } else {
        number_ = lock_number(c);
    }
    // Who looks whether somebody migrates has the file for a moment: one try is none.
    const auto until = steady_clock::now() + milliseconds{std::max(timeout, 100)};
    while (!(named_ ? named_->take(this_second(), where) : path_.empty() ? try_server() : try_file(where))) {
        if (steady_clock::now() >= until) {
            std::string holder = migration_lock_holder(c);
            if (holder.empty()) holder = "a process that has just ended";
            throw migration_locked{
                fmt::format("this database is being migrated by {}; waited {} ms. Nothing was changed", holder,
                            timeout),
                {.where = where}};
        }
        std::this_thread::sleep_for(milliseconds{50});
    }
}

bool migration_lock::try_file(const site& where) {
    const auto refuse = [&](const char* doing) {
        const std::string why = std::strerror(errno);
        if (file_ >= 0) close(file_);
        file_ = -1;
        throw migration_error{fmt::format("{} the lock file '{}': {}. Nothing was changed", doing, path_, why),
                              {.where = where}};
    };
    // Whoever may write to the folder could lead us to a file that is not ours to overwrite.
    file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (file_ < 0) refuse("cannot open");
    struct stat here {};
    if (fstat(file_, &here) != 0) refuse("cannot look at");
    if (!S_ISREG(here.st_mode)) {
        errno = EINVAL;
        refuse("cannot use as no regular file");
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) refuse("cannot lock");
        close(file_);
        file_ = -1;
        return false;
    }
    // Whoever held it has removed the file in between, and another one may stand in its place.
    struct stat there {};
    if (lstat(path_.c_str(), &there) != 0 || here.st_ino != there.st_ino || here.st_dev != there.st_dev) {
        close(file_);
        file_ = -1;
        return false;
    }
    const std::string text = fmt::format("{}, since {}\n", this_process(), this_second());
    if (ftruncate(file_, 0) != 0 || pwrite(file_, text.data(), text.size(), 0) < 0) refuse("cannot write");
    return true;
}

bool migration_lock::try_server() {
    engine::cursor row = connection_.run_holding("SELECT pg_try_advisory_lock($1)", {value{number_}});
    on_server_ = row.next() && row.integer(0) != 0;
    row.finish();
    if (on_server_) {
        connection_.execute(
            "SELECT set_config('application_name', $1, false)",
            std::vector<value>{value{fmt::format("{}{}: {}", name_begins, this_second(), this_process())}});
    }
    return on_server_;
}

migration_lock::~migration_lock() {
    if (file_ >= 0) {
        unlink(path_.c_str());
        close(file_);
    }
    if (!on_server_) return;
    connection_.rollback();
    engine::take_back(connection_, [&] {
        connection_.execute("SELECT pg_advisory_unlock($1)", std::vector<value>{value{number_}});
        connection_.execute("RESET application_name");
    });
}

std::string migration_lock_holder(engine::connection& c) {
    if (c.dialect().name == "mariadb") return mariadb_lock{c}.holder();
    if (c.dialect().name != "sqlite") return server_holder(c, lock_number(c));
    const std::string path = file_of(c);
    if (path.empty()) return {};
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return {};
    std::string holder;
    if (flock(file, LOCK_SH | LOCK_NB) != 0) holder = content_of(file);
    close(file);
    return holder;
}

}  // namespace kin::detail
