// make: the next step, out of what the models want and the database does not have.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <kin/engine/connection.hpp>
#include <kin/schema/changes.hpp>

#include "command_line/commands.hpp"

namespace kin::command_line {

namespace {

/// What stands in one file.
struct new_step {
    std::string name{};
    std::string up{};
    std::string down{};
};

std::string lines_of(const std::vector<std::string>& statements) {
    std::string out;
    for (const std::string& each : statements) out.append(each).append(";\n");
    return out;
}

/// A section of the file for one database; the others are to be written by hand, or by `make` on them.
std::string section(std::string_view way, std::string_view dialect, const std::vector<std::string>& statements,
                    bool transaction, bool foreign_keys_off) {
    return fmt::format("-- {} {}\n{}{}{}", way, dialect, transaction ? "" : "-- no transaction\n",
                       foreign_keys_off ? "-- foreign keys off\n" : "", lines_of(statements));
}

/// In one line whatever names and types of the database hold.
std::string comment_line(std::string_view what, std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, ' ');
    return fmt::format("-- {}: {}\n", what, text);
}

/// `-- loses data: …`
std::string reason_line(const schema::difference& each) {
    return comment_line(schema::to_string(each.risk), each.reason);
}

std::string reasons_of(const std::vector<schema::difference>& all, bool losses) {
    std::string out;
    for (const schema::difference& each : all) {
        if ((each.risk == schema::risk::loses_data) == losses) out += reason_line(each);
    }
    return out;
}

/// `-- down` of one file. A table that is made anew says nothing of the columns that it does not take along.
std::string section_back(std::string_view dialect, const schema::part_back& back) {
    const schema::change_script& script = back.script;
    std::string text =
        section("down", dialect, script.all(), script.before.empty() && script.after.empty(), script.foreign_keys_off);
    std::string losses;
    for (const schema::difference& each : back.differences) {
        const bool says_so = !script.foreign_keys_off || each.what == schema::change::table_dropped;
        if (!says_so && each.risk == schema::risk::loses_data) losses += reason_line(each);
    }
    return text.insert(text.find('\n') + 1, losses);
}

/// A file for what is one transaction, and for what is to be in front of it or behind it: each takes itself back.
std::vector<new_step> steps_of(const schema::comparison& of, const std::string& name, const sql::dialect& dialect,
                               const arguments& asked) {
    const schema::change_options how{.concurrently = asked.concurrently, .validate_later = asked.concurrently};
    const schema::change_script up = schema::changes(of.is, of.wanted, of.differences, dialect, how);
    const schema::way_back back = schema::changes_back(of.is, of.wanted, of.differences, dialect, how);
    std::vector<new_step> out;
    const auto add = [&](std::string_view suffix, const std::vector<std::string>& statements, bool transaction,
                         const schema::part_back& taken_back) {
        if (statements.empty()) return;
        out.push_back({name + std::string{suffix},
                       section("up", dialect.name, statements, transaction, transaction && up.foreign_keys_off),
                       section_back(dialect.name, taken_back)});
    };
    add("_before", up.before, false, back.before);
    add("", up.statements, true, back.statements);
    add("_after", up.after, false, back.after);
    if (out.empty()) return out;
    // What is lost is lost on the way up, where the transaction is.
    std::string& main = out[up.before.empty() || up.statements.empty() ? 0 : 1].up;
    main.insert(main.find('\n') + 1, reasons_of(of.differences, true));
    std::string reasons = reasons_of(of.differences, false);
    for (const std::string& each : up.by_hand) reasons += comment_line("by hand", each);
    out.front().up.insert(0, reasons);
    return out;
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32] = "";
    (void)std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts);
    return text;
}

/// Behind the last one, and written as that is: `0008`, or the time where numbers are times.
std::string next_number(const migration_status& status, std::size_t offset) {
    const std::int64_t last = status.steps.empty() ? 0 : status.steps.back().number;
    constexpr std::int64_t first_date = 10000000;
    if (last >= first_date) {
        const std::int64_t now = std::stoll(today());
        return std::to_string(std::max(now, last + 1) + static_cast<std::int64_t>(offset));
    }
    return fmt::format("{:04}", last + 1 + static_cast<std::int64_t>(offset));
}

bool is_good_name(std::string_view name) {
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

void write(const std::filesystem::path& path, const std::string& text) {
    // A file that is there already is somebody's.
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) throw migration_error{path.string() + " is there already"};
    std::ofstream out{path, std::ios::binary};
    out << text << std::flush;
    if (!out) throw migration_error{path.string() + " cannot be written"};
}

}  // namespace

int make_step(desk& d) {
    if (!is_good_name(d.asked.name)) {
        throw usage_error{"the name of a step has letters, digits, '_' and '-': add_slugs"};
    }
    const migration_status status = d.steps.status(d.db);
    if (!status.problem.empty()) throw migration_error{status.problem};
    std::vector<new_step> made;
    if (d.asked.empty) {
        made.push_back({d.asked.name, "-- up\n", "-- down\n"});
    } else {
        if (status.pending() > 0) {
            throw migration_error{
                fmt::format("{} step{} not run on this database: run `up` first, for what they bring is no "
                            "difference any more then",
                            status.pending(), status.pending() == 1 ? " has" : "s have")};
        }
        engine::lease lease = d.db.connect();
        const schema::comparison found = compared(d, *lease);
        made = steps_of(found, d.asked.name, lease->dialect(), d.asked);
        if (made.empty()) {
            if (!found.differences.empty() && !d.asked.json) {
                print(schema::report(found.differences) + "no statement removes what differs: nothing to write\n");
            } else {
                print(d.asked.json ? "{\"files\":[]}\n" : "no difference: nothing to write\n");
            }
            return 0;
        }
        // What looks like a rename is asked about, and never guessed into a drop.
        std::string questions;
        for (const schema::difference& each : found.differences) {
            for (const std::string& old : each.perhaps_renamed_from) {
                questions += fmt::format("was {}{}{} called {} before? Then say so: renamed_from\n", each.table,
                                         each.table.empty() || each.name.empty() ? "" : ".", each.name, old);
            }
        }
        if (!questions.empty() && !d.asked.yes) {
            if (d.asked.json || !is_interactive()) {
                throw migration_error{questions + "say --yes where it is new. Nothing was written"};
            }
            print_error(questions);
            if (!ask("Write the step as if it were new? [y/N] ")) return 1;
        }
    }
    std::filesystem::create_directories(d.asked.folder);
    json_text json;
    json.open('{').name("files").open('[');
    for (std::size_t i = 0; i < made.size(); ++i) {
        const std::filesystem::path path =
            std::filesystem::path{d.asked.folder} / (next_number(status, i) + "_" + made[i].name + ".sql");
        write(path, made[i].up + made[i].down);
        json.text(path.string());
        if (!d.asked.json) print("wrote " + path.string() + "\n");
    }
    if (d.asked.json) print(json.close(']').close('}').get() + "\n");
    return 0;
}

}  // namespace kin::command_line
