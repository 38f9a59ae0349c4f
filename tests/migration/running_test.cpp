// Steps that run: what the database holds afterwards, and what it remembers.
#include "migration/running.hpp"

namespace {

using kin::migration_error;
using kin::migration_state;
using kin::migrations;
using kin::session;
using kin::test::contains;
using running::running_migrations;
using running::thrown;

TEST_F(running_migrations, run_once_in_their_order) {
    const migrations steps = three();
    const auto ran = steps.up(db);
    ASSERT_EQ(ran.size(), 3u);
    EXPECT_EQ(ran[2].number, 3);
    EXPECT_EQ(ran[2].name, "in capitals");
    EXPECT_EQ(texts(), "A; B");
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|done|up");
    EXPECT_TRUE(steps.up(db).empty());
    EXPECT_EQ(texts(), "A; B");
}

TEST_F(running_migrations, so_many_or_up_to_a_number) {
    const migrations steps = three();
    EXPECT_EQ(steps.up(db, 1).size(), 1u);
    EXPECT_EQ(steps.up(db, {.to = 2}).size(), 1u);
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
    EXPECT_EQ(steps.up(db).size(), 1u);
    EXPECT_EQ(steps.down(db).size(), 1u);
    EXPECT_EQ(texts(), "a; b");
    EXPECT_EQ(steps.up(db).size(), 1u);
    EXPECT_EQ(steps.down(db, 2).size(), 2u);
    EXPECT_EQ(texts(), "");
    EXPECT_EQ(steps.up(db).size(), 2u);
    EXPECT_EQ(steps.down(db, {.to = 1}).size(), 2u);
    EXPECT_EQ(history(), "1|done|up");
    EXPECT_EQ(steps.down(db, {.to = 0}).size(), 1u);
    EXPECT_FALSE(has("notes"));
    EXPECT_EQ(history(), "");
    EXPECT_TRUE(contains(thrown<migration_error>([&] { steps.up(db, {.to = 9}); }).message(), "there is no step 9"));
}

TEST_F(running_migrations, status_changes_nothing) {
    const migrations steps = three();
    const auto before = steps.status(db);
    EXPECT_FALSE(has("kin_migrations"));
    ASSERT_EQ(before.steps.size(), 3u);
    EXPECT_EQ(before.pending(), 3u);
    EXPECT_EQ(before.steps[0].file, "1_notes.sql");
    EXPECT_EQ(before.steps[2].file, "");
    EXPECT_FALSE(before.current());
    EXPECT_EQ(before.locked_by, "");
    steps.up(db, 2);
    const auto after = steps.status(db);
    EXPECT_EQ(after.pending(), 1u);
    EXPECT_EQ(after.steps[1].state, migration_state::done);
    EXPECT_EQ(after.steps[1].name, "two");
    EXPECT_TRUE(after.steps[1].started_at.has_value());
    EXPECT_TRUE(contains(after.steps[1].who, "(process " + std::to_string(getpid()) + ")")) << after.steps[1].who;
    steps.up(db);
    EXPECT_TRUE(steps.status(db).current());
}

TEST_F(running_migrations, what_ran_does_not_change) {
    three().up(db);
    migrations changed = first();
    changed.add_sql("2_two.sql", "-- up\nINSERT INTO notes VALUES (7, 'a');\n").add({3, "in capitals", [](session&) {
                                                                                     }});
    const std::string why = thrown<migration_error>([&] { changed.up(db); }).message();
    EXPECT_TRUE(why.starts_with("2_two.sql was changed since it ran on this database (checksum ")) << why;
    EXPECT_TRUE(why.ends_with("mark 2 done. Nothing was changed")) << why;
    EXPECT_TRUE(contains(thrown<migration_error>([&] { changed.down(db); }).message(), "2_two.sql was changed"));
    EXPECT_TRUE(changed.status(db).steps[1].changed);
    changed.mark_done(db, 2);
    EXPECT_TRUE(changed.status(db).current());
    // Ends of lines are no change.
    std::string lines_of_windows;
    for (const char c : notes) lines_of_windows += c == '\n' ? std::string{"\r\n"} : std::string{c};
    const migrations lines = migrations{}.add_sql("1_notes.sql", lines_of_windows);
    EXPECT_FALSE(lines.status(db).steps[0].changed);
}

TEST_F(running_migrations, an_older_program_is_told) {
    three().up(db);
    const migrations older = first();
    EXPECT_EQ(
        thrown<migration_error>([&] { older.up(db); }).message(),
        "step 2 (two) has run on this database, and this program's last step is 1: it is older than the database. "
        "Nothing was changed");
    EXPECT_FALSE(older.status(db).steps[1].known);
    EXPECT_FALSE(older.status(db).current());
    migrations other;
    other.add({3, "in capitals", [](session&) {}});
    EXPECT_TRUE(contains(thrown<migration_error>([&] { other.up(db); }).message(),
                         "step 1 (notes) has run on this database, and this program has no such step"));
}

TEST_F(running_migrations, steps_do_not_come_late_unless_they_may) {
    migrations steps = first();
    steps.add_sql("20261201_b.sql", "-- up\nINSERT INTO notes VALUES (2, 'b');");
    steps.up(db);
    steps.add_sql("20261130_a.sql", "-- up\nINSERT INTO notes VALUES (1, 'a');");
    EXPECT_EQ(thrown<migration_error>([&] { steps.up(db); }).message(),
              "20261130_a.sql has not run on this database, but step 20261201 (b) has: give it a number behind that, "
              "or allow "
              "steps out of order. Nothing was changed");
    EXPECT_EQ(steps.up(db, {.out_of_order = true}).size(), 1u);
    EXPECT_EQ(texts(), "a; b");
}

TEST_F(running_migrations, what_has_no_way_back_stays) {
    migrations steps = first();
    steps.add_sql("2_x.sql", "-- up\nINSERT INTO notes VALUES (1, 'a');").add({3, "y", [](session&) {}});
    steps.up(db);
    EXPECT_EQ(thrown<migration_error>([&] { steps.down(db); }).message(),
              "step 3 (y) has no function that takes it back. Nothing was changed");
    steps.mark_undone(db, 3);
    // Nothing is taken back where not all can be.
    EXPECT_EQ(thrown<migration_error>([&] { steps.down(db, 2); }).message(),
              "2_x.sql has no `-- down`: it cannot be taken back. Nothing was changed");
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
}

TEST_F(running_migrations, a_listener_is_told_of_each_statement) {
    std::string told;
    (void)three().up(
        db, {.on_progress = [&](const kin::migration_progress& p) {
            told += std::to_string(p.number) +
                    (p.over ? " over" : ' ' + std::to_string(p.statement) + '/' + std::to_string(p.statements)) + "; ";
        }});
    EXPECT_EQ(told, "1 1/1; 1 over; 2 1/1; 2 over; 3 0/0; 3 over; ");
}

TEST_F(running_migrations, a_script_does_the_same) {
    const migrations steps = three();
    const std::string script = steps.sql(db);
    EXPECT_FALSE(has("kin_migrations"));
    EXPECT_TRUE(contains(script, "-- step 3 (in capitals) is a function of the program: the script ends here."))
        << script;
    db.script(script.substr(script.find('\n') + 1));  // the first line is the shell's
    EXPECT_EQ(texts(), "a; b");
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
    EXPECT_TRUE(steps.status(db).steps[0].started_at.has_value());
    EXPECT_EQ(steps.up(db).size(), 1u);
    EXPECT_EQ(steps.sql(db), "");
    steps.down(db);
    const std::string back = steps.sql_down(db, {.steps = 2});
    db.script(back.substr(back.find('\n') + 1));
    EXPECT_FALSE(has("notes"));
    EXPECT_EQ(history(), "");
}

TEST_F(running_migrations, nothing_is_run_that_was_not_shown) {
    const migrations steps = three();
    steps.up(db);
    const auto shown = [](const std::vector<kin::migration_preview>& all) {
        std::vector<std::int64_t> numbers;
        for (const auto& each : all) numbers.push_back(each.number);
        return numbers;
    };
    const auto last = shown(steps.preview_down(db));
    steps.down(db);
    EXPECT_EQ(thrown<migration_error>([&] { steps.down(db, {.expected = last}); }).message(),
              "step 2 (two) would be taken back now, which was not shown before: somebody else has migrated this "
              "database in between. Look again. Nothing was changed");
    EXPECT_EQ(history(), "1|done|up; 2|done|up");
    EXPECT_EQ(texts(), "a; b");
    steps.down(db, 2);
    const auto next = shown(steps.preview_up(db, {.steps = 1}));
    steps.up(db, 1);
    EXPECT_EQ(thrown<migration_error>([&] { steps.up(db, {.steps = 1, .expected = next}); }).message(),
              "step 2 (two) would be run now, which was not shown before: somebody else has migrated this database in "
              "between. Look again. Nothing was changed");
    EXPECT_EQ(history(), "1|done|up");
    // Of what was shown, somebody else may have run some.
    const auto rest = shown(steps.preview_up(db));
    steps.up(db, 1);
    EXPECT_EQ(steps.up(db, {.expected = rest}).size(), 1u);
    EXPECT_TRUE(steps.up(db, {.expected = rest}).empty());
    EXPECT_EQ(history(), "1|done|up; 2|done|up; 3|done|up");
}

}  // namespace
