// What `up` and `down` would do, and everything that speaks against it.
#include "migration/plan.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace kin::detail {

namespace {

/// From here on a number is a date, and numbers between two have no meaning.
constexpr std::int64_t first_date = 10000000;

[[noreturn]] void refuse(const std::string& why, const site& where) {
    throw migration_error{why + ". Nothing was changed", {.where = where}};
}

const migration_step* find(const migration_steps& steps, std::int64_t number) {
    const auto found = std::ranges::find(steps, number, &migration_step::number);
    return found == steps.end() ? nullptr : &*found;
}

std::string described(const applied_migration& row) { return fmt::format("step {} ({})", row.number, row.name); }

/// What was begun outside of a transaction and did not end.
void refuse_half_done(const applied_migration& row, const site& where) {
    const char* way = row.goes_down() ? "down" : "up";
    std::string what = row.state == "failed"
                           ? fmt::format("{} has failed half-way {}", described(row), way)
                           : fmt::format("{} was begun ({}) by {} and has not ended", described(row), way, row.who);
    what += fmt::format("; {} of its statements {} done", row.statements, row.statements == 1 ? "is" : "are");
    if (row.statement) what += fmt::format(", the next one failed: {}", row.error.value_or(""));
    refuse(
        what + fmt::format(". It is outside of a transaction: look what is there of it, finish it or take it back by "
                           "hand, then say which: mark {} done, or mark {} undone",
                           row.number, row.number),
        where);
}

/// What makes no sense in a step, or worse, would make sense.
void check_statements(const planned_step& planned, const sql::dialect& d, const site& where) {
    for (const script_statement& each : planned.statements) {
        const std::string words = first_words(each.text, 2, d);
        const std::string first = words.substr(0, words.find(' '));
        const auto at = [&](std::string_view why) {
            refuse(fmt::format("{}:{}: {}", planned.step->called, each.line, why), where);
        };
        if (planned.one_transaction) {
            if (first == "BEGIN" || first == "COMMIT" || first == "END" || first == "ABORT" ||
                words == "START TRANSACTION" || words == "PREPARE TRANSACTION" ||
                (first == "ROLLBACK" && words != "ROLLBACK TO")) {
                at(fmt::format("{}: a step is one transaction already; with `-- no transaction` it is none", first));
            }
        }
        if (d.name == "sqlite" && words == "PRAGMA FOREIGN_KEYS" && planned.one_transaction) {
            at("PRAGMA foreign_keys does nothing within a transaction: say `-- foreign keys off` in a line of its own");
        }
    }
}

const migration_section* section_for(const migration_step& step, bool up, const sql::dialect& d, const site& where) {
    const migration_section* general = nullptr;
    std::string others;
    for (const migration_section& each : step.sections) {
        if (each.up != up) continue;
        if (each.dialect == d.name) return &each;
        if (each.dialect.empty()) {
            general = &each;
        } else {
            others.append(others.empty() ? "" : ", ").append(each.dialect);
        }
    }
    if (general != nullptr) return general;
    const char* way = up ? "up" : "down";
    if (others.empty()) refuse(fmt::format("{} has no `-- {}`: it cannot be taken back", step.called, way), where);
    refuse(fmt::format("{} has no `-- {}` for {}, only for {}", step.called, way, d.name, others), where);
}

planned_step planned(const migration_step& step, bool up, const sql::dialect& d, const site& where) {
    planned_step out{.step = &step, .up = up};
    if (step.sections.empty()) {
        if (!up && !step.down) refuse(step.called + " has no function that takes it back", where);
        out.one_transaction = !step.in_batches;
        return out;
    }
    const migration_section& section = *section_for(step, up, d, where);
    script parts = split_script(section.text, d, section.line);
    if (parts.open_line != 0) {
        refuse(fmt::format("{}:{}: {} begins here and does not end", step.called, parts.open_line, parts.open_what),
               where);
    }
    out.statements = std::move(parts.statements);
    out.one_transaction = section.one_transaction;
    out.foreign_keys_off = section.foreign_keys_off;
    out.losses = section.losses;
    check_statements(out, d, where);
    // What commits by itself is in no transaction, whatever is said.
    const auto commits = [&](const script_statement& each) {
        return d.table_changes_commit && changes_tables(each.text);
    };
    if (std::ranges::any_of(out.statements, commits)) out.one_transaction = false;
    return out;
}

}  // namespace

void check_numbers(const migration_steps& steps, const site& where) {
    for (std::size_t i = 1; i < steps.size(); ++i) {
        const std::int64_t before = steps[i - 1].number;
        if (steps[i].number == before + 1 || steps[i].number >= first_date) continue;
        const bool one = steps[i].number == before + 2;
        refuse(fmt::format("{} {} missing between {} and {}",
                           one ? fmt::format("step {}", before + 1)
                               : fmt::format("steps {} to {}", before + 1, steps[i].number - 1),
                           one ? "is" : "are", steps[i - 1].called, steps[i].called),
               where);
    }
}

void check_history(const migration_steps& steps, const migration_rows& rows, const site& where) {
    for (const applied_migration& row : rows) {
        if (!row.is_done()) refuse_half_done(row, where);
    }
    for (const applied_migration& row : rows) {
        const migration_step* step = find(steps, row.number);
        if (step == nullptr && (steps.empty() || row.number > steps.back().number)) {
            refuse(fmt::format(
                       "{} has run on this database, and this program's last step is {}: it is older than the database",
                       described(row), steps.empty() ? "none" : std::to_string(steps.back().number)),
                   where);
        }
        if (step == nullptr) {
            refuse(described(row) + " has run on this database, and this program has no such step", where);
        }
        if (step->checksum != row.checksum) {
            refuse(fmt::format(
                       "{} was changed since it ran on this database (checksum {}, now {}): write another step, or "
                       "say that it stands as it is now: mark {} done",
                       step->called, row.checksum, step->checksum, row.number),
                   where);
        }
    }
}

std::vector<planned_step> plan_up(const migration_steps& steps, const migration_rows& rows, const sql::dialect& d,
                                  const migration_options& options, const site& where) {
    std::vector<planned_step> out;
    const std::int64_t last = rows.empty() ? -1 : rows.back().number;
    if (options.to && find(steps, *options.to) == nullptr) {
        refuse(fmt::format("there is no step {}", *options.to), where);
    }
    for (const migration_step& step : steps) {
        if (options.to && step.number > *options.to) break;
        if (std::ranges::find(rows, step.number, &applied_migration::number) != rows.end()) continue;
        if (step.number < last && !options.out_of_order) {
            refuse(
                fmt::format("{} has not run on this database, but {} has: give it a number behind that, or allow steps "
                            "out of order",
                            step.called, described(rows.back())),
                where);
        }
        if (out.size() == options.steps) break;
        out.push_back(planned(step, true, d, where));
    }
    return out;
}

std::vector<planned_step> plan_down(const migration_steps& steps, const migration_rows& rows, const sql::dialect& d,
                                    const migration_options& options, const site& where) {
    std::vector<planned_step> out;
    if (options.to && *options.to != 0 && find(steps, *options.to) == nullptr) {
        refuse(fmt::format("there is no step {}", *options.to), where);
    }
    const std::size_t most = options.to || options.steps != migration_options::all ? options.steps : 1;
    for (auto row = rows.rbegin(); row != rows.rend() && out.size() < most; ++row) {
        if (options.to && row->number <= *options.to) break;
        out.push_back(planned(*find(steps, row->number), false, d, where));
    }
    return out;
}

}  // namespace kin::detail
