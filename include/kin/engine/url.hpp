// Where a database is: `sqlite:blog.db?busy_timeout=100`, `scheme://user:password@host:port/name?option=value`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kin/value/error.hpp>

namespace kin::engine {

/// A database's address in parts, percent-decoded. Printing it never shows a password.
struct url {
    /// One `name=value` behind the question mark.
    struct option {
        std::string name{};
        std::string value{};
    };

    std::string scheme{};
    std::string user{};
    std::string password{};
    std::string host{};
    std::uint16_t port = 0;  ///< 0: the database's own
    std::string path{};      ///< a file or `:memory:`; behind a host the name of the database
    std::vector<option> options{};

    /// Throws usage_error where the text is no URL; the message does not repeat it, for there may be a password in it.
    [[nodiscard]] static url parse(std::string_view text, const site& where = site::current());

    /// The option's value, or null.
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
    /// For messages and logs: as it was written, with `***` in place of passwords.
    [[nodiscard]] std::string printed() const;
    /// A SQLite database in memory that only its own connection sees: a pool of it has one connection.
    [[nodiscard]] bool is_private_memory() const noexcept;
    /// A SQLite database in memory without a name of its own, shared between connections by `cache=shared`.
    [[nodiscard]] bool is_shared_memory() const noexcept;
};

}  // namespace kin::engine
