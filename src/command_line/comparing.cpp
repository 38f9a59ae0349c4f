// diff, make, check: models beside the database.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>

#include <kin/engine/connection.hpp>
#include <kin/engine/url.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>

#include "command_line/commands.hpp"
#include "migration/printing.hpp"

namespace kin::command_line {

namespace {

schema::comparison compared(desk& d, engine::connection& c) {
    return schema::side_by_side(d.models, c, {.exact = d.asked.exact});
}

std::string shown_as_json(const std::vector<schema::difference>& all, const std::vector<std::string>& statements,
                          std::string_view problem) {
    json_text out;
    out.open('{').name("differences").open('[');
    for (const schema::difference& each : all) {
        out.open('{').name("what").text(schema::to_string(each.what)).name("risk").text(schema::to_string(each.risk));
        out.name("schema").text_or_null(each.schema).name("table").text_or_null(each.table);
        out.name("name").text_or_null(each.name).name("was").text_or_null(each.was);
        out.name("wanted").text_or_null(each.wanted).name("reason").text(each.reason);
        out.name("perhaps_renamed_from").open('[');
        for (const std::string& old : each.perhaps_renamed_from) out.text(old);
        out.close(']').close('}');
    }
    out.close(']').name("sql").open('[');
    for (const std::string& each : statements) out.text(each);
    return out.close(']').name("problem").text_or_null(problem).close('}').get() + "\n";
}

/// `2 differences: the database is not what the models want`
std::string counted(std::size_t count) { return fmt::format("{} difference{}", count, count == 1 ? "" : "s"); }

// -- make -----------------------------------------------------------------------------------------------------------

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

/// The statements of a way back that belong to each of the steps: all with the one that is a transaction.
std::vector<new_step> steps_of(const schema::comparison& of, const std::string& name, const sql::dialect& dialect,
                               const arguments& asked) {
    const schema::change_options how{.concurrently = asked.concurrently, .validate_later = asked.concurrently};
    const schema::change_script up = schema::changes(of.is, of.wanted, of.differences, dialect, how);
    const schema::catalogue then = schema::afterwards(of.is, of.wanted, of.differences, dialect);
    schema::compare_options back = schema::reversed(of.options);
    back.exact = true;
    const auto differences = schema::compare(then, of.is, dialect, back);
    const schema::change_script down = schema::changes(then, of.is, differences, dialect);
    std::string reasons;
    for (const schema::difference& each : of.differences) {
        reasons += reason_line(each);
    }
    for (const std::string& each : up.by_hand) reasons += comment_line("by hand", each);
    std::vector<new_step> out;
    const auto add = [&](std::string_view suffix, const std::vector<std::string>& statements, bool transaction) {
        if (statements.empty()) return;
        new_step& made = out.emplace_back();
        made.name = name + std::string{suffix};
        made.up = section("up", dialect.name, statements, transaction, transaction && up.foreign_keys_off);
        made.down = section("down", dialect.name, {}, true, false);
    };
    add("_before", up.before, false);
    add("", up.statements, true);
    if (!out.empty()) out.front().up.insert(0, reasons);
    add("_after", up.after, false);
    if (out.empty()) return out;
    // Taken back in the opposite order: the first one of them is the last, when all is as it is to be before.
    std::vector<std::string> all = down.before;
    all.insert(all.end(), down.statements.begin(), down.statements.end());
    all.insert(all.end(), down.after.begin(), down.after.end());
    // A table that is made anew says nothing of the columns that it does not take along.
    std::string losses;
    for (const schema::difference& each : differences) {
        const bool says_so = !down.foreign_keys_off || each.what == schema::change::table_dropped;
        if (!says_so && each.risk == schema::risk::loses_data) losses += reason_line(each);
    }
    std::string& back_text = out.back().down;
    back_text = section("down", dialect.name, all, down.before.empty() && down.after.empty(), down.foreign_keys_off);
    back_text.insert(back_text.find('\n') + 1, losses);
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

int show_difference(desk& d) {
    engine::lease lease = d.db.connect();
    const schema::comparison found = compared(d, *lease);
    schema::change_script script;
    if (d.asked.with_sql || d.asked.json) {
        script = schema::changes(found.is, found.wanted, found.differences, lease->dialect());
    }
    if (d.asked.json) {
        print(shown_as_json(found.differences, script.all(), {}));
        return 0;
    }
    if (d.asked.with_sql) {
        print(detail::print_changes(script, lease->dialect()));
    } else if (found.differences.empty()) {
        print("no difference: the database has what the models want\n");
    } else {
        print(schema::report(found.differences));
    }
    return 0;
}

int check_models(desk& d) {
    const bool in_memory = d.db.pool().address().is_private_memory();
    // Of a database that is not there yet, the one that the steps make is meant.
    if (in_memory) (void)d.steps.up(d.db);
    const migration_status status = d.steps.status(d.db);
    std::string problem = status.problem;
    if (problem.empty() && status.pending() > 0) {
        problem = fmt::format("{} step{} not run on this database", status.pending(),
                              status.pending() == 1 ? " has" : "s have");
    }
    engine::lease lease = d.db.connect();
    const schema::comparison found = compared(d, *lease);
    const bool fine = problem.empty() && found.differences.empty();
    if (d.asked.json) {
        print(shown_as_json(found.differences, {}, problem));
        return fine ? 0 : 1;
    }
    if (!problem.empty()) print(d.paint(color::bad, problem) + "\n");
    if (!found.differences.empty()) {
        print(schema::report(found.differences));
        print(d.paint(color::bad, counted(found.differences.size()) + " between models and database") + "\n");
    }
    if (fine) print(d.paint(color::good, "models and database agree") + "\n");
    return fine ? 0 : 1;
}

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
