// MariaDB's error numbers as Kin's errors.
#include "error.hpp"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>
#include <new>

namespace kin::engine::mariadb {

namespace {

enum class meaning : unsigned char {
    other,
    duplicate,
    foreign_key,
    not_null,
    check,
    constraint,
    conversion,
    deadlock,
    locked,
    serialization,
    canceled,
    read_only,
    full,
    corrupt,
    no_memory,
    lost,
    usage,
};

meaning meaning_of(unsigned number) noexcept {
    switch (number) {
        case ER_DUP_ENTRY:
        case ER_DUP_KEY:
        case ER_DUP_ENTRY_WITH_KEY_NAME:
            return meaning::duplicate;
        case ER_NO_REFERENCED_ROW:
        case ER_NO_REFERENCED_ROW_2:
        case ER_ROW_IS_REFERENCED:
        case ER_ROW_IS_REFERENCED_2:
            return meaning::foreign_key;
        case ER_BAD_NULL_ERROR:
        case ER_NO_DEFAULT_FOR_FIELD:
            return meaning::not_null;
        case ER_CONSTRAINT_FAILED:
        case ER_DATA_TOO_LONG:  // other databases have a check for it
            return meaning::check;
        case ER_WARN_DATA_OUT_OF_RANGE:
        case ER_TRUNCATED_WRONG_VALUE:
        case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
        case WARN_DATA_TRUNCATED:
        case ER_DATA_OUT_OF_RANGE:
        case ER_DIVISION_BY_ZERO:
        case ER_INVALID_CHARACTER_STRING:
        case ER_WRONG_VALUE:
        case ER_WRONG_VALUE_FOR_TYPE:
            return meaning::conversion;
        case ER_LOCK_DEADLOCK:
            return meaning::deadlock;
        case ER_LOCK_WAIT_TIMEOUT:
            return meaning::locked;
        case ER_CHECKREAD:  // "record has changed since last read"
        case ER_NEED_REPREPARE:
        case ER_TABLE_DEF_CHANGED:
        case CR_NEW_STMT_METADATA:
            return meaning::serialization;
        case ER_QUERY_INTERRUPTED:
        case ER_STATEMENT_TIMEOUT:
            return meaning::canceled;
        case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
        case ER_OPTION_PREVENTS_STATEMENT:
        case ER_OPEN_AS_READONLY:
            return meaning::read_only;
        case ER_DISK_FULL:
        case ER_RECORD_FILE_FULL:
            return meaning::full;
        case ER_CRASHED_ON_USAGE:
        case ER_NOT_KEYFILE:
            return meaning::corrupt;
        case ER_OUTOFMEMORY:
        case CR_OUT_OF_MEMORY:
            return meaning::no_memory;
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
        case CR_MALFORMED_PACKET:
        case CR_COMMANDS_OUT_OF_SYNC:
        case ER_SERVER_SHUTDOWN:
        case ER_CONNECTION_KILLED:
        case ER_NET_PACKET_TOO_LARGE:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
            return meaning::lost;
        case ER_WRONG_ARGUMENTS:
            return meaning::usage;
        default:
            return meaning::other;
    }
}

struct told {
    unsigned number;
    std::string text;
    std::string state;
};

[[noreturn]] void raise(const told& error, bool lost, failure what) {
    const std::string message = fmt::format("{}: {}", what.doing, error.text);
    error_context context{.sql = std::string{what.sql},
                          .parameters = std::move(what.parameters),
                          .code = error.state,
                          .number = static_cast<int>(error.number),
                          .where = what.where};
    if (lost) throw connection_lost{message, std::move(context)};
    switch (meaning_of(error.number)) {
        case meaning::duplicate:
            throw unique_violation{message, std::move(context)};
        case meaning::foreign_key:
            throw foreign_key_violation{message, std::move(context)};
        case meaning::not_null:
            throw not_null_violation{message, std::move(context)};
        case meaning::check:
            throw check_violation{message, std::move(context)};
        case meaning::constraint:
            throw constraint_violation{message, std::move(context)};
        case meaning::conversion:
            throw conversion_error{message, std::move(context)};
        case meaning::deadlock:
            throw deadlock{message, std::move(context)};
        case meaning::locked:
            throw database_locked{message, std::move(context)};
        case meaning::serialization:
            throw serialization_failure{message, std::move(context)};
        case meaning::canceled:
            throw statement_canceled{message, std::move(context)};
        case meaning::read_only:
            throw read_only_database{message, std::move(context)};
        case meaning::full:
            throw disk_full{message, std::move(context)};
        case meaning::corrupt:
            throw corrupt_database{message, std::move(context)};
        case meaning::no_memory:
            throw std::bad_alloc{};
        case meaning::lost:
            throw connection_lost{message, std::move(context)};
        case meaning::usage:
            throw usage_error{message, std::move(context)};
        case meaning::other:
            break;
    }
    if (error.state.starts_with("23")) throw constraint_violation{message, std::move(context)};
    if (error.state.starts_with("22")) throw conversion_error{message, std::move(context)};
    if (error.state.starts_with("40")) throw serialization_failure{message, std::move(context)};
    throw database_error{message, std::move(context)};
}

/// `Duplicate entry 'ada@example.org' for key 'users_email'`: the value may be one that is not to be shown.
std::string text_of(unsigned number, const char* message) {
    std::string text{message != nullptr && *message != '\0' ? message : "the server is gone"};
    if (meaning_of(number) == meaning::duplicate && !error::shows_parameters()) {
        const std::size_t first = text.find('\'');
        const std::size_t last = text.rfind("' for key");
        if (first != std::string::npos && last != std::string::npos && last > first) {
            text.erase(first, last + 1 - first);
        }
    }
    for (char& c : text) {
        if (c == '\n' || c == '\t') c = ' ';
    }
    return text;
}

}  // namespace

void raise(MYSQL* connection, bool lost, failure what) {
    const unsigned number = mysql_errno(connection);
    raise(told{number, text_of(number, mysql_error(connection)), mysql_sqlstate(connection)}, lost, std::move(what));
}

void raise(MYSQL_STMT* statement, bool lost, failure what) {
    const unsigned number = mysql_stmt_errno(statement);
    raise(told{number, text_of(number, mysql_stmt_error(statement)), mysql_stmt_sqlstate(statement)}, lost,
          std::move(what));
}

void raise_refused(MYSQL* connection, failure what) {
    const unsigned number = mysql_errno(connection);
    throw connection_failed{fmt::format("{}: {}", what.doing, text_of(number, mysql_error(connection))),
                            {.sql = std::string{what.sql},
                             .code = mysql_sqlstate(connection),
                             .number = static_cast<int>(number),
                             .where = what.where}};
}

bool ends_connection(unsigned number) noexcept { return meaning_of(number) == meaning::lost; }

bool keeps_transaction(unsigned number) noexcept {
    switch (meaning_of(number)) {
        case meaning::duplicate:
        case meaning::foreign_key:
        case meaning::not_null:
        case meaning::check:
        case meaning::constraint:
        case meaning::conversion:
            return true;
        default:
            return false;
    }
}

bool is_outdated(unsigned number) noexcept { return number == CR_NEW_STMT_METADATA; }

bool is_text_only(unsigned number) noexcept { return number == ER_UNSUPPORTED_PS; }

}  // namespace kin::engine::mariadb
