// What a person at a terminal is asked, and sees: questions, colours, the line that says how far it is.
#include "command_line/terminal.hpp"
#include "support/processes.hpp"

namespace {

struct Note {
    kin::key<Note> id{};
    std::string text{};
    static constexpr auto table = kin::table("notes");
};
using Models = kin::models<Note>;

using kin::test::contains;
using kin::test::terminal;

class at_a_terminal : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* each : {"1_a", "2_b", "3_c"}) {
            const std::string table{each[2]};
            where.write("migrations/" + std::string{each} + ".sql",
                        "-- up\nCREATE TABLE " + table + " (x int);\n-- down\nDROP TABLE " + table + ";\n");
        }
    }
    terminal on(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--db", place.url()});
        return terminal::of<Models>(where, program, std::move(arguments));
    }
    kin::test::outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--db", place.url()});
        return where.run<Models>(program, std::move(arguments));
    }
    std::string history() {
        kin::database db{place.url()};
        return kin::test::rows_of(*db.connect(), "SELECT number FROM kin_migrations ORDER BY number");
    }

    kin::test::place place{};
    kin::test::program where{};
    kin::schema_program program{};
};

TEST_F(at_a_terminal, is_asked_before_data_is_lost) {
    ASSERT_EQ(run({"up"}).code, 0);
    for (const char* answer : {"n\n", "\n", "yesterday\n", "\x04"}) {
        terminal no = on({"down"});
        ASSERT_TRUE(no.shows("step 3 (c) loses data: DROP TABLE c\r\n\033[0mGo on? [y/N] ")) << no.seen();
        no.type(answer);
        EXPECT_EQ(no.end(), 1);
        EXPECT_TRUE(no.seen().ends_with("Nothing was changed\r\n")) << no.seen();
        EXPECT_EQ(history(), "1; 2; 3");
    }
    for (const char* answer : {"y\n", "yes\n"}) {
        terminal yes = on({"down"});
        ASSERT_TRUE(yes.shows("Go on? [y/N] ")) << yes.seen();
        yes.type(answer);
        EXPECT_EQ(yes.end(), 0) << yes.seen();
    }
    EXPECT_EQ(history(), "1");
}

TEST_F(at_a_terminal, what_somebody_else_does_meanwhile_was_not_asked_about) {
    ASSERT_EQ(run({"up"}).code, 0);
    terminal second = on({"down"});
    ASSERT_TRUE(second.shows("step 3 (c) loses data")) << second.seen();
    ASSERT_TRUE(second.shows("Go on? [y/N] ")) << second.seen();
    ASSERT_EQ(run({"down", "--yes"}).code, 0);
    second.type("y\n");
    EXPECT_EQ(second.end(), 1);
    EXPECT_TRUE(contains(second.seen(),
                         "step 2 (b) would be taken back now, which was not shown before: somebody else has migrated "
                         "this database in between. Look again. Nothing was changed"))
        << second.seen();
    EXPECT_EQ(history(), "1; 2");
}

TEST_F(at_a_terminal, sees_colours_unless_they_are_not_wanted) {
    terminal up = on({"up"});
    EXPECT_EQ(up.end(), 0);
    EXPECT_TRUE(contains(up.seen(), "\033[32mup  \033[0m       1  a\033[2m  ")) << up.seen();
    terminal never = on({"status", "--color", "never"});
    EXPECT_EQ(never.end(), 0);
    EXPECT_FALSE(contains(never.seen(), "\033")) << never.seen();
    setenv("NO_COLOR", "1", 1);
    terminal none = on({"status"});
    unsetenv("NO_COLOR");
    EXPECT_EQ(none.end(), 0);
    EXPECT_FALSE(contains(none.seen(), "\033")) << none.seen();
}

TEST_F(at_a_terminal, a_step_that_takes_its_time_says_where_it_is) {
    const kin::test::signal_pipe seen;
    program.steps.push_back({4, "long", [&](kin::session&) { seen.await(); }});
    terminal up = on({"up", "--color", "never"});
    // Where the machine is busy, a second is left out.
    EXPECT_TRUE(up.shows("\r\033[Kstep 4 (long), ", 2)) << up.seen();
    seen.give();
    EXPECT_EQ(up.end(), 0);
    EXPECT_TRUE(contains(up.seen(), " s\r\033[Kup         4  long  ")) << up.seen();
    EXPECT_EQ(history(), "1; 2; 3; 4");
}

TEST_F(at_a_terminal, what_may_be_a_rename_is_asked) {
    where.write("migrations/4_notes.sql", std::string{"-- up\nCREATE TABLE notes (id integer PRIMARY KEY, words "} +
                                              std::string{kin::test::engine_says("text", "text", "longtext")} + ");\n");
    ASSERT_EQ(run({"up"}).code, 0);
    terminal no = on({"make", "text"});
    ASSERT_TRUE(no.shows("was notes.text called words before? Then say so: renamed_from\r\n")) << no.seen();
    ASSERT_TRUE(no.shows("Write the step as if it were new? [y/N] ")) << no.seen();
    no.type("n\n");
    EXPECT_EQ(no.end(), 1);
    EXPECT_EQ(where.read("migrations/0005_text.sql"), "");
}

}  // namespace
