// The archive's database goes through all steps of its evolution while it is full, there and back, and while processes
// are killed in the middle of them.
#include "../../examples/archive/evolution.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <optional>

#include "../../examples/archive/import.hpp"
#include "../../examples/archive/models.hpp"
#include "archive/evolved_models.hpp"
#include "archive/generated_index.hpp"
#include "support/fixture.hpp"
#include "support/processes.hpp"
#include "support/source_folder.hpp"
#include "support/temporary_directory.hpp"

namespace {

using kin::migration_error;
using kin::migration_failed;
using kin::migration_locked;
using kin::migration_options;
using kin::migration_progress;
using kin::migration_state;
using kin::migrations;
using kin::test::other_process;
using kin::test::signal_pipe;

/// Where two long texts begin to differ; empty where they do not.
std::string first_difference(const std::string& a, const std::string& b) {
    if (a == b) return {};
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    const std::size_t from = at < 60 ? 0 : at - 60;
    return "…" + a.substr(from, 120) + "…\n…" + b.substr(from, 120) + "…";
}

class archive_evolution : public testing::Test {
  protected:
    static constexpr int packages = 3000;
    static constexpr std::size_t batch = 1000;
    static constexpr std::int64_t first = 1;
    static constexpr std::int64_t last = 6;

    /// The first step, and the example's own import. The steps are written for databases that take a whole step back.
    void SetUp() override {
        KIN_NEEDS(changes_in_transactions);
        kin::database db{place.url()};
        EXPECT_EQ(steps().up(db, 1).size(), 1u);
        kin::session s{db};
        archive::progress quiet{true};
        archive::build(s, archive::parse_index(index, "index"), quiet);
        s.commit();
        before = rows_of_first();
        versions_before = rows("SELECT id, version FROM package ORDER BY id");
        tables_before = tables();
    }

    static migrations steps(std::function<void()> on_batch = {}) {
        archive::evolution_options options{.batch = batch};
        if (on_batch) options.on_batch = [on_batch](std::size_t, std::size_t) { on_batch(); };
        return archive::evolution(kin::test::source_file("examples/archive/migrations"), options);
    }
    std::string rows(std::string_view sql) {
        kin::database db{place.url()};
        return kin::test::rows_of(*db.connect(), sql);
    }
    kin::schema::catalogue tables() {
        kin::database db{place.url()};
        return kin::schema::inspect(*db.connect());
    }
    std::string others() {
        return rows("SELECT id, name, email FROM maintainer ORDER BY id") + "\n" +
               rows("SELECT id, name, parent_id FROM section ORDER BY id") + "\n" +
               rows("SELECT package_id, position, target_id, kind, version FROM dependency ORDER BY 1, 2") + "\n";
    }
    /// Every cell, behind the first step.
    std::string rows_of_first() {
        return others() + rows(
                              "SELECT id, name, version, architecture, installed_size, summary, maintainer_id, "
                              "section_id FROM package ORDER BY id");
    }
    /// Every cell, behind the last step.
    std::string rows_of_last() {
        return others() +
               rows(
                   "SELECT id, name, architecture, installed_size, description, maintainer_id, section_id, "
                   "is_library FROM package ORDER BY id") +
               "\n" + rows("SELECT package_id, epoch, upstream, revision FROM package_version ORDER BY package_id");
    }
    template <class Models>
    std::string lacks() {
        kin::database db{place.url()};
        const auto list = kin::detail::listed<Models>::list();
        return kin::schema::report(kin::schema::compare({list.data(), list.size()}, *db.connect(), {.exact = true}));
    }
    /// Neither has anything that the other one lacks.
    void expect_same(const kin::schema::catalogue& a, const kin::schema::catalogue& b) {
        kin::database db{place.url()};
        const kin::sql::dialect& dialect = db.connect()->dialect();
        for (const auto& differences : {kin::schema::compare(a, b, dialect, {.exact = true}),
                                        kin::schema::compare(b, a, dialect, {.exact = true})}) {
            EXPECT_TRUE(differences.empty()) << kin::schema::report(differences);
        }
    }
    void expect_first() {
        EXPECT_EQ(first_difference(rows_of_first(), before), "");
        expect_same(tables(), tables_before);
        EXPECT_EQ(rows("SELECT count(*), max(number), min(state), max(state) FROM kin_migrations"), "1|1|done|done");
    }
    /// As it was when all steps ran for the first time, which this notes.
    void expect_last() {
        EXPECT_EQ(rows("SELECT count(*), max(number), min(state), max(state) FROM kin_migrations"), "6|6|done|done");
        if (after.empty()) {
            after = rows_of_last();
            tables_after = tables();
        }
        EXPECT_EQ(first_difference(rows_of_last(), after), "");
        expect_same(tables(), tables_after);
        const std::string versions = rows(
            "SELECT package_id, coalesce(epoch || ':', '') || upstream || coalesce('-' || revision, '') "
            "FROM package_version ORDER BY 1");
        EXPECT_EQ(first_difference(versions, versions_before), "");
    }

