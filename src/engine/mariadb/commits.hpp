// Statements that end the open transaction by themselves, before they do anything: whatever changes tables.
#pragma once

#include <string>
#include <string_view>

#include <kin/value/error.hpp>

namespace kin::engine::mariadb {

/// The first such statement of a script that is reached with a transaction open, its first words; empty where there is
/// none. `open`: whether one is as the script begins.
[[nodiscard]] std::string commits_implicitly(std::string_view script, bool open);

/// usage_error: the statement, of which these are the first words, would commit the open transaction.
[[noreturn]] void refuse_commit(const std::string& words, std::string_view sql, const site& where);

}  // namespace kin::engine::mariadb
