// A step: its transaction, its row of kin_migrations, and what is said where it fails.
#include "migration/runner.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <functional>

#include <kin/session/session.hpp>
#include <kin/sql/compiler.hpp>

#include "engine/taking_back.hpp"
#include "session/core.hpp"

namespace kin::detail {

namespace {

constexpr std::size_t longest_shown = 2000;

std::int64_t milliseconds_since(std::chrono::steady_clock::time_point begin) {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now() - begin).count();
}

std::string cut(std::string_view text) {
    if (text.size() <= longest_shown) return std::string{text};
    std::size_t end = longest_shown;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    return std::string{text.substr(0, end)} + "…";
}

/// What was thrown, without the words that every script's failure begins with.
struct failure_text {
    std::string message{};
    std::string code{};
};

failure_text text_of(const std::exception_ptr& what) {
    constexpr std::string_view usual = "cannot run the script: ";
    try {
        std::rethrow_exception(what);
    } catch (const error& e) {
        std::string_view message = e.message();
        if (message.starts_with(usual)) message.remove_prefix(usual.size());
        return {std::string{message}, e.code()};
    } catch (const std::exception& e) {
        return {e.what(), {}};
    } catch (...) {
        return {"something that is no std::exception", {}};
    }
}

/// What would have helped, where the message tells.
std::string_view hint_for(const planned_step& planned, const failure_text& what, std::string_view statement,
                          const sql::dialect& d) {
    const bool within = what.code == "25001" || what.message.find("within a transaction") != std::string::npos;
    if (planned.one_transaction && within) return " (a line `-- no transaction` runs a step outside of one)";
    if (!planned.foreign_keys_off && what.code == "SQLITE_CONSTRAINT_FOREIGNKEY" &&
        first_words(statement, 2, d) == "DROP TABLE") {
        return " (who makes a table anew says `-- foreign keys off` in a line of the step)";
    }
    return {};
}

/// SQLite's foreign keys are off while a step makes tables anew; they can only be switched outside of a transaction.
class foreign_keys_off {
  public:
    foreign_keys_off(engine::connection& c, bool wanted) : connection_{c} {
        if (!wanted || c.dialect().name != "sqlite") return;
        engine::cursor row = c.run("PRAGMA foreign_keys");
        was_on_ = row.next() && row.integer(0) != 0;
        row.finish();
        if (was_on_) c.script("PRAGMA foreign_keys=OFF");
    }
    ~foreign_keys_off() {
        if (!was_on_) return;
        engine::take_back(connection_, [&] { connection_.script("PRAGMA foreign_keys=ON"); });
    }
    foreign_keys_off(const foreign_keys_off&) = delete;
    foreign_keys_off& operator=(const foreign_keys_off&) = delete;

  private:
    engine::connection& connection_;
    bool was_on_ = false;
};

/// A step may change where names are looked up, as scripts of pg_dump's do, and how the session reads SQL, as those of
/// mariadb-dump do: the next one begins as the first did.
class session_kept {
  public:
    explicit session_kept(engine::connection& c) : connection_{c} {
        const std::string_view name = c.dialect().name;
        if (name == "sqlite") return;
        mariadb_ = name == "mariadb";
        engine::cursor row = c.run(mariadb_ ? "SELECT database(), @@foreign_key_checks, @@unique_checks, @@autocommit"
                                            : "SELECT current_setting('search_path')");
        if (!row.next()) return;
        if (!row.is_null(0)) path_ = row.cell(0).bytes;
        if (!mariadb_) return;
        set_ = fmt::format("SET foreign_key_checks = {}, unique_checks = {}, autocommit = {}", row.integer(1),
                           row.integer(2), row.integer(3));
    }
    ~session_kept() {
        const sql::dialect& d = connection_.dialect();
        if (d.name == "sqlite") return;
        if (!mariadb_) {
            engine::take_back(connection_, [&] {
                connection_.execute("SELECT pg_catalog.set_config('search_path', $1, false)",
                                    std::vector<value>{value{path_}});
            });
            return;
        }
        if (connection_.in_transaction()) {
            connection_.spoil();
            return;
        }
        engine::take_back(connection_, [&] {
            connection_.script(std::string{d.session});
            connection_.script(set_);
        });
        engine::take_back(connection_, [&] {
            if (!path_.empty()) return connection_.script("USE " + sql::quote(path_, d));
            // Nothing makes none current again.
            engine::cursor row = connection_.run("SELECT database()");
            if (row.next() && !row.is_null(0)) connection_.spoil();
        });
    }
    session_kept(const session_kept&) = delete;
    session_kept& operator=(const session_kept&) = delete;

