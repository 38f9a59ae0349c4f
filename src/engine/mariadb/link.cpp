// The line to a server: connecting, waiting, text.
#include "link.hpp"

#include <errmsg.h>
#include <fmt/format.h>
#include <charconv>
#include <mutex>
#include <new>

#include <kin/engine/wait.hpp>
#include <kin/sql/dialect.hpp>

#include "error.hpp"

namespace kin::engine::mariadb {

namespace {

constexpr unsigned long oldest_server = 100700;  // `uuid` is a type, SKIP LOCKED and RETURNING are there

/// The library's own preparations, which two threads must not make at once.
void prepare_library() {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

link::link(const settings& with, const std::string& doing, const site& where) {
    prepare_library();
    handle_ = mysql_init(nullptr);
    if (handle_ == nullptr) throw std::bad_alloc{};
    try {
        connect(with, doing, where);
        socket_.emplace(static_cast<int>(mysql_get_socket(handle_)));
        configure(with, doing, where);
    } catch (...) {
        socket_.reset();
        mysql_close(handle_);
        throw;
    }
}

link::~link() {
    socket_.reset();
    mysql_close(handle_);
}

void link::connect(const settings& with, const std::string& doing, const site& where) {
    MYSQL* const c = handle_;
    const my_bool no = 0;
    const unsigned no_files = 0;
    mysql_options(c, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(c, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options(c, MYSQL_OPT_RECONNECT, &no);
    mysql_options(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (with.connect_timeout > 0) mysql_options(c, MYSQL_OPT_CONNECT_TIMEOUT, &with.connect_timeout);
    if (with.tls != transport_security::off) {
        const my_bool yes = 1;
        const my_bool verify = with.tls == transport_security::verified ? 1 : 0;
        mysql_options(c, MYSQL_OPT_SSL_ENFORCE, &yes);
        mysql_options(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
        mysql_ssl_set(c, or_null(with.tls_key), or_null(with.tls_certificate), or_null(with.tls_authority), nullptr,
                      nullptr);
    }
    if (with.socket.empty() && with.port != 0) {  // a `localhost` would be a socket all the same
        const unsigned tcp = MYSQL_PROTOCOL_TCP;
        mysql_options(c, MYSQL_OPT_PROTOCOL, &tcp);
    }
    MYSQL* connected = nullptr;
    settle(
        [&] {
            return mysql_real_connect_start(&connected, c, or_null(with.host), with.user.c_str(), with.password.c_str(),
                                            or_null(with.database), with.port, or_null(with.socket),
                                            CLIENT_MULTI_STATEMENTS);
        },
        [&](int came) { return mysql_real_connect_cont(&connected, c, came); });
    if (connected == nullptr) raise_refused(c, {doing, {}, {}, where});
}

void link::configure(const settings& with, const std::string& doing, const site& where) {
    const unsigned long version = mysql_get_server_version(handle_);
    if (mariadb_connection(handle_) == 0 || version < oldest_server) {
        throw connection_failed{fmt::format("{}: the server is {}{}; Kin needs MariaDB 10.7 or newer", doing,
                                            mariadb_connection(handle_) == 0 ? "not MariaDB but version " : "too old: ",
                                            mysql_get_server_info(handle_)),
                                {.where = where}};
    }
    std::string sql{sql::mariadb_dialect().session};
    if (with.statement_timeout > 0) {
        sql += fmt::format(", max_statement_time = {}.{:03}", with.statement_timeout / 1000,
                           with.statement_timeout % 1000);
    }
    if (with.lock_timeout >= 0) sql += fmt::format(", innodb_lock_wait_timeout = {}", with.lock_timeout);
    if (!with.isolation.empty()) sql += fmt::format(", tx_isolation = '{}'", with.isolation);
    if (!query(sql)) raise(handle_, false, {doing, sql, {}, where});
    const std::string most = one("SELECT @@max_allowed_packet");
    std::from_chars(most.data(), most.data() + most.size(), most_bytes_);
    if (most_bytes_ == 0) raise(handle_, lost_, {doing, {}, {}, where});
}

int link::wait(int status) {
    unsigned wanted = 0;
    if ((status & MYSQL_WAIT_READ) != 0) wanted |= static_cast<unsigned>(readiness::read);
    if ((status & MYSQL_WAIT_WRITE) != 0) wanted |= static_cast<unsigned>(readiness::write);
    int milliseconds = -1;
    if ((status & MYSQL_WAIT_TIMEOUT) != 0) milliseconds = static_cast<int>(mysql_get_timeout_value_ms(handle_));
    const auto to = static_cast<readiness>(wanted);
    const readiness came = socket_ ? wait_for(*socket_, to, milliseconds)
                                   : wait_for(static_cast<int>(mysql_get_socket(handle_)), to, milliseconds);
    if (came == readiness::none) return MYSQL_WAIT_TIMEOUT;
    return (has(came, readiness::read) ? MYSQL_WAIT_READ : 0) | (has(came, readiness::write) ? MYSQL_WAIT_WRITE : 0);
}

bool link::query(std::string_view sql) {
    int error = 0;
    settle([&] { return mysql_real_query_start(&error, handle_, sql.data(), sql.size()); },
           [&](int came) { return mysql_real_query_cont(&error, handle_, came); });
    while (error == 0) {
        MYSQL_RES* rows = nullptr;
        settle([&] { return mysql_store_result_start(&rows, handle_); },
               [&](int came) { return mysql_store_result_cont(&rows, handle_, came); });
        if (rows != nullptr) mysql_free_result(rows);
        if (rows == nullptr && mysql_errno(handle_) != 0) break;
        in_doubt_ = false;
        settle([&] { return mysql_next_result_start(&error, handle_); },
               [&](int came) { return mysql_next_result_cont(&error, handle_, came); });
        if (error == -1) return true;
    }
    failed(mysql_errno(handle_));
    return false;
}

/// The one cell of the one row, or nothing.
std::string link::one(const char* select) {
    int error = 0;
    settle([&] { return mysql_real_query_start(&error, handle_, select, std::string_view{select}.size()); },
           [&](int came) { return mysql_real_query_cont(&error, handle_, came); });
    MYSQL_RES* rows = nullptr;
    if (error == 0) {
        settle([&] { return mysql_store_result_start(&rows, handle_); },
               [&](int came) { return mysql_store_result_cont(&rows, handle_, came); });
    }
    if (rows == nullptr) {
        failed(mysql_errno(handle_));
        return {};
    }
    const MYSQL_ROW row = mysql_fetch_row(rows);
    std::string cell{row != nullptr && row[0] != nullptr ? row[0] : ""};
    mysql_free_result(rows);
    return cell;
}

/// The library has closed the socket.
void link::lose() noexcept {
    lost_ = true;
    if (socket_) socket_->watched_by.reset();
}

void link::failed(unsigned number) noexcept {
    if (ends_connection(number)) lose();
    if (!keeps_transaction(number)) in_doubt_ = true;
}

bool link::had_transaction() const noexcept { return !lost_ && (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0; }

/// What the server says of its state comes with success alone.
bool link::in_transaction() noexcept {
    if (!had_transaction()) return false;
    if (!in_doubt_) return true;
    const bool is = one("SELECT @@in_transaction") == "1";
    in_doubt_ = false;
    return is && !lost_;
}

bool link::alive() noexcept {
    if (lost_) return false;
    // An idle server sends nothing but its farewell, and what belongs to the encryption.
    if (wait_for(static_cast<int>(mysql_get_socket(handle_)), readiness::read, 0) == readiness::none) return true;
    int error = 0;
    settle([&] { return mysql_ping_start(&error, handle_); },
           [&](int came) { return mysql_ping_cont(&error, handle_, came); });
    if (error != 0) lose();
    return !lost_;
}

}  // namespace kin::engine::mariadb
