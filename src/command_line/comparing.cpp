// diff and check: models beside the database.
#include <fmt/format.h>

#include <kin/engine/connection.hpp>
#include <kin/engine/url.hpp>
#include <kin/schema/changes.hpp>

#include "command_line/commands.hpp"
#include "migration/printing.hpp"

namespace kin::command_line {

namespace {

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

}  // namespace

schema::comparison compared(desk& d, engine::connection& c) {
    return schema::side_by_side(d.models, c, {.exact = d.asked.exact});
}

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

}  // namespace kin::command_line
