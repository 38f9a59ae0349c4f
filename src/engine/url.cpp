// Parsing and printing of database URLs.
#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include <kin/engine/url.hpp>

namespace kin::engine {

namespace {

constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:";

[[noreturn]] void fail(std::string_view what, const site& where) {
    throw usage_error{fmt::format("invalid database URL: {}", what), {.where = where}};
}

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decode(std::string_view text, const site& where) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) fail("a % is not followed by two hexadecimal digits", where);
        if (high == 0 && low == 0) fail("%00 cannot be part of it", where);
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

/// `but`: characters that mean something where the text stands.
std::string encode(std::string_view text, std::string_view but = {}) {
    std::string result;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos && but.find(c) == std::string_view::npos) {
            result += c;
        } else {
            fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

bool is_secret(std::string_view option) noexcept {
    return option.find("password") != std::string_view::npos || option.find("secret") != std::string_view::npos;
}

/// Cuts `text` at the separator and returns what is behind it.
std::string_view split(std::string_view& text, char separator) noexcept {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + 1);
    text = text.substr(0, at);
    return rest;
}

void parse_authority(url& to, std::string_view text, const site& where) {
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        std::string_view user = text.substr(0, at);
        to.password = decode(split(user, ':'), where);
        to.user = decode(user, where);
        text.remove_prefix(at + 1);
    }
    std::string_view port;
    if (text.starts_with('[')) {  // an IPv6 address has colons of its own
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) fail("the [ of the host is not closed", where);
        port = text.substr(end + 1);
        if (!port.empty() && !port.starts_with(':')) fail("only a port can stand behind the host", where);
        if (!port.empty()) port.remove_prefix(1);
        to.host = text.substr(1, end - 1);
        // Behind a % stands the name of an interface: fe80::1%eth0.
        const std::size_t zone = std::min(to.host.find('%'), to.host.size());
        if (to.host.find_first_not_of("0123456789abcdefABCDEF:.") < zone ||
            to.host.find_first_not_of(unreserved, zone + 1) != std::string::npos)
            fail("between [ and ] stands an IPv6 address", where);
    } else {
        port = split(text, ':');
        to.host = decode(text, where);
        if (to.host.find(':') != std::string::npos) fail("a name of a host has no colon", where);
    }
    if (port.empty()) return;
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), to.port);
    if (problem != std::errc{} || end != port.data() + port.size() || to.port == 0) {
        fail("the port is not a number from 1 to 65535 (is a character of the password not percent-encoded?)", where);
    }
}

}  // namespace

url url::parse(std::string_view text, const site& where) {
    url result;
    if (text.find('\0') != std::string_view::npos) fail("a byte of zero cannot be part of it", where);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        fail("it starts with a scheme, like sqlite:blog.db or postgresql://user@host/name", where);
    }
    for (const char c : text.substr(0, colon)) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (!good) fail("the scheme has lower-case letters, digits, '+', '-' and '.' only", where);
    }
    result.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);

    std::string_view query = split(text, '?');
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const std::size_t slash = text.find('/');
        parse_authority(result, text.substr(0, slash), where);
        text.remove_prefix(slash == std::string_view::npos ? text.size() : slash);
        // sqlite:///srv/blog.db names a file from the root; elsewhere the slash only separates.
        if (result.scheme != "sqlite" && !text.empty()) text.remove_prefix(1);
    }
    result.path = decode(text, where);

    while (!query.empty()) {
        std::string_view rest = split(query, '&');
        if (!query.empty()) {
            const std::string_view given = split(query, '=');
            if (query.empty()) fail("an option has no name", where);
            std::string name = decode(query, where);
            if (result.find(name)) fail(fmt::format("the option '{}' is given twice", name), where);
            result.options.push_back({std::move(name), decode(given, where)});
        }
        query = rest;
    }
    return result;
}

const std::string* url::find(std::string_view name) const noexcept {
    for (const option& each : options) {
        if (each.name == name) return &each.value;
    }
    return nullptr;
}

std::string url::printed() const {
    std::string text = scheme + ':';
    if (!host.empty() || !user.empty() || port != 0 || path.starts_with("//")) {  // which would name a host
        text += "//" + encode(user, "/:");
        if (!password.empty()) text += ":***";
        if (!user.empty() || !password.empty()) text += '@';
        text += host.find(':') == std::string::npos ? encode(host, "/") : '[' + host + ']';
        if (port != 0) text += ':' + std::to_string(port);
        // Of a file's path the slash is a part, elsewhere it only separates.
        if (scheme != "sqlite" || (!path.empty() && !path.starts_with('/'))) text += '/';
    }
    text += encode(path);
    char separator = '?';
    for (const option& each : options) {
        text += separator + encode(each.name) + '=' + (is_secret(each.name) ? "***" : encode(each.value));
        separator = '&';
    }
    return text;
}

namespace {

bool is_sqlite_memory(const url& address) noexcept {
    const std::string* mode = address.find("mode");
    return address.scheme == "sqlite" && (address.path == ":memory:" || (mode && *mode == "memory"));
}

bool has_shared_cache(const url& address) noexcept {
    const std::string* cache = address.find("cache");
    return cache && *cache == "shared";
}

}  // namespace

bool url::is_private_memory() const noexcept { return is_sqlite_memory(*this) && !has_shared_cache(*this); }
bool url::is_shared_memory() const noexcept {
    return is_sqlite_memory(*this) && has_shared_cache(*this) && path == ":memory:";
}

}  // namespace kin::engine
