// Steps as a script for psql, sqlite3 or mariadb.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kin/schema/changes.hpp>

#include "migration/history.hpp"
#include "migration/plan.hpp"

namespace kin::detail {

/// The line by which the database's own program stops at the first statement that fails, also where it reads the script
/// from a pipe: `.bail on` of sqlite3, `\set ON_ERROR_STOP on` of psql. That of MariaDB stops anyway, and is told how
/// to read what follows.
[[nodiscard]] std::string first_line(const sql::dialect&);

/// The script also keeps kin_migrations, so that `up` knows what it has run. It ends before a step in C++, and says so.
[[nodiscard]] std::string print_steps(const std::vector<planned_step>&, migration_history&, const sql::dialect&);

/// What makes one catalogue of another, without a step around it. Empty where there is nothing to do.
[[nodiscard]] std::string print_changes(const schema::change_script&, const sql::dialect&);

}  // namespace kin::detail
