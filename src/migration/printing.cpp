// What `up` would send, for those who run it themselves.
#include "migration/printing.hpp"

#include <fmt/format.h>
#include <algorithm>

#include <kin/sql/alteration.hpp>

namespace kin::detail {

namespace {

std::string quoted(std::string_view text) {
    std::string out{"'"};
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + '\'';
}

void append_line(std::string& out, std::string_view statement) { out.append(statement).append(";\n"); }

void append_lines(std::string& out, const std::vector<std::string>& statements) {
    for (const std::string& each : statements) append_line(out, each);
}

/// `begin` … `COMMIT`, and SQLite's foreign keys off around them, which can only be switched outside.
template <class Inside>
void print_transaction(std::string& out, bool sqlite, bool transaction, bool without_keys, const Inside& inside) {
    if (without_keys) out += "PRAGMA foreign_keys=OFF;\n";
    if (transaction) out += sqlite ? "BEGIN IMMEDIATE;\n" : "BEGIN;\n";
    inside();
    if (transaction) out += "COMMIT;\n";
    if (without_keys) out += "PRAGMA foreign_keys=ON;\n";
}

void print_row(std::string& out, const planned_step& planned, const std::string& history, bool sqlite) {
    const migration_step& step = *planned.step;
    if (!planned.up) {
        out += fmt::format("DELETE FROM {} WHERE number = {};\n", history, step.number);
        return;
    }
    out += fmt::format(
        "INSERT INTO {} (number, name, checksum, state, direction, statements, started_at, milliseconds, "
        "who)\n"
        "    VALUES ({}, {}, '{}', 'done', 'up', {}, {}, 0, 'a printed script');\n",
        history, step.number, quoted(step.name), step.checksum, planned.statements.size(),
        sqlite ? "strftime('%Y-%m-%d %H:%M:%S', 'now')" : "now()");
}

void print_step(std::string& out, const planned_step& planned, const std::string& history, const sql::dialect& d) {
    const bool sqlite = d.name == "sqlite";
    const bool without_keys = sqlite && planned.foreign_keys_off;
    out += fmt::format("\n-- {}{}\n", planned.step->called, planned.up ? "" : ", taken back");
    print_transaction(out, sqlite, planned.one_transaction, without_keys, [&] {
        for (const script_statement& each : planned.statements) append_line(out, each.text);
        // Of all tables, as `up` asks: a PRAGMA that finds rows would stop nothing.
        if (without_keys) append_lines(out, sql::require_foreign_keys({}, d));
        print_row(out, planned, history, sqlite);
    });
    const auto sets_path = [](const script_statement& each) {
        return each.text.find("search_path") < each.text.size();
    };
    if (!sqlite && std::ranges::any_of(planned.statements, sets_path)) out += "RESET search_path;\n";
}

}  // namespace

std::string_view stops_where_it_fails(const sql::dialect& d) {
    return d.name == "sqlite" ? ".bail on\n" : "\\set ON_ERROR_STOP on\n";
}

std::string print_steps(const std::vector<planned_step>& steps, migration_history& history, const sql::dialect& d) {
    std::string out;
    if (steps.empty()) return out;
    out += stops_where_it_fails(d);
    if (!history.exists()) append_lines(out, history.create_statements());
    for (const planned_step& each : steps) {
        if (each.step->sections.empty()) {
            out += fmt::format("\n-- {} is a function of the program: the script ends here.\n", each.step->called);
            break;
        }
        print_step(out, each, history.name(), d);
    }
    return out;
}

std::string print_changes(const schema::change_script& script, const sql::dialect& d) {
    std::string out;
    if (script.before.empty() && script.statements.empty() && script.after.empty()) return out;
    out += stops_where_it_fails(d);
    append_lines(out, script.before);
    if (!script.statements.empty()) {
        print_transaction(out, d.name == "sqlite", true, script.foreign_keys_off,
                          [&] { append_lines(out, script.statements); });
    }
    append_lines(out, script.after);
    return out;
}

}  // namespace kin::detail
