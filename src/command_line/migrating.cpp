// status, up, down, sql, mark, seed.
#include <fmt/format.h>

#include <algorithm>

#include <kin/engine/url.hpp>
#include <kin/session/session.hpp>
#include <kin/value/calendar.hpp>

#include "command_line/commands.hpp"
#include "command_line/progress.hpp"

namespace kin::command_line {

namespace {

std::string_view name_of(migration_state state) {
    switch (state) {
        case migration_state::pending:
            return "pending";
        case migration_state::done:
            return "done";
        case migration_state::running:
            return "running";
        case migration_state::failed:
            return "failed";
    }
    return {};
}

/// `2026-11-30 03:40:12`
std::string time_of(const migration_status::step& step) {
    if (!step.started_at) return {};
    const auto at = std::chrono::floor<std::chrono::seconds>(*step.started_at).time_since_epoch().count();
    char text[moment_text_size];
    return {text, write_moment(kind::timestamp, at * 1000000, text)};
}

std::string state_of(const migration_status::step& step) {
    if (!step.known) return "unknown";
    if (step.changed) return "changed";
    return std::string{name_of(step.state)};
}

std::string shown_as_json(const migration_status& status, std::string_view database) {
    json_text out;
    out.open('{').name("database").text(database).name("steps").open('[');
    for (const migration_status::step& each : status.steps) {
        out.open('{').name("number").number(each.number).name("name").text(each.name);
        out.name("file").text_or_null(each.file).name("state").text(name_of(each.state));
        out.name("known").yes(each.known).name("changed").yes(each.changed);
        out.name("started_at").text_or_null(time_of(each)).name("milliseconds").number(each.milliseconds);
        out.name("who").text_or_null(each.who).name("error").text_or_null(each.error).close('}');
    }
    out.close(']').name("pending").number(static_cast<std::int64_t>(status.pending()));
    out.name("problem").text_or_null(status.problem).name("locked_by").text_or_null(status.locked_by).close('}');
    return out.get() + "\n";
}

std::string shown_as_text(const migration_status& status, std::string_view database, const palette& paint) {
    std::string out = fmt::format("database {}\n", database);
    std::size_t wide = 0;
    for (const migration_status::step& each : status.steps) wide = std::max(wide, each.name.size());
    for (const migration_status::step& each : status.steps) {
        const std::string state = state_of(each);
        const bool fine = state == "done";
        const color c = fine ? color::good : state == "pending" ? color::plain : color::bad;
        std::string line =
            fmt::format("{:>6}  {:<{}}  {}", each.number, each.name, wide, paint(c, fmt::format("{:<7}", state)));
        if (each.state == migration_state::done) {
            line += paint(color::muted, fmt::format("  {}  {} ms  {}", time_of(each), each.milliseconds, each.who));
        } else {
            while (line.ends_with(' ')) line.pop_back();
        }
        out += line + "\n";
    }
    out += fmt::format("{} step{}, {} pending\n", status.steps.size(), status.steps.size() == 1 ? "" : "s",
                       status.pending());
    if (!status.locked_by.empty()) out += fmt::format("is being migrated by {}\n", status.locked_by);
    if (!status.problem.empty()) out += paint(color::bad, status.problem) + "\n";
    return out;
}

/// Asks where data would be lost. False: it stays as it is.
bool may_lose(const desk& d, const std::vector<migration_preview>& steps) {
    std::string text;
    for (const migration_preview& each : steps) {
        for (const std::string& loss : each.losses) {
            text += fmt::format("step {} ({}) loses data: {}\n", each.number, each.name, loss);
        }
    }
    if (text.empty() || d.asked.yes) return true;
    if (d.asked.json || !is_interactive()) {
        text.pop_back();
        throw migration_error{text + "\nsay --yes where this is meant. Nothing was changed"};
    }
    print_error(d.paint(color::bad, text));
    return ask("Go on? [y/N] ");
}

int run(desk& d, bool up) {
    const migration_options asked = d.asked.options();
    const auto preview = up ? d.steps.preview_up(d.db, asked) : d.steps.preview_down(d.db, asked);
    if (!may_lose(d, preview)) {
        print_error("Nothing was changed\n");
        return 1;
    }
    std::vector<migration_run> ran;
    std::exception_ptr failed;
    {
        progress_line line;
        migration_options options = asked;
        options.expected.emplace();
        for (const migration_preview& each : preview) options.expected->push_back(each.number);
        options.on_progress = [&](const migration_progress& p) {
            line.tell(p);
            if (!p.over) return;
            ran.push_back({p.number, std::string{p.name}, p.milliseconds});
            if (d.asked.json) return;
            print(fmt::format("{}  {:>6}  {}{}\n", d.paint(color::good, p.up ? "up  " : "down"), p.number, p.name,
                              d.paint(color::muted, fmt::format("  {} ms", p.milliseconds))));
        };
        try {
            (void)(up ? d.steps.up(d.db, options) : d.steps.down(d.db, options));
        } catch (...) {
            failed = std::current_exception();
        }
    }
    if (failed) std::rethrow_exception(failed);
    if (d.asked.json) {
        json_text out;
        out.open('{').name("ran").open('[');
        for (const migration_run& each : ran) {
            out.open('{').name("number").number(each.number).name("name").text(each.name);
            out.name("milliseconds").number(each.milliseconds).close('}');
        }
        print(out.close(']').close('}').get() + "\n");
    } else if (ran.empty()) {
        print(up ? "nothing to do: every step has run\n" : "nothing to do: no step has run\n");
    }
    return 0;
}

}  // namespace

int show_status(desk& d) {
    const migration_status status = d.steps.status(d.db);
    const std::string database = d.db.pool().address().printed();
    print(d.asked.json ? shown_as_json(status, database) : shown_as_text(status, database, d.paint));
    return status.problem.empty() ? 0 : 1;
}

int run_up(desk& d) { return run(d, true); }
int run_down(desk& d) { return run(d, false); }

int print_sql(desk& d) {
    const migration_options options = d.asked.options();
    const std::string script = d.asked.downwards ? d.steps.sql_down(d.db, options) : d.steps.sql(d.db, options);
    if (d.asked.json) {
        print(json_text{}.open('{').name("sql").text(script).close('}').get() + "\n");
    } else {
        print(script);
    }
    return 0;
}

int mark_step(desk& d) {
    const bool done = d.asked.state == "done";
    if (done) {
        d.steps.mark_done(d.db, d.asked.number);
    } else {
        d.steps.mark_undone(d.db, d.asked.number);
    }
    if (d.asked.json) {
        json_text out;
        out.open('{').name("number").number(d.asked.number).name("done").yes(done).close('}');
        print(out.get() + "\n");
    } else {
        print(fmt::format("step {} is marked as {}\n", d.asked.number, done ? "done" : "not done"));
    }
    return 0;
}

int run_seed(desk& d) {
    if (!d.program.seed) throw usage_error{"this program has no rows to begin with"};
    session s{d.db};
    d.program.seed(s);
    s.commit();
    print(d.asked.json ? "{\"seeded\":true}\n" : "seeded\n");
    return 0;
}

}  // namespace kin::command_line
