// diff, make and check: what models want, what a database has, and the step between them.
#include "command_line/program.hpp"

namespace {

namespace first {
struct Post {
    kin::key<Post> id{};
    std::string title{};
    static constexpr auto table = kin::table("posts");
};
using Models = kin::models<Post>;
}  // namespace first

namespace second {
struct Post {
    kin::key<Post> id{};
    std::string title{};
    std::optional<std::string> slug{};
    static constexpr auto table = kin::table("posts").unique("slug");
};
struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    std::string text{};
    static constexpr auto table = kin::table("comments");
};
using Models = kin::models<Post, Comment>;
}  // namespace second

namespace third {
struct Post {
    kin::key<Post> id{};
    std::string headline{};
    static constexpr auto table = kin::table("posts");
};
using Models = kin::models<Post>;
}  // namespace third

using kin::test::contains;
using kin::test::json_at;
using kin::test::outcome;

class comparing_command_line : public testing::Test {
  protected:
    template <class Models>
    outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--db", place.url()});
        return where.run<Models>({}, std::move(arguments));
    }
    std::string rows(std::string_view sql) {
        kin::database db{place.url()};
        return kin::test::rows_of(*db.connect(), sql);
    }
    void begin() {
        ASSERT_EQ(run<first::Models>({"make", "posts"}).out, "wrote migrations/0001_posts.sql\n");
        ASSERT_EQ(run<first::Models>({"up"}).code, 0);
        kin::database db{place.url()};
        db.script("INSERT INTO posts (title) VALUES ('a'), ('b')");
    }

    kin::test::place place{};
    kin::test::program where{};
    const std::string engine{kin::test::engine_name()};
};

TEST_F(comparing_command_line, from_nothing_to_models) {
    where.write("migrations/.keep", "");
    const outcome diff = run<first::Models>({"diff"});
    EXPECT_EQ(diff.code, 0) << diff.err;
    EXPECT_TRUE(contains(diff.out, "safe          table_added  posts")) << diff.out;
    EXPECT_TRUE(contains(run<first::Models>({"diff", "--sql"}).out, "CREATE TABLE \"posts\" (")) << diff.out;
    const outcome json = run<first::Models>({"diff", "--json"});
    EXPECT_EQ(json_at(json.out, "$.differences[0].what"), "table_added");
    EXPECT_TRUE(contains(json_at(json.out, "$.sql[0]"), "CREATE TABLE"));
    EXPECT_EQ(run<first::Models>({"check"}).code, 1);
    begin();
    EXPECT_EQ(run<first::Models>({"diff"}).out, "no difference: the database has what the models want\n");
    const outcome check = run<first::Models>({"check"});
    EXPECT_EQ(check.out, "models and database agree\n") << check.err;
    EXPECT_EQ(check.code, 0);
    EXPECT_EQ(run<first::Models>({"make", "more"}).out, "no difference: nothing to write\n");
    const std::string text = where.read("migrations/0001_posts.sql");
    EXPECT_TRUE(contains(text, "-- up " + engine + "\nCREATE TABLE \"posts\"")) << text;
    EXPECT_TRUE(contains(text, "-- down " + engine + '\n')) << text;
    EXPECT_EQ(contains(text, "-- foreign keys off\n"), engine == "sqlite") << text;
    EXPECT_TRUE(contains(text, "\nDROP TABLE \"posts\"")) << text;
}

TEST_F(comparing_command_line, to_other_models_and_back) {
    begin();
    const outcome check = run<second::Models>({"check"});
    EXPECT_EQ(check.code, 1);
    EXPECT_TRUE(contains(check.out, "column_added")) << check.out;
    EXPECT_TRUE(contains(check.out, "differences between models and database\n")) << check.out;
    EXPECT_EQ(json_at(run<second::Models>({"check", "--json"}).out, "$.problem"), "NULL");
    ASSERT_EQ(run<second::Models>({"make", "slugs"}).out, "wrote migrations/0002_slugs.sql\n");
    const outcome pending = run<second::Models>({"check"});
    EXPECT_TRUE(contains(pending.out, "1 step has not run on this database\n")) << pending.out;
    EXPECT_TRUE(
        contains(run<second::Models>({"make", "again"}).err, "1 step has not run on this database: run `up` first"));
    const outcome up = run<second::Models>({"up"});
    ASSERT_EQ(up.code, 0) << up.err << where.read("migrations/0002_slugs.sql");
    EXPECT_EQ(run<second::Models>({"check"}).code, 0) << run<second::Models>({"check"}).out;
    EXPECT_EQ(rows("SELECT id, title, slug FROM posts ORDER BY id"), "1|a|NULL; 2|b|NULL");
    EXPECT_EQ(run<second::Models>({"down"}).code, 1);  // the column is dropped
    const outcome down = run<second::Models>({"down", "--yes"});
    ASSERT_EQ(down.code, 0) << down.err << where.read("migrations/0002_slugs.sql");
    EXPECT_EQ(rows("SELECT id, title FROM posts ORDER BY id"), "1|a; 2|b");
    EXPECT_EQ(run<first::Models>({"diff", "--exact"}).out, "no difference: the database has what the models want\n");
    EXPECT_EQ(run<second::Models>({"up"}).code, 0);
    EXPECT_EQ(run<second::Models>({"check", "--exact"}).code, 0);
}

