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

/// One with a semicolon in it, a trigger's body, is told apart from its parts by another sign to the program of
/// MariaDB.
void append_line(std::string& out, std::string_view statement, const sql::dialect& d) {
    if (d.name == "mariadb" && has_parts(statement, d)) {
        out.append("DELIMITER $$\n").append(statement).append("$$\nDELIMITER ;\n");
    } else {
        out.append(statement).append(";\n");
    }
}

void append_lines(std::string& out, const std::vector<std::string>& statements, const sql::dialect& d) {
    for (const std::string& each : statements) append_line(out, each, d);
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

std::string_view this_moment(const sql::dialect& d) {
    if (d.name == "sqlite") return "strftime('%Y-%m-%d %H:%M:%S', 'now')";
    return d.name == "mariadb" ? "utc_timestamp()" : "now()";
}

void print_insert(std::string& out, const planned_step& planned, const std::string& history, std::string_view state,
                  const sql::dialect& d) {
    const migration_step& step = *planned.step;
    out += fmt::format(
        "INSERT INTO {} (number, name, checksum, state, direction, statements, started_at, milliseconds, "
        "who)\n"
        "    VALUES ({}, {}, '{}', '{}', 'up', {}, {}, 0, 'a printed script');\n",
        history, step.number, quoted(step.name), step.checksum, state, state == "done" ? planned.statements.size() : 0,
        this_moment(d));
}

/// In front of what is in no transaction: where the script stops in its middle, `up` goes on with nothing.
void print_beginning(std::string& out, const planned_step& planned, const std::string& history, const sql::dialect& d) {
    if (planned.up) return print_insert(out, planned, history, "running", d);
    out += fmt::format("UPDATE {} SET state = 'running', direction = 'down', statements = 0 WHERE number = {};\n",
                       history, planned.step->number);
}

void print_end(std::string& out, const planned_step& planned, const std::string& history, const sql::dialect& d) {
    if (!planned.up) {
        out += fmt::format("DELETE FROM {} WHERE number = {};\n", history, planned.step->number);
    } else if (planned.one_transaction) {
        print_insert(out, planned, history, "done", d);
    } else {
        out += fmt::format("UPDATE {} SET state = 'done', statements = {} WHERE number = {};\n", history,
                           planned.statements.size(), planned.step->number);
    }
}

void print_step(std::string& out, const planned_step& planned, const std::string& history, const sql::dialect& d) {
    const bool sqlite = d.name == "sqlite";
    const bool without_keys = sqlite && planned.foreign_keys_off;
    out += fmt::format("\n-- {}{}\n", planned.step->called, planned.up ? "" : ", taken back");
    if (!planned.one_transaction) print_beginning(out, planned, history, d);
    print_transaction(out, sqlite, planned.one_transaction, without_keys, [&] {
        for (const script_statement& each : planned.statements) append_line(out, each.text, d);
        // Of all tables, as `up` asks: a PRAGMA that finds rows would stop nothing.
        if (without_keys) append_lines(out, sql::require_foreign_keys({}, d), d);
        print_end(out, planned, history, d);
    });
    const auto sets_path = [](const script_statement& each) {
        return each.text.find("search_path") < each.text.size();
    };
    if (d.name == "postgresql" && std::ranges::any_of(planned.statements, sets_path)) out += "RESET search_path;\n";
}

}  // namespace

std::string first_line(const sql::dialect& d) {
    if (d.name == "mariadb") return std::string{d.session} + ";\n";
    return d.name == "sqlite" ? ".bail on\n" : "\\set ON_ERROR_STOP on\n";
}

std::string print_steps(const std::vector<planned_step>& steps, migration_history& history, const sql::dialect& d) {
    std::string out;
    if (steps.empty()) return out;
    out += first_line(d);
    if (!history.exists()) append_lines(out, history.create_statements(), d);
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
    out += first_line(d);
    append_lines(out, script.before, d);
    if (!script.statements.empty()) {
        print_transaction(out, d.name == "sqlite", !d.table_changes_commit, script.foreign_keys_off,
                          [&] { append_lines(out, script.statements, d); });
    }
    append_lines(out, script.after, d);
    return out;
}

}  // namespace kin::detail
