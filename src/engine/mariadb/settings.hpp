// A URL as what Connector/C and the session are told.
#pragma once

#include <cstdint>
#include <string>

#include <kin/engine/url.hpp>

namespace kin::engine::mariadb {

enum class transport_security : std::uint8_t { off, on, verified };

struct settings {
    std::string host{};
    std::string user{};
    std::string password{};
    std::string database{};
    std::string socket{};
    unsigned port = 0;
    unsigned connect_timeout = 0;    ///< seconds; 0: for ever
    unsigned statement_timeout = 0;  ///< milliseconds; 0: for ever
    int lock_timeout = -1;           ///< seconds; below 0: the server's
    std::string isolation{};         ///< as tx_isolation has it; empty: the server's
    transport_security tls = transport_security::off;
    std::string tls_authority{};
    std::string tls_certificate{};
    std::string tls_key{};
};

/// Throws unknown_name for an option that there is not, and usage_error for one that Kin has chosen itself.
[[nodiscard]] settings read_settings(const url&, const site& where);

}  // namespace kin::engine::mariadb
