// Statements that end the open transaction by themselves, before they do anything: whatever changes tables.
#pragma once

#include <string>
#include <string_view>

namespace kin::engine::mariadb {

/// The first such statement of a script that is reached with a transaction open, its first words; empty where there is
/// none. `open`: whether one is as the script begins.
[[nodiscard]] std::string commits_implicitly(std::string_view script, bool open);

}  // namespace kin::engine::mariadb
