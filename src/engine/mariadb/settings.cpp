// A URL as what Connector/C and the session are told.
#include "settings.hpp"

#include <fmt/format.h>
#include <charconv>
#include <string_view>

namespace kin::engine::mariadb {

namespace {

constexpr std::string_view option_names =
    "socket, connect_timeout, statement_timeout, lock_timeout, isolation, ssl, ssl_ca, ssl_cert, ssl_key";

[[noreturn]] void bad_value(const url::option& option, std::string_view choices, const site& where) {
    throw unknown_name{fmt::format("MariaDB option '{}': '{}' is none of {}", option.name, option.value, choices),
                       {.where = where}};
}

unsigned number(const url::option& option, const site& where) {
    constexpr unsigned most = 999999999;
    unsigned result = 0;
    const char* end = option.value.data() + option.value.size();
    const auto [at, problem] = std::from_chars(option.value.data(), end, result);
    if (problem != std::errc{} || at != end || result > most) {
        bad_value(option, fmt::format("the numbers from 0 to {}", most), where);
    }
    return result;
}

std::string read_isolation(const url::option& option, const site& where) {
    if (option.value == "serializable") return "SERIALIZABLE";
    if (option.value == "repeatable-read") return "REPEATABLE-READ";
    if (option.value == "read-committed") return "READ-COMMITTED";
    bad_value(option, "serializable, repeatable-read, read-committed", where);
}

transport_security read_security(const url::option& option, const site& where) {
    if (option.value == "off") return transport_security::off;
    if (option.value == "on") return transport_security::on;
    if (option.value == "verified") return transport_security::verified;
    bad_value(option, "off, on, verified", where);
}

}  // namespace

settings read_settings(const url& address, const site& where) {
    settings result;
    result.host = address.host;
    result.user = address.user;
    result.password = address.password;
    result.database = address.path;
    result.port = address.port;
    for (const url::option& option : address.options) {
        if (option.name == "socket") {
            result.socket = option.value;
        } else if (option.name == "connect_timeout") {
            result.connect_timeout = number(option, where);
        } else if (option.name == "statement_timeout") {
            result.statement_timeout = number(option, where);
        } else if (option.name == "lock_timeout") {
            result.lock_timeout = static_cast<int>(number(option, where));
        } else if (option.name == "isolation") {
            result.isolation = read_isolation(option, where);
        } else if (option.name == "ssl") {
            result.tls = read_security(option, where);
        } else if (option.name == "ssl_ca") {
            result.tls_authority = option.value;
        } else if (option.name == "ssl_cert") {
            result.tls_certificate = option.value;
        } else if (option.name == "ssl_key") {
            result.tls_key = option.value;
        } else if (option.name == "charset" || option.name == "sql_mode" || option.name == "time_zone") {
            throw usage_error{
                fmt::format("Kin speaks utf8mb4 with MariaDB, in its strict mode and in UTC, so that nothing "
                            "is lost on the way: the option '{}' cannot be chosen, leave it out",
                            option.name),
                {.where = where}};
        } else {
            throw unknown_name{fmt::format("unknown MariaDB option '{}'; there are {}", option.name, option_names),
                               {.where = where}};
        }
    }
    const bool files = !result.tls_authority.empty() || !result.tls_certificate.empty() || !result.tls_key.empty();
    if (files && result.tls == transport_security::off) {
        throw usage_error{"MariaDB options ssl_ca, ssl_cert and ssl_key mean nothing without ssl=on or ssl=verified",
                          {.where = where}};
    }
    return result;
}

}  // namespace kin::engine::mariadb
