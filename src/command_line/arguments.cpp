// The command line as CLI11 reads it.
#include "command_line/arguments.hpp"

#include <CLI/CLI.hpp>

namespace kin::command_line {

namespace {

CLI::App* add_command(CLI::App& app, arguments& to, command what, const char* name, const char* help) {
    CLI::App* made = app.add_subcommand(name, help);
    made->callback([&to, what] { to.what = what; });
    made->fallthrough();
    return made;
}

void add_range(CLI::App* to, arguments& a, const char* steps) {
    to->add_option("N", a.steps, steps)->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
    to->add_option("--to", a.to, "the number of the step that is the last one afterwards");
}

void add_commands(CLI::App& app, arguments& a) {
    add_command(app, a, command::status, "status", "which steps have run, and what speaks against running the others");
    CLI::App* up = add_command(app, a, command::up, "up", "run the steps that have not run");
    add_range(up, a, "so many of them");
    up->add_flag("--out-of-order", a.out_of_order, "also steps whose number is below one that has run");
    CLI::App* down = add_command(app, a, command::down, "down", "take the last step back, or the last N");
    add_range(down, a, "so many");
    CLI::App* sql = add_command(app, a, command::sql, "sql", "print what `up` would run, as a script");
    add_range(sql, a, "so many steps");
    sql->add_flag("--down", a.downwards, "what `down` would run");
    CLI::App* mark =
        add_command(app, a, command::mark, "mark", "say of a step that was left half-way: NUMBER done, NUMBER undone");
    mark->add_option("NUMBER", a.number, "of the step")->required();
    mark->add_option("STATE", a.state, "done or undone")->required()->check(CLI::IsMember({"done", "undone"}));
    CLI::App* diff = add_command(app, a, command::diff, "diff", "what the database lacks of what the models want");
    diff->add_flag("--sql", a.with_sql, "the statements that would give it to it");
    diff->add_flag("--exact", a.exact, "also what only the database has, and no model speaks of");
    CLI::App* make = add_command(app, a, command::make, "make",
                                 "write the next step out of the difference between models and database");
    make->add_option("NAME", a.name, "of the step: add_slugs")->required();
    make->add_flag("--empty", a.empty, "a step to be filled by hand");
    make->add_flag("--exact", a.exact, "also drop what only the database has");
    make->add_flag("--concurrently", a.concurrently,
                   "indexes and checks while others write, outside of a transaction (PostgreSQL)");
    CLI::App* check = add_command(app, a, command::check, "check",
                                  "fail where models and migrated database disagree, or a step has not run");
    check->add_flag("--exact", a.exact, "also where only the database has something");
    CLI::App* diagram = add_command(app, a, command::diagram, "diagram", "print a picture of the models' tables");
    diagram->add_option("--format", a.format, "mermaid, dot, or svg, which wants Graphviz's program dot")
        ->check(CLI::IsMember({"mermaid", "dot", "svg"}))
        ->capture_default_str();
    diagram->add_flag("--database", a.of_database, "of the tables that the database has");
    add_command(app, a, command::seed, "seed", "put the rows in that the program begins with");
    app.require_subcommand(1);
}

void add_options(CLI::App& app, arguments& a) {
    app.add_option("--db", a.database, "the database: sqlite:blog.db, postgresql://…, mariadb://…")
        ->envname("KIN_DATABASE");
    app.add_option("--migrations", a.folder, "the folder of the steps")->capture_default_str();
    app.add_option("--wait", a.wait_seconds, "seconds to wait for somebody else who migrates")
        ->check(CLI::Range(0, 86400))
        ->capture_default_str();
    app.add_flag("--json", a.json, "answer as JSON");
    app.add_flag("--yes,-y", a.yes, "do not ask before data is lost");
    app.add_option("--color", a.color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
}

}  // namespace

bool read_arguments(arguments& a, const schema_program& program, int argc, char** argv, int& code) {
    a.database = program.database;
    a.folder = program.folder;
    CLI::App app{"Brings a database to where the models of this program are, step by step."};
    add_options(app, a);
    add_commands(app, a);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        code = app.exit(e) == 0 ? 0 : 2;
        return false;
    }
    return true;
}

}  // namespace kin::command_line
