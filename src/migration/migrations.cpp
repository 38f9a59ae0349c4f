// What users call, in the order of a deployment: look, lock, read, refuse or run.
#include <kin/migration/migrations.hpp>

#include <fmt/format.h>
#include <algorithm>

#include <kin/engine/connection.hpp>

#include "migration/lock.hpp"
#include "migration/losses.hpp"
#include "migration/plan.hpp"
#include "migration/printing.hpp"
#include "migration/runner.hpp"
#include "migration/step_file.hpp"

namespace kin {

namespace {

using planner = std::vector<detail::planned_step> (*)(const detail::migration_steps&, const detail::migration_rows&,
                                                      const sql::dialect&, const migration_options&, const site&);

bool are_done(const detail::migration_rows& rows) {
    return std::ranges::all_of(rows, &detail::applied_migration::is_done);
}

/// Found under the lock: only a step that was shown may run.
void check_expected(const std::vector<detail::planned_step>& planned, const migration_options& options,
                    const site& where) {
    if (!options.expected) return;
    for (const detail::planned_step& each : planned) {
        if (std::ranges::find(*options.expected, each.step->number) != options.expected->end()) continue;
        throw migration_error{
            fmt::format("step {} ({}) would be {} now, which was not shown before: somebody else has migrated this "
                        "database in between. Look again. Nothing was changed",
                        each.step->number, each.step->name, each.up ? "run" : "taken back"),
            {.where = where}};
    }
}

std::vector<migration_run> run(const detail::migration_steps& steps, database& db, planner plan,
                               const migration_options& options, const site& where) {
    detail::check_numbers(steps, where);
    engine::lease lease = db.connect(where);
    engine::connection& c = *lease;
    detail::migration_history history{c};
    // Most who start find that all has run: they need no lock, and no right to have one.
    if (const detail::migration_rows rows = history.read(); are_done(rows)) {
        detail::check_history(steps, rows, where);
        if (plan(steps, rows, c.dialect(), options, where).empty()) return {};
    }
    const detail::migration_lock lock{c, options.lock_timeout, where};
    const detail::migration_rows rows = history.read();
    detail::check_history(steps, rows, where);
    const std::vector<detail::planned_step> planned = plan(steps, rows, c.dialect(), options, where);
    check_expected(planned, options, where);
    std::vector<migration_run> done;
    if (planned.empty()) return done;
    history.create(where);
    detail::migration_runner runner{db, lease, history, options, where};
    for (const detail::planned_step& each : planned) done.push_back(runner.run(each));
    return done;
}

/// What would run, found as `run` does.
std::vector<detail::planned_step> look(const detail::migration_steps& steps, engine::connection& c, planner plan,
                                       const migration_options& options, const site& where) {
    detail::check_numbers(steps, where);
    const detail::migration_rows rows = detail::migration_history{c}.read();
    detail::check_history(steps, rows, where);
    return plan(steps, rows, c.dialect(), options, where);
}

std::string print(const detail::migration_steps& steps, database& db, planner plan, const migration_options& options,
                  const site& where) {
    const engine::lease lease = db.connect(where);
    detail::migration_history history{*lease};
    return detail::print_steps(look(steps, *lease, plan, options, where), history, lease->dialect());
}

std::vector<migration_preview> preview(const detail::migration_steps& steps, database& db, planner plan,
                                       const migration_options& options, const site& where) {
    const engine::lease lease = db.connect(where);
    std::vector<migration_preview> out;
    for (const detail::planned_step& each : look(steps, *lease, plan, options, where)) {
        migration_preview& made = out.emplace_back();
        made.number = each.step->number;
        made.name = each.step->name;
        made.losses = detail::losses_of(each, lease->dialect());
        for (const detail::script_statement& statement : each.statements) made.statements.push_back(statement.text);
    }
    return out;
}

migration_state state_of(const detail::applied_migration& row) {
    if (row.is_done()) return migration_state::done;
    return row.state == "failed" ? migration_state::failed : migration_state::running;
}

migration_status::step status_of(const detail::applied_migration& row, const detail::migration_step* step) {
    return {.number = row.number,
            .name = step != nullptr ? step->name : row.name,
            .file = step != nullptr && !step->sections.empty() ? step->called : std::string{},
            .state = state_of(row),
            .known = step != nullptr,
            .changed = step != nullptr && step->checksum != row.checksum,
            .taking_back = !row.is_done() && row.goes_down(),
            .started_at = row.started_at,
            .milliseconds = row.milliseconds,
            .who = row.who,
            .statements = row.statements,
            .statement = row.statement.value_or(""),
            .error = row.error.value_or("")};
}

}  // namespace

std::size_t migration_status::pending() const noexcept {
    return static_cast<std::size_t>(std::ranges::count(steps, migration_state::pending, &step::state));
}

migrations::migrations(std::vector<migration> steps, const site& where) {
    for (migration& each : steps) add(std::move(each), where);
}

migrations::migrations(const std::string& folder, std::vector<migration> steps, const site& where)
    : migrations{std::move(steps), where} {
    add_folder(folder, where);
}

migrations& migrations::add(migration step, const site& where) {
    add_step(detail::step_of(std::move(step), where), where);
    return *this;
}

migrations& migrations::add_sql(std::string_view file_name, std::string_view text, const site& where) {
    add_step(detail::read_step(file_name, text, where), where);
    return *this;
}

migrations& migrations::add_folder(const std::string& folder, const site& where) {
    for (detail::migration_step& each : detail::read_steps(folder, where)) add_step(std::move(each), where);
    return *this;
}

void migrations::add_step(detail::migration_step step, const site& where) {
    const auto at = std::ranges::lower_bound(steps_, step.number, {}, &detail::migration_step::number);
    if (at != steps_.end() && at->number == step.number) {
        throw migration_error{fmt::format("{} and {} have the same number", at->called, step.called), {.where = where}};
    }
    steps_.insert(at, std::move(step));
}

migration_status migrations::status(database& db, const site& where) const {
    const engine::lease lease = db.connect(where);
    const detail::migration_rows rows = detail::migration_history{*lease}.read();
    migration_status out;
    out.locked_by = detail::migration_lock_holder(*lease);
    auto step = steps_.begin();
    const auto pending_before = [&](std::int64_t number) {
        for (; step != steps_.end() && step->number < number; ++step) {
            out.steps.push_back({.number = step->number,
                                 .name = step->name,
                                 .file = step->sections.empty() ? std::string{} : step->called});
        }
    };
    for (const detail::applied_migration& row : rows) {
        pending_before(row.number);
        const bool known = step != steps_.end() && step->number == row.number;
        out.steps.push_back(status_of(row, known ? &*step : nullptr));
        if (known) ++step;
    }
    pending_before(INT64_MAX);
    try {
        detail::check_numbers(steps_, where);
        detail::check_history(steps_, rows, where);
        (void)detail::plan_up(steps_, rows, lease->dialect(), {}, where);
    } catch (const migration_error& e) {
        constexpr std::string_view nothing = ". Nothing was changed";
        out.problem = e.message();
        if (out.problem.ends_with(nothing)) out.problem.resize(out.problem.size() - nothing.size());
    }
    return out;
}

std::vector<migration_run> migrations::up(database& db, const migration_options& options, const site& where) const {
    return run(steps_, db, &detail::plan_up, options, where);
}

std::vector<migration_run> migrations::down(database& db, const migration_options& options, const site& where) const {
    return run(steps_, db, &detail::plan_down, options, where);
}

std::vector<migration_preview> migrations::preview_up(database& db, const migration_options& options,
                                                      const site& where) const {
    return preview(steps_, db, &detail::plan_up, options, where);
}

std::vector<migration_preview> migrations::preview_down(database& db, const migration_options& options,
                                                        const site& where) const {
    return preview(steps_, db, &detail::plan_down, options, where);
}

std::string migrations::sql(database& db, const migration_options& options, const site& where) const {
    return print(steps_, db, &detail::plan_up, options, where);
}

std::string migrations::sql_down(database& db, const migration_options& options, const site& where) const {
    return print(steps_, db, &detail::plan_down, options, where);
}

void migrations::mark_done(database& db, std::int64_t number, const site& where) const {
    const auto step = std::ranges::find(steps_, number, &detail::migration_step::number);
    if (step == steps_.end()) throw migration_error{fmt::format("there is no step {}", number), {.where = where}};
    engine::lease lease = db.connect(where);
    const detail::migration_lock lock{*lease, migration_options{}.lock_timeout, where};
    detail::migration_history history{*lease};
    history.create(where);
    const detail::applied_migration row{.number = number,
                                        .name = step->name,
                                        .checksum = step->checksum,
                                        .state = "done",
                                        .direction = "up",
                                        .started_at = detail::now(),
                                        .who = detail::this_process() + ", marked"};
    if (!history.update(row)) history.insert(row);
}

void migrations::mark_undone(database& db, std::int64_t number, const site& where) const {
    engine::lease lease = db.connect(where);
    const detail::migration_lock lock{*lease, migration_options{}.lock_timeout, where};
    detail::migration_history history{*lease};
    if (!history.exists() || !history.remove(number)) {
        throw migration_error{fmt::format("step {} has not run on this database", number), {.where = where}};
    }
}

}  // namespace kin
