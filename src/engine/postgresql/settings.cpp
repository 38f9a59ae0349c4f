// A URL as libpq's parameters and our own options.
#include "settings.hpp"

#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string_view>

namespace kin::engine::postgresql {

namespace {

constexpr std::string_view own_options = "prepare, isolation, statement_timeout";

/// What libpq takes an option for that nobody gives: the environment's, or a service's; null: it has no such option.
std::optional<std::string> libpqs(std::string_view name) {
    struct free_options {
        void operator()(PQconninfoOption* all) const noexcept { PQconninfoFree(all); }
    };
    const std::unique_ptr<PQconninfoOption, free_options> all{PQconndefaults()};
    for (const PQconninfoOption* each = all.get(); each != nullptr && each->keyword != nullptr; ++each) {
        if (name == each->keyword) return each->val != nullptr ? each->val : "";
    }
    return std::nullopt;
}

[[noreturn]] void bad_value(const url::option& option, std::string_view choices, const site& where) {
    throw unknown_name{fmt::format("PostgreSQL option '{}': '{}' is none of {}", option.name, option.value, choices),
                       {.where = where}};
}

preparing read_prepare(const url::option& option, const site& where) {
    if (option.value == "on") return preparing::by_name;
    if (option.value == "off") return preparing::never;
    bad_value(option, "on, off", where);
}

std::string read_isolation(const url::option& option, const site& where) {
    if (option.value == "serializable") return "BEGIN ISOLATION LEVEL SERIALIZABLE";
    if (option.value == "repeatable-read") return "BEGIN ISOLATION LEVEL REPEATABLE READ";
    if (option.value == "read-committed") return "BEGIN ISOLATION LEVEL READ COMMITTED";
    bad_value(option, "serializable, repeatable-read, read-committed", where);
}

}  // namespace

settings read_settings(const url& address, const site& where) {
    settings result;
    const auto pass_on = [&result](std::string_view name, std::string value) {
        result.names.emplace_back(name);
        result.values.push_back(std::move(value));
    };
    if (!address.host.empty()) pass_on("host", address.host);
    if (address.port != 0) pass_on("port", std::to_string(address.port));
    if (!address.user.empty()) pass_on("user", address.user);
    if (!address.password.empty()) pass_on("password", address.password);
    if (!address.path.empty()) pass_on("dbname", address.path);
    std::optional<std::string> server_options;
    std::string timeout;
    bool service = false;
    for (const url::option& option : address.options) {
        if (option.name == "prepare") {
            result.how = read_prepare(option, where);
        } else if (option.name == "isolation") {
            result.begin = read_isolation(option, where);
        } else if (option.name == "statement_timeout") {
            const bool digits = !option.value.empty() && option.value.size() < 10 &&
                                option.value.find_first_not_of("0123456789") == std::string::npos;
            if (!digits) bad_value(option, "the numbers of milliseconds from 0 to 999999999", where);
            timeout = option.value;
        } else if (option.name == "client_encoding") {
            throw usage_error{"Kin speaks UTF-8 with PostgreSQL: client_encoding cannot be chosen", {.where = where}};
        } else if (option.name == "options") {
            server_options = option.value;
        } else if (libpqs(option.name)) {
            service = service || option.name == "service";
            pass_on(option.name, option.value);
        } else {
            throw unknown_name{fmt::format("unknown PostgreSQL option '{}'; there are {}, and those of libpq",
                                           option.name, own_options),
                               {.where = where}};
        }
    }
    pass_on("client_encoding", "UTF8");
    pass_on("fallback_application_name", "kin");
    // A `timestamp` without time zone then is what was stored, UTC: the last word, as otherwise it would be read as
    // another moment than was written. Poolers refuse such options. What is given here stands for what libpq would have
    // taken; what a service in the URL says, libpq alone knows, and the zone is set once the connection is made.
    if (result.how == preparing::by_name && (server_options || !service)) {
        if (!server_options) server_options = libpqs("options").value_or("");
        *server_options += server_options->empty() ? "-c TimeZone=UTC" : " -c TimeZone=UTC";
    }
    if (!timeout.empty()) {
        if (!server_options) server_options = libpqs("options").value_or("");
        *server_options += (server_options->empty() ? "-c statement_timeout=" : " -c statement_timeout=") + timeout;
    }
    if (server_options) pass_on("options", std::move(*server_options));
    return result;
}

}  // namespace kin::engine::postgresql