    /// Compared with another reading of the index, by a script that knows nothing of Kin.
    void expect_what_the_index_says() {
        const kin::test::temporary_directory directory;
        const std::string file = directory.file("Packages");
        std::ofstream{file, std::ios::binary} << index;
        const std::string url = place.url();
        const std::string where = url.starts_with("sqlite:") ? url.substr(7, url.find('?') - 7) : url;
        EXPECT_EQ(std::system(("python3 " + kin::test::source_file("tests/archive/check.py") + " '" + file + "' '" +
                               where + "'")
                                  .c_str()),
                  0);
    }

    const std::string index = kin::test::generated_index(packages);
    kin::test::place place{};
    std::string before{};
    std::string after{};
    kin::schema::catalogue tables_before{};
    kin::schema::catalogue tables_after{};
    std::string versions_before{};
};

TEST_F(archive_evolution, goes_up_down_and_up_again_on_a_full_database) {
    EXPECT_EQ(lacks<archive::Archive>(), "");
    kin::database db{place.url()};
    EXPECT_EQ(steps().up(db).size(), 5u);
    expect_last();
    EXPECT_EQ(lacks<evolved::Archive>(), "");
    EXPECT_TRUE(steps().status(db).current());
    // What the steps have made of the rows, from the rules of the index.
    int epochs = 0;
    int libraries = 0;
    for (int i = 0; i < packages; ++i) {
        if (i % 9 == 0 && i % 11 != 0) ++epochs;
        if (i % 4 != 3) ++libraries;
    }
    EXPECT_EQ(rows("SELECT count(*), count(epoch), min(epoch), max(epoch) FROM package_version"),
              std::to_string(packages) + "|" + std::to_string(epochs) + "|2|2");
    EXPECT_EQ(rows("SELECT count(*) FROM package WHERE is_library"), std::to_string(libraries));
    EXPECT_EQ(rows("SELECT epoch, upstream, revision FROM package_version JOIN package ON id = package_id "
                   "WHERE name = 'lib9'"),
              "2|1.9|2");

    EXPECT_EQ(steps().down(db, {.to = first}).size(), 5u);
    expect_first();
    EXPECT_EQ(lacks<archive::Archive>(), "");
    expect_what_the_index_says();

    EXPECT_EQ(steps().up(db).size(), 5u);
    expect_last();
    EXPECT_EQ(lacks<evolved::Archive>(), "");
}

/// What was written by models of the evolved database, those of the first one read behind the way back, and the other
/// way round.
TEST_F(archive_evolution, takes_rows_along_that_came_on_the_way) {
    kin::database db{place.url()};
    steps().up(db, {.to = 5});
    db.script("INSERT INTO package (name, version, architecture, description) VALUES ('between', '3:1-2', 'all', 'x')");
    steps().up(db);
    EXPECT_EQ(rows("SELECT epoch, upstream, revision FROM package_version JOIN package ON id = package_id "
                   "WHERE name = 'between'"),
              "NULL|3:1-2|NULL");
    {
        kin::session s{db};
        s.add(evolved::Package{.name = "new", .architecture = "all", .description = "y", .is_library = true})->version =
            evolved::PackageVersion{.epoch = 4, .upstream = "2.0", .revision = "1"};
        s.add(evolved::Package{.name = "without", .architecture = "all", .description = "z"});
        s.commit();
    }
    steps().down(db, {.to = first});
    kin::session s{db};
    const auto version_of = [&](const char* name) {
        return s.query<archive::Package>().where(kin::expr::col(&archive::Package::name) == name).one()->version;
    };
    EXPECT_EQ(version_of("between"), "3:1-2");
    EXPECT_EQ(version_of("new"), "4:2.0-1");
    EXPECT_EQ(version_of("without"), "");
    EXPECT_EQ(s.query<archive::Package>().count(), packages + 3);
}

/// One step, tried by a process that is killed in its middle while others try the same.
class archive_evolution_killed : public archive_evolution {
  protected:
    enum outcome : int { ran = 1, locked = 2, refused = 3, failed = 4 };
    static constexpr int patience = 20000;