  private:
    engine::connection& connection_;
    bool mariadb_ = false;
    std::string path_{};
    std::string set_{};
};

/// `PRAGMA foreign_key_check`: rows that refer to nobody.
void check_foreign_keys(engine::connection& c) {
    std::string found;
    std::size_t count = 0;
    engine::cursor row = c.run("SELECT \"table\", rowid, \"parent\" FROM pragma_foreign_key_check");
    while (row.next()) {
        if (++count > 5) continue;
        const std::string which = row.is_null(1) ? std::string{"a row"} : fmt::format("row {}", row.integer(1));
        found += fmt::format("{}{} of {} refers to no row of {}", count == 1 ? "" : ", ", which, row.cell(0).bytes,
                             row.cell(2).bytes);
    }
    row.finish();
    if (count == 0) return;
    if (count > 5) found += fmt::format(", and {} more", count - 5);
    throw foreign_key_violation{"PRAGMA foreign_key_check: " + found, {.where = c.where()}};
}

}  // namespace

struct migration_runner::progress {
    const planned_step& of;
    const migration_options& options;
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    std::size_t statement = 0;  ///< that runs, from 1
    std::size_t done = 0;
    std::size_t kept = 0;  ///< of those, the ones that no open transaction takes along

    void tell(bool over = false) const {
        if (!options.on_progress) return;
        const bool one = statement > 0 && !over;
        options.on_progress({.number = of.step->number,
                             .name = of.step->name,
                             .up = of.up,
                             .statement = statement,
                             .statements = of.statements.size(),
                             .sql = one ? std::string_view{of.statements[statement - 1].text} : std::string_view{},
                             .over = over,
                             .milliseconds = milliseconds_since(begin)});
    }
};

migration_run migration_runner::run(const planned_step& planned) {
    engine::connection& c = *lease_;
    progress at{.of = planned, .options = options_};
    applied_migration row{.number = planned.step->number,
                          .name = planned.step->name,
                          .checksum = planned.step->checksum,
                          .state = "running",
                          .direction = planned.up ? "up" : "down",
                          .started_at = now(),
                          .who = this_process()};
    {
        const foreign_keys_off without{c, planned.foreign_keys_off};
        const session_kept kept{c};
        if (planned.one_transaction) {
            run_whole(planned, row, at);
        } else {
            run_in_parts(planned, row, at);
        }
    }
    at.tell(true);
    return {row.number, row.name, row.milliseconds};
}

/// Its row is written first: whoever runs the same step at this moment waits for it, and is refused. It says `running`
/// until the end, so that a transaction which was ended by something in the step leaves no row that says `done`.
void migration_runner::run_whole(const planned_step& planned, applied_migration& row, progress& at) {
    engine::connection& c = *lease_;
    bool committing = false;
    const auto finish = [&] {
        at.statement = 0;
        if (planned.foreign_keys_off && c.dialect().name == "sqlite") detail::check_foreign_keys(c);
        if (!note_end(planned, row, at)) throw usage_error{"the step has removed its row of kin_migrations"};
        committing = true;
    };
    try {
        c.begin(true);
        record(planned, row);
        if (planned.step->sections.empty()) {
            call(planned, at, finish);
        } else {
            send(planned, at);
            finish();
            c.commit();
        }
    } catch (const hook_error&) {
        throw;  // committed all the same
    } catch (const connection_lost&) {
        const std::exception_ptr what = std::current_exception();
        fail(planned, at, what,
             committing ? "Whether the step was committed is not known: the database's status says so"
                        : "The step is one transaction, which goes with its connection: nothing of it stays");
    } catch (...) {
        const std::exception_ptr what = std::current_exception();
        // Where the transaction is gone, what was done before is committed, if it is not undone.
        if (!c.in_transaction()) at.kept = at.done;
        c.rollback();
        if (stays_begun(planned)) {
            note_failure(planned, row, at, what);
            fail(planned, at, what, "The transaction of the step was ended within it: " + mending(planned, at));
        }
        fail(planned, at, what, "The step is one transaction and was rolled back: nothing of it stays");
    }
}

/// Whether the row of a step says that it runs although its transaction was rolled back.
bool migration_runner::stays_begun(const planned_step& planned) noexcept {
    const engine::connection::undisturbed whatever_is_wanted{*lease_};
    try {
        const std::vector<applied_migration> rows = history_.read();
        return std::ranges::any_of(rows, [&](const applied_migration& each) {
            return each.number == planned.step->number && each.state == "running";
        });
    } catch (...) {
        return false;  // the connection is gone
    }
}

/// False where the row is gone.
bool migration_runner::note_end(const planned_step& planned, applied_migration& row, const progress& at) {
    row.milliseconds = milliseconds_since(at.begin);
    row.statements = static_cast<std::int64_t>(planned.statements.size());
    row.state = "done";
    return planned.up ? history_.update(row) : history_.remove(row.number);
}

