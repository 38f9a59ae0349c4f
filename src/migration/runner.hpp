// Running steps on one connection.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <kin/migration/migrations.hpp>

#include "migration/history.hpp"
#include "migration/plan.hpp"

namespace kin::detail {

/// Runs planned steps one after the other, under a lock that its caller holds.
class migration_runner {
  public:
    /// Gives the connection back when it goes.
    migration_runner(database& db, engine::lease& lease, migration_history& history, const migration_options& options,
                     const site& where)
        : db_{db}, lease_{lease}, history_{history}, options_{options}, where_{where} {}

    /// migration_failed where it fails.
    [[nodiscard]] migration_run run(const planned_step&);

  private:
    struct progress;

    void run_whole(const planned_step&, applied_migration&, progress&);
    void run_in_parts(const planned_step&, applied_migration&, progress&);
    void send(const planned_step&, progress&);
    void call(const planned_step&, progress&, const std::function<void()>& finish);
    [[nodiscard]] bool note_end(const planned_step&, applied_migration&, const progress&);
    void note_failure(const planned_step&, applied_migration&, const progress&, const std::exception_ptr&) noexcept;
    [[nodiscard]] bool stays_begun(const planned_step&) noexcept;
    [[nodiscard]] std::string mending(const planned_step&, const progress&) const;
    void record(const planned_step&, const applied_migration&);
    [[noreturn]] void fail(const planned_step&, const progress&, std::exception_ptr, const std::string& after);

    database& db_;
    engine::lease& lease_;
    migration_history& history_;
    const migration_options& options_;
    const site& where_;
};

}  // namespace kin::detail