TEST_F(comparing_command_line, what_may_be_a_rename_is_asked_about) {
    begin();
    const outcome make = run<third::Models>({"make", "headline"});
    EXPECT_EQ(make.code, 1);
    EXPECT_EQ(
        make.err,
        "was posts.headline called title before? Then say so: renamed_from\nsay --yes where it is new. Nothing was "
        "written\n");
    EXPECT_EQ(where.read("migrations/0002_headline.sql"), "");
}

TEST_F(comparing_command_line, what_is_nobodys_stays) {
    begin();
    kin::database db{place.url()};
    db.script("CREATE TABLE theirs (x int); CREATE VIEW titles AS SELECT title FROM posts");
    EXPECT_EQ(run<first::Models>({"check"}).code, 0);
    EXPECT_TRUE(contains(run<first::Models>({"diff", "--exact"}).out, "table_dropped"));
    ASSERT_EQ(run<second::Models>({"make", "slugs"}).code, 0);
    ASSERT_EQ(run<second::Models>({"up"}).code, 0);
    const outcome down = run<second::Models>({"down", "--yes"});
    EXPECT_EQ(down.code, 0) << down.err << where.read("migrations/0002_slugs.sql");
    EXPECT_EQ(rows("SELECT title FROM titles ORDER BY 1"), "a; b");
    EXPECT_EQ(rows("SELECT count(*) FROM theirs"), "0");
    EXPECT_EQ(run<first::Models>({"diff"}).out, "no difference: the database has what the models want\n");
}

TEST_F(comparing_command_line, a_step_for_the_hand) {
    EXPECT_EQ(run<first::Models>({"make", "words", "--empty"}).out, "wrote migrations/0001_words.sql\n");
    EXPECT_EQ(where.read("migrations/0001_words.sql"), "-- up\n-- down\n");
    EXPECT_EQ(json_at(run<first::Models>({"make", "more", "--empty", "--json"}).out, "$.files[0]"),
              "migrations/0002_more.sql");
    EXPECT_EQ(run<first::Models>({"make", "../x"}).code, 1);
    where.write("migrations/20261130_dated.sql", "-- up\n");
    const outcome dated = run<first::Models>({"make", "next", "--empty"});
    EXPECT_TRUE(dated.out.starts_with("wrote migrations/20")) << dated.out << dated.err;
}

TEST_F(comparing_command_line, a_picture_of_models_or_of_the_database) {
    begin();
    const std::string models = run<second::Models>({"diagram"}).out;
    EXPECT_TRUE(models.starts_with("erDiagram")) << models;
    EXPECT_TRUE(contains(models, "comments"));
    const std::string there = run<second::Models>({"diagram", "--database", "--format", "dot"}).out;
    EXPECT_TRUE(contains(there, "posts"));
    EXPECT_FALSE(contains(there, "comments"));
    EXPECT_EQ(json_at(run<second::Models>({"diagram", "--json"}).out, "$.diagram"), models);
    EXPECT_EQ(run<second::Models>({"diagram", "--format", "png"}).code, 2);
}

TEST_F(comparing_command_line, what_the_steps_alone_make) {
    if (engine != "sqlite") GTEST_SKIP();
    begin();
    EXPECT_EQ(where.run<first::Models>({}, {"check", "--db", "sqlite::memory:"}).code, 0);
    EXPECT_EQ(where.run<second::Models>({}, {"check", "--db", "sqlite::memory:"}).code, 1);
}

}  // namespace