void migration_runner::note_failure(const planned_step& planned, applied_migration& row, const progress& at,
                                    const std::exception_ptr& what) noexcept {
    const engine::connection::undisturbed whatever_is_wanted{*lease_};
    try {
        row.state = "failed";
        row.statements = static_cast<std::int64_t>(at.kept);
        row.error = cut(text_of(what).message);
        row.milliseconds = milliseconds_since(at.begin);
        if (at.statement > at.done) row.statement = cut(planned.statements[at.statement - 1].text);
        (void)history_.update(row);
    } catch (...) {
        // The row says that the step runs, which nobody believes who has the lock.
    }
}

/// What stays of a step that has failed half-way, and what to do about it.
std::string migration_runner::mending(const planned_step& planned, const progress& at) const {
    const std::string stays =
        planned.statements.empty() ? "what it has committed stays"
        : at.done == 0             ? "nothing of it was done before"
        : at.kept == 0             ? (planned.one_transaction ? "what was committed within it stays"
                                                              : "nothing of it stays, for its own transaction was rolled back")
        : at.kept == at.statement  ? "its statements up to this one stay"
        : at.kept == 1             ? "its first statement stays"
        : at.kept == at.done       ? "the statements before it stay"
                                   : fmt::format("its first {} statements stay", at.kept);
    return fmt::format("{}. Mend it by hand, then say mark {} done, or mark {} undone", stays, planned.step->number,
                       planned.step->number);
}

/// The row says `running` until all of it is there: if this process is killed, the next one knows.
void migration_runner::run_in_parts(const planned_step& planned, applied_migration& row, progress& at) {
    engine::connection& c = *lease_;
    try {
        record(planned, row);
    } catch (...) {
        fail(planned, at, std::current_exception(), "Nothing of the step was run");
    }
    try {
        if (planned.step->sections.empty()) {
            call(planned, at, {});
        } else {
            send(planned, at);
            if (c.in_transaction()) throw usage_error{"the step leaves a transaction open"};
        }
        at.statement = 0;
        if (planned.foreign_keys_off && c.dialect().name == "sqlite") detail::check_foreign_keys(c);
        (void)note_end(planned, row, at);
    } catch (...) {
        const std::exception_ptr what = std::current_exception();
        c.rollback();
        note_failure(planned, row, at, what);
        fail(planned, at, what, "The step is outside of a transaction: " + mending(planned, at));
    }
}

/// That the step begins.
void migration_runner::record(const planned_step& planned, const applied_migration& row) {
    try {
        if (planned.up) return history_.insert(row);
    } catch (const unique_violation&) {
        throw usage_error{"somebody else has run this step at the same moment"};
    }
    if (!history_.update(row)) throw usage_error{"somebody else has taken this step back at the same moment"};
}

void migration_runner::send(const planned_step& planned, progress& at) {
    engine::connection& c = *lease_;
    for (const script_statement& each : planned.statements) {
        ++at.statement;
        at.tell();
        c.script(each.text);
        ++at.done;
        if (planned.one_transaction && !c.in_transaction()) {
            throw usage_error{"the statement has ended the transaction of the step"};
        }
        if (!c.in_transaction()) at.kept = at.done;
        if (!planned.one_transaction)
            history_.note_statements(planned.step->number, static_cast<std::int64_t>(at.done));
    }
}

/// The function's session works on this connection. `finish` runs in its last transaction, before COMMIT.
void migration_runner::call(const planned_step& planned, progress& at, const std::function<void()>& finish) {
    at.tell();
    session s{db_, where_};
    session_connection& c = s.kin_core(where_).loading.connection;
    c.borrow(std::move(lease_), planned.one_transaction);
    struct giving_back {
        session_connection& from;
        engine::lease& to;
        ~giving_back() { to = from.give_back(); }
    } const back{c, lease_};
    (planned.up ? planned.step->up : planned.step->down)(s);
    s.flush(where_);
    if (planned.one_transaction && !c.in_transaction()) {
        throw usage_error{"the function has rolled the transaction of the step back"};
    }
    if (finish) finish();
    c.hand_over();
    s.commit(where_);
}

void migration_runner::fail(const planned_step& planned, const progress& at, std::exception_ptr what,
                            const std::string& after) {
    const failure_text said = text_of(what);
    const std::string_view called = planned.step->called;
    error_context context{.code = said.code, .where = where_};
    std::string message;
    std::string_view hint;
    if (at.statement == 0) {
        message = fmt::format("{}: {}", called, said.message);
    } else {
        const script_statement& failed = planned.statements[at.statement - 1];
        message = fmt::format("{}:{}: statement {} of {} failed: {}", called, failed.line, at.statement,
                              planned.statements.size(), said.message);
        hint = hint_for(planned, said, failed.text, lease_->dialect());
        context.sql = cut(failed.text);
    }
    const migration_failed failed{fmt::format("{}{}. {}", message, hint, after), context};
    try {
        std::rethrow_exception(what);
    } catch (...) {
        std::throw_with_nested(failed);
    }
}

}  // namespace kin::detail
