// SQLite's result codes as Kin's errors.
#include "error.hpp"

#include <fmt/format.h>
#include <new>

#include <kin/engine/cancellation.hpp>

namespace kin::engine::sqlite {

namespace {

struct named_code {
    int code;
    std::string_view name;
};

constexpr named_code names[] = {
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_ABORT, "SQLITE_ABORT"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_RANGE, "SQLITE_RANGE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
    {SQLITE_ABORT_ROLLBACK, "SQLITE_ABORT_ROLLBACK"},
    {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    {SQLITE_BUSY_TIMEOUT, "SQLITE_BUSY_TIMEOUT"},
    {SQLITE_LOCKED_SHAREDCACHE, "SQLITE_LOCKED_SHAREDCACHE"},
    {SQLITE_LOCKED_VTAB, "SQLITE_LOCKED_VTAB"},
    {SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY"},
    {SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK"},
    {SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK"},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    {SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT"},
    {SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
    {SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    {SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    {SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    {SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    {SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    {SQLITE_IOERR_FSTAT, "SQLITE_IOERR_FSTAT"},
    {SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    {SQLITE_IOERR_DELETE, "SQLITE_IOERR_DELETE"},
    {SQLITE_IOERR_SHMOPEN, "SQLITE_IOERR_SHMOPEN"},
    {SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"},
    {SQLITE_IOERR_SHMMAP, "SQLITE_IOERR_SHMMAP"},
    {SQLITE_CORRUPT_VTAB, "SQLITE_CORRUPT_VTAB"},
    {SQLITE_CORRUPT_SEQUENCE, "SQLITE_CORRUPT_SEQUENCE"},
    {SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX"},
    {SQLITE_CANTOPEN_ISDIR, "SQLITE_CANTOPEN_ISDIR"},
    {SQLITE_CANTOPEN_FULLPATH, "SQLITE_CANTOPEN_FULLPATH"},
    {SQLITE_CANTOPEN_SYMLINK, "SQLITE_CANTOPEN_SYMLINK"},
    {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    {SQLITE_CONSTRAINT_COMMITHOOK, "SQLITE_CONSTRAINT_COMMITHOOK"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_FUNCTION, "SQLITE_CONSTRAINT_FUNCTION"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_CONSTRAINT_VTAB, "SQLITE_CONSTRAINT_VTAB"},
    {SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID"},
    {SQLITE_CONSTRAINT_PINNED, "SQLITE_CONSTRAINT_PINNED"},
    {SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE"},
};

std::string name_of_code(int code) {
    for (const int each : {code, code & 0xFF}) {
        for (const named_code& known : names) {
            if (known.code == each) return std::string{known.name};
        }
    }
    return fmt::format("SQLITE_{}", code);
}

}  // namespace

void raise(sqlite3* db, int code, failure what) {
    if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc{};
    // The connection's message speaks of its latest error, which is this one unless the call never reached it.
    const bool latest = db && sqlite3_extended_errcode(db) == code;
    const std::string message = fmt::format("{}: {}", what.doing, latest ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    error_context context{.sql = std::string{what.sql},
                          .parameters = std::move(what.parameters),
                          .code = name_of_code(code),
                          .number = code,
                          .where = what.where};
    // ON DELETE RESTRICT is a trigger inside of SQLite: only the message says that a foreign key refused.
    if (code == SQLITE_CONSTRAINT_TRIGGER && latest &&
        std::string_view{sqlite3_errmsg(db)} == "FOREIGN KEY constraint failed") {
        code = SQLITE_CONSTRAINT_FOREIGNKEY;
    }
    // Who is no longer wanted does not wait for a lock.
    const cancellation* const wish = cancellation::current();
    if ((code & 0xFF) == SQLITE_BUSY && wish != nullptr && wish->requested()) {
        throw statement_canceled{message, std::move(context)};
    }
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            throw unique_violation{message, std::move(context)};
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            throw foreign_key_violation{message, std::move(context)};
        case SQLITE_CONSTRAINT_NOTNULL:
            throw not_null_violation{message, std::move(context)};
        case SQLITE_CONSTRAINT_CHECK:
            throw check_violation{message, std::move(context)};
        case SQLITE_BUSY_SNAPSHOT:
            throw serialization_failure{message, std::move(context)};
        default:
            break;
    }
    switch (code & 0xFF) {
        case SQLITE_CONSTRAINT:
            throw constraint_violation{message, std::move(context)};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw database_locked{message, std::move(context)};
        case SQLITE_INTERRUPT:
            throw statement_canceled{message, std::move(context)};
        case SQLITE_FULL:
            throw disk_full{message, std::move(context)};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw corrupt_database{message, std::move(context)};
        case SQLITE_READONLY:
            throw read_only_database{message, std::move(context)};
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
            throw conversion_error{message, std::move(context)};
        case SQLITE_RANGE:
        case SQLITE_MISUSE:
            throw usage_error{message, std::move(context)};
        default:
            throw database_error{message, std::move(context)};
    }
}

}  // namespace kin::engine::sqlite
