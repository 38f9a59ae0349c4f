// From the arguments to a command, and from what is thrown to a line and an exit code.
#include <kin/schema_main.hpp>

#include <fmt/format.h>
#include <exception>
#include <filesystem>

#include "command_line/commands.hpp"

namespace kin {

namespace command_line {

namespace {

/// The steps of the program, and of the folder where there is one.
migrations steps_of(const schema_program& program, const arguments& asked) {
    migrations steps{program.steps};
    std::error_code ignored;
    // Whoever has all steps in C++ needs no folder; one that was asked for has to be there.
    const bool wanted = asked.folder != program.folder || program.steps.empty();
    if (asked.what == command::seed) return steps;
    if (asked.what == command::make && !std::filesystem::exists(asked.folder, ignored)) return steps;
    if (wanted || std::filesystem::exists(asked.folder, ignored)) steps.add_folder(asked.folder);
    return steps;
}

int run_command(desk& d) {
    switch (d.asked.what) {
        case command::status:
            return show_status(d);
        case command::up:
            return run_up(d);
        case command::down:
            return run_down(d);
        case command::sql:
            return print_sql(d);
        case command::mark:
            return mark_step(d);
        case command::seed:
            return run_seed(d);
        case command::diff:
            return show_difference(d);
        case command::make:
            return make_step(d);
        case command::check:
            return check_models(d);
        case command::diagram:
            return draw_diagram(d);
        case command::none:
            break;
    }
    return 2;
}

/// As the error's type is called.
std::string_view kind_of(const std::exception& e) {
    if (dynamic_cast<const migration_locked*>(&e) != nullptr) return "migration_locked";
    if (dynamic_cast<const migration_failed*>(&e) != nullptr) return "migration_failed";
    if (dynamic_cast<const migration_error*>(&e) != nullptr) return "migration_error";
    if (dynamic_cast<const connection_failed*>(&e) != nullptr) return "connection_failed";
    if (dynamic_cast<const database_error*>(&e) != nullptr) return "database_error";
    if (dynamic_cast<const usage_error*>(&e) != nullptr) return "usage_error";
    return "error";
}

void tell(const std::exception& e, const arguments& asked) {
    const auto* ours = dynamic_cast<const error*>(&e);
    const std::string message = ours != nullptr ? ours->message() : e.what();
    const std::string sql = ours != nullptr ? ours->sql() : std::string{};
    if (!asked.json) {
        print_error(message + "\n");
        if (!sql.empty()) print_error("  statement: " + sql + "\n");
        return;
    }
    json_text out;
    out.open('{').name("error").open('{').name("type").text(kind_of(e)).name("message").text(message);
    out.name("statement").text_or_null(sql).name("code").text_or_null(ours != nullptr ? ours->code() : "");
    print(out.close('}').close('}').get() + "\n");
}

}  // namespace

}  // namespace command_line

namespace detail {

int run_schema_main(const mapping::model* const* models, std::size_t count, const schema_program& program, int argc,
                    char** argv) {
    using namespace command_line;
    arguments asked;
    try {
        int code = 0;
        if (!read_arguments(asked, program, argc, argv, code)) return code;
        if (asked.database.empty()) {
            throw usage_error{"which database? --db sqlite:blog.db, or KIN_DATABASE=postgresql://…"};
        }
        const migrations steps = steps_of(program, asked);
        database db{asked.database};
        desk d{asked, program, {models, count}, steps, db, palette{asked.color}};
        return run_command(d);
    } catch (const std::exception& e) {
        tell(e, asked);
    } catch (...) {
        print_error("something was thrown that is no std::exception\n");
    }
    return 1;
}

}  // namespace detail

}  // namespace kin
