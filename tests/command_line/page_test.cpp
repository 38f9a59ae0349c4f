// docs/schema.md shows what each command says; what stands there is written by running it (support/shown_page.hpp).
#include <iterator>
#include <regex>

#include "command_line/program.hpp"
#include "support/shown_page.hpp"

namespace schema_page {

struct Post {
    kin::key<Post> id{};
    std::string title{};
    static constexpr auto table = kin::table("posts");
};
using Models = kin::models<Post>;

namespace later {
struct Post {
    kin::key<Post> id{};
    std::string title{};
    std::optional<std::string> slug{};
    static constexpr auto table = kin::table("posts").index("title");
};
using Models = kin::models<Post>;
}  // namespace later

}  // namespace schema_page

namespace {

using namespace schema_page;
using kin::test::outcome;

class schema_page_test : public testing::Test {
  protected:
    schema_page_test() {
        program.database = "sqlite:blog.db";
        where.write(
            "migrations/0001_posts.sql",
            "-- up\nCREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL);\n-- down\nDROP TABLE posts;\n");
        where.write("migrations/0002_titles.sql",
                    "-- up\nCREATE INDEX ix_posts_title ON posts (title);\n-- down\nDROP INDEX ix_posts_title;\n");
    }

    /// What was typed and what came, as the page shows it.
    template <class M = Models>
    std::string typed(std::vector<std::string> arguments, int code = 0) {
        const outcome o = where.run<M>(program, arguments);
        std::string out = "$ blog";
        for (const std::string& each : arguments) out += ' ' + each;
        EXPECT_EQ(o.code, code) << out << '\n' << o.err;
        out += '\n' + o.out + o.err;
        if (code != 0) out += "(returns " + std::to_string(code) + ")\n";
        return alike(out);
    }
    /// One behind the other: a list between braces is evaluated in its order, the sides of a + are not.
    static std::string in_turn(std::initializer_list<std::string> each) {
        std::string all;
        for (const std::string& one : each) all += one;
        return all;
    }
    /// What differs from run to run and from machine to machine.
    static std::string alike(std::string text) {
        const auto change = [&](const char* what, const char* to) {
            text = std::regex_replace(text, std::regex{what}, to);
        };
        change("[0-9]+ ms", "3 ms");
        change("20[0-9]{2}-[0-9]{2}-[0-9]{2}([ T])[0-9]{2}:[0-9]{2}:[0-9]{2}", "2026-11-30$0109:41:07");
        change("[^ ]+@[^ ]+ \\(process [0-9]+\\)", "ada@laptop (process 4711)");
        return text;
    }
    void shown(const std::string& name, const std::string& text) { page.shows(name, "console", text); }

    kin::test::program where{};
    kin::schema_program program{};
    kin::test::shown_page page{"docs/schema.md"};
};

/// A step that waits inside of another process, for as long as `while_held` runs.
template <class F>
void while_somebody_migrates(const kin::test::program& where, F&& while_held) {
    int inside[2];
    int done[2];
    ASSERT_EQ(pipe(inside), 0);
    ASSERT_EQ(pipe(done), 0);
    const pid_t id = fork();
    if (id == 0) {
        if (chdir(where.folder().c_str()) != 0) _exit(98);
        kin::migrations steps{"migrations"};
        steps.add({3, "long", [&](kin::session&) {
                       char c = 0;
                       (void)!write(inside[1], "x", 1);
                       (void)!read(done[0], &c, 1);
                       throw std::runtime_error{"over"};
                   }});
        kin::database db{"sqlite:blog.db"};
        try {
            steps.up(db);
        } catch (const kin::migration_failed&) {
        }
        _exit(0);
    }
    char c = 0;
    (void)!read(inside[0], &c, 1);
    while_held();
    (void)!write(done[1], "x", 1);
    int status = 0;
    EXPECT_EQ(waitpid(id, &status, 0), id);
    for (const int each : {inside[0], inside[1], done[0], done[1]}) close(each);
}

TEST_F(schema_page_test, shows_what_is_said) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "the page's database is SQLite's";
    shown("status", in_turn({typed({"status"}), typed({"status", "--json"})}));
    shown("sql", typed({"sql"}));
    shown("up", in_turn({typed({"up"}), typed({"up"}), typed({"status"})}));
    shown("down", in_turn({typed({"down"}), typed({"down"}, 1), typed({"down", "--yes"})}));
    ASSERT_EQ(where.run<Models>(program, {"up"}).code, 0);
    using Later = later::Models;
    shown("diff", in_turn({typed<Later>({"diff"}), typed<Later>({"diff", "--sql"})}));
    const std::string made = typed<Later>({"make", "slug"});
    shown("make", made + "$ cat migrations/0003_slug.sql\n" + where.read("migrations/0003_slug.sql"));
    const std::string checks =
        in_turn({typed<Later>({"check"}, 1), typed<Later>({"check", "--db", "sqlite::memory:"})});
    std::filesystem::remove(where.folder() + "/migrations/0003_slug.sql");
    shown("check", checks);

    shown("diagram", typed<Later>({"diagram"}));

    program.steps.push_back({3, "long", [](kin::session&) {}});
    while_somebody_migrates(where, [&] { shown("locked", typed({"up", "--wait", "0"}, 1)); });
    program.steps.clear();

    where.write("migrations/0003_bad.sql",
                "-- up\nINSERT INTO posts (title) VALUES ('Engines');\nUPDATE post SET title = 'Looms';\n");
    shown("fails", typed({"up"}, 1));
    where.write(
        "migrations/0003_bad.sql",
        "-- up\n-- no transaction\nINSERT INTO posts (title) VALUES ('Engines');\nUPDATE post SET title = 'Looms';\n");
    shown("half", in_turn({typed({"up"}, 1), typed({"status"}, 1), typed({"mark", "3", "done"})}));
    where.write("migrations/0005_more.sql", "-- up\n");
    std::string numbers = typed({"up"}, 1);
    where.write("migrations/0003_again.sql", "-- up\n");
    shown("numbers", numbers + typed({"up"}, 1));
    for (const char* each : {"0003_again", "0003_bad", "0005_more"}) {
        std::filesystem::remove(where.folder() + "/migrations/" + each + ".sql");
    }
    shown("older", typed({"up"}, 1));
    ASSERT_EQ(where.run<Models>(program, {"mark", "3", "undone"}).code, 0);
    where.write("migrations/0002_titles.sql", "-- up\nCREATE UNIQUE INDEX ix_posts_title ON posts (title);\n");
    shown("changed", typed({"up"}, 1));
    program.seed = [](kin::session& s) { s.add(Post{.title = "Looms again"}); };
    shown("seed", typed({"seed"}));
}

}  // namespace