    /// So that nobody waits for a process that has ended otherwise than it should.
    struct giving {
        const signal_pipe& to;
        ~giving() { to.give(); }
    };

    /// A step up or down in this process; `at_moment` is called before each statement and behind each batch.
    int attempt(bool up, int lock_timeout, const std::function<void()>& at_moment = {}) {
        kin::database db{place.patient_url()};
        const migrations all = steps(at_moment);
        const migration_options options{.steps = 1, .lock_timeout = lock_timeout, .on_progress = telling(at_moment)};
        try {
            return static_cast<int>((up ? all.up(db, options) : all.down(db, options)).size());
        } catch (const migration_locked&) {
            return locked;
        } catch (const migration_failed& e) {
            std::fprintf(stderr, "%s\n", e.what());
            return failed;
        } catch (const migration_error& e) {
            if (kin::test::contains(e.message(), " was begun (")) return refused;
            std::fprintf(stderr, "%s\n", e.what());
            return failed;
        }
    }
    static std::function<void(const migration_progress&)> telling(const std::function<void()>& at_moment) {
        return [at_moment](const migration_progress& p) {
            if (!p.over && at_moment) at_moment();
        };
    }
    static bool is_whole(std::int64_t number) {
        return number != 4 && (number != 5 || kin::test::engine_name() == "sqlite");
    }
    /// After which moments of an attempt its process is killed, one attempt after the other. Step 4 goes on where the
    /// one before was killed: three batches are three attempts.
    std::vector<int> moments_of(std::int64_t number, bool up) {
        kin::database db{place.url()};
        const auto next = up ? steps().preview_up(db, {.steps = 1}) : steps().preview_down(db, {.steps = 1});
        EXPECT_EQ(next.size(), 1u);
        EXPECT_EQ(next.at(0).number, number);
        if (number == 4) return up ? std::vector{1, 2, 2, 2} : std::vector{1};
        std::vector<int> out;
        for (std::size_t i = 1; i <= next.at(0).statements.size(); ++i) out.push_back(static_cast<int>(i));
        return out;
    }
    std::string history() { return rows("SELECT number, state, direction FROM kin_migrations ORDER BY number"); }

    /// What somebody says who has looked at a step that was left half-way: both can be run again.
    void settle(std::int64_t number, bool up) {
        kin::database db{place.patient_url()};
        up ? steps().mark_undone(db, number) : steps().mark_done(db, number);
    }

