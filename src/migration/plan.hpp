// Which steps are to run, found before anything is changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kin/migration/migrations.hpp>
#include <kin/sql/dialect.hpp>

#include "migration/history.hpp"
#include "migration/statements.hpp"

namespace kin::detail {

using migration_steps = std::vector<migration_step>;
using migration_rows = std::vector<applied_migration>;

/// A step as it will run.
struct planned_step {
    const migration_step* step = nullptr;
    bool up = true;
    std::vector<script_statement> statements{};  ///< none: a function of C++
    bool one_transaction = true;
    bool foreign_keys_off = false;
    std::vector<std::string> losses{};  ///< that lines of the step speak of
};

/// migration_error where a number is missing among them.
void check_numbers(const migration_steps&, const site&);
/// migration_error where the database and the steps have gone apart: a step that ran and is unknown or another one now,
/// or one that was left half-way.
void check_history(const migration_steps&, const migration_rows&, const site&);
/// What `up` does; migration_error where one of them has nothing for this database, or does not make sense.
[[nodiscard]] std::vector<planned_step> plan_up(const migration_steps&, const migration_rows&, const sql::dialect&,
                                                const migration_options&, const site&);
[[nodiscard]] std::vector<planned_step> plan_down(const migration_steps&, const migration_rows&, const sql::dialect&,
                                                  const migration_options&, const site&);

}  // namespace kin::detail
