// What `up` would send, for those who run it themselves.
#include "migration/printing.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace kin::detail {

namespace {

std::string quoted(std::string_view text) {
    std::string out{"'"};
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + '\'';
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

void print_step(std::string& out, const planned_step& planned, const std::string& history, bool sqlite) {
    const bool without_keys = sqlite && planned.foreign_keys_off;
    out += fmt::format("\n-- {}{}\n", planned.step->called, planned.up ? "" : ", taken back");
    if (without_keys) out += "PRAGMA foreign_keys=OFF;\n";
    if (planned.one_transaction) out += sqlite ? "BEGIN IMMEDIATE;\n" : "BEGIN;\n";
    for (const script_statement& each : planned.statements) out.append(each.text).append(";\n");
    if (without_keys) out += "PRAGMA foreign_key_check;\n";
    print_row(out, planned, history, sqlite);
    if (planned.one_transaction) out += "COMMIT;\n";
    const auto sets_path = [](const script_statement& each) {
        return each.text.find("search_path") < each.text.size();
    };
    if (!sqlite && std::ranges::any_of(planned.statements, sets_path)) out += "RESET search_path;\n";
    if (without_keys) out += "PRAGMA foreign_keys=ON;\n";
}

}  // namespace

std::string print_steps(const std::vector<planned_step>& steps, migration_history& history, const sql::dialect& d) {
    std::string out;
    if (steps.empty()) return out;
    const bool sqlite = d.name == "sqlite";
    // Else a script that fails in its middle would go on.
    out += sqlite ? ".bail on\n" : "\\set ON_ERROR_STOP on\n";
    if (!history.exists()) {
        for (const std::string& each : history.create_statements()) out.append(each).append(";\n");
    }
    for (const planned_step& each : steps) {
        if (each.step->sections.empty()) {
            out += fmt::format("\n-- {} is a function of the program: the script ends here.\n", each.step->called);
            break;
        }
        print_step(out, each, history.name(), sqlite);
    }
    return out;
}

}  // namespace kin::detail