    void take(std::int64_t number, bool up) {
        SCOPED_TRACE("step " + std::to_string(number) + (up ? " up" : " down"));
        const bool whole = is_whole(number);
        const std::string history_before = history();
        const kin::schema::catalogue tables_then = tables();
        const std::vector<int> moments = moments_of(number, up);
        for (std::size_t i = 0; i < moments.size(); ++i) {
            const bool at_last = i + 1 == moments.size();
            const signal_pipe inside;
            const signal_pipe never;
            const signal_pipe waiting;
            int moment = 0;
            other_process victim{[&] {
                const giving at_end{inside};
                return attempt(up, patience, [&] {
                    if (++moment != moments[i]) return;
                    inside.give();
                    never.await();
                });
            }};
            inside.await();
            EXPECT_EQ(other_process([&] { return attempt(up, 0); }).wait(), locked);
            // Whoever waits runs the step when the process is gone, or refuses to touch what it has left.
            std::optional<other_process> rival;
            if (at_last || !whole) {
                rival.emplace([&] {
                    waiting.give();
                    return attempt(up, patience);
                });
                waiting.await();
            }
            EXPECT_EQ(victim.kill(SIGKILL), -SIGKILL);
            ++kills;
            if (rival) {
                EXPECT_EQ(rival->wait(), whole ? ran : refused);
            }
            if (whole) {
                if (at_last) continue;
                EXPECT_EQ(history(), history_before);
                EXPECT_TRUE(tables() == tables_then);
                continue;
            }
            EXPECT_EQ(attempt(up, patience), refused);
            if (number == 4 && up && i > 0) {
                EXPECT_EQ(rows("SELECT count(*) FROM package_version"), std::to_string(i * batch));
            }
            settle(number, up);
            EXPECT_EQ(history(), history_before);
            if (at_last) {
                EXPECT_EQ(attempt(up, patience), ran);
            }
        }
    }
    void take_all(bool up) {
        for (std::int64_t i = first + 1; i <= last; ++i) take(up ? i : first + 1 + last - i, up);
    }

    /// All that is left of the way, by a process that is killed when it tells of its `moment`-th moment, wherever it
    /// has got to until then.
    void run_and_kill(bool up, int moment) {
        const signal_pipe inside;
        other_process victim{[&] {
            const giving at_end{inside};
            int told = 0;
            const auto tell = [&] {
                if (++told == moment) inside.give();
            };
            kin::database db{place.patient_url()};
            const migrations all = steps(tell);
            const migration_options options{.to = up ? last : first, .on_progress = telling(tell)};
            (void)(up ? all.up(db, options) : all.down(db, options));
            return 0;
        }};
        inside.await();
        if (victim.kill(SIGKILL) == -SIGKILL) ++kills;
    }
    /// Kills until the way is done.
    void run_killed(bool up) {
        for (int moment = 1; moment < 100; ++moment) {
            run_and_kill(up, moment);
            kin::database db{place.patient_url()};
            const auto status = steps().status(db);
            if (up ? status.current() : status.problem.empty() && status.pending() == last - first) return;
            for (const auto& step : status.steps) {
                if (step.state == migration_state::running) settle(step.number, up);
            }
        }
        ADD_FAILURE() << "the way is not done";
    }

    int kills = 0;
};

TEST_F(archive_evolution_killed, in_the_middle_of_each_step_with_others_who_try_at_the_same_time) {
    take_all(true);
    expect_last();
    EXPECT_EQ(lacks<evolved::Archive>(), "");
    take_all(false);
    expect_first();
    EXPECT_EQ(lacks<archive::Archive>(), "");
    take_all(true);
    expect_last();
    RecordProperty("kills", kills);
    EXPECT_GE(kills, 20);
}

TEST_F(archive_evolution_killed, while_their_statements_run) {
    for (const bool up : {true, false, true}) {
        run_killed(up);
        up ? expect_last() : expect_first();
    }
    RecordProperty("kills", kills);
    EXPECT_GE(kills, 6);
}

TEST_F(archive_evolution_killed, two_who_go_the_whole_way_at_once_share_it) {
    for (const bool up : {true, false, true}) {
        const signal_pipe ready;
        const signal_pipe begin;
        const auto work = [&] {
            kin::database db{place.patient_url()};
            const migrations all = steps();
            ready.give();
            begin.await();
            const migration_options options{.to = up ? last : first};
            return static_cast<int>((up ? all.up(db, options) : all.down(db, options)).size());
        };
        other_process one{work};
        other_process two{work};
        ready.await();
        ready.await();
        begin.give();
        begin.give();
        EXPECT_EQ(one.wait() + two.wait(), 5);
        up ? expect_last() : expect_first();
    }
}

}  // namespace
