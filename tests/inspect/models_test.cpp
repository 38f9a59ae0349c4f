// What kin-inspect writes: names, relations, keys, types; and what it says beside them.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>

#include "../../src/inspect/names.hpp"
#include "../../src/inspect/program.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace kin::reverse;

TEST(inspect_names, are_those_that_a_person_would_give) {
    EXPECT_EQ(member_name("CustomerID"), "customer_id");
    EXPECT_EQ(member_name("HTTPHeader"), "http_header");
    EXPECT_EQ(member_name("order date"), "order_date");
    EXPECT_EQ(member_name("class"), "class_");
    EXPECT_EQ(member_name("2fa"), "n_2fa");
    EXPECT_EQ(member_name("__"), "column");
    EXPECT_EQ(struct_name("order details"), "OrderDetail");
    EXPECT_EQ(struct_name("categories"), "Category");
    EXPECT_EQ(struct_name("people"), "Person");
    EXPECT_EQ(singular("addresses"), "address");
    EXPECT_EQ(singular("bus"), "bus");
    EXPECT_EQ(singular("movies"), "movie");
    EXPECT_EQ(plural("post_category"), "post_categories");
    EXPECT_EQ(plural("day"), "days");
    EXPECT_EQ(plural("box"), "boxes");
    EXPECT_EQ(plural("staff"), "staff");
    EXPECT_EQ(without_key_suffix("author_id"), "author");
    EXPECT_EQ(without_key_suffix("country_code"), "country");
    EXPECT_EQ(without_key_suffix("author"), "author");
    EXPECT_EQ(literal("a\"b\\\n"), "\"a\\\"b\\\\\\n\"");
    EXPECT_EQ(literal("what?\?/"), "\"what?\\?/\"");
    EXPECT_EQ(member_name("stdin"), "stdin_");
    EXPECT_EQ(member_name("table 2"), "table_2_");
    EXPECT_TRUE(is_cpp_name("Customer"));
    EXPECT_TRUE(is_cpp_name("CUSTOMER_ID"));
    for (const char* name :
         {"NULL", "EOF", "NAN", "EINVAL", "INT_MAX", "SIGINT", "errno", "class", "2fa", "a b", "_a"}) {
        EXPECT_FALSE(is_cpp_name(name)) << name;
    }
}

class sqlite_models : public testing::Test {
  protected:
    std::string models_of(std::string_view script, std::vector<std::string> arguments = {}) {
        const std::string url = directory_.sqlite_url("test.db");
        kin::engine::connection{kin::engine::open_driver(kin::engine::url::parse(url))}.script(script);
        return run(url, std::move(arguments));
    }
    std::string run(const std::string& url, std::vector<std::string> arguments) {
        std::vector<const char*> argv{"kin-inspect", url.c_str()};
        for (const std::string& a : arguments) argv.push_back(a.c_str());
        std::ostringstream out;
        std::ostringstream problems;
        result_ = inspect_program(static_cast<int>(argv.size()), argv.data(), out, problems);
        problems_ = problems.str();
        return out.str();
    }
    static void has(const std::string& text, std::string_view line) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "\nis not in\n" << text;
    }
    static void lacks(const std::string& text, std::string_view line) {
        EXPECT_EQ(text.find(line), std::string::npos) << line << "\nis in\n" << text;
    }

    kin::test::temporary_directory directory_{};
    std::string problems_{};
    int result_ = 0;
};

TEST_F(sqlite_models, relations_on_both_sides) {
    const std::string text = models_of(R"(
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, manager_id REFERENCES people);
        CREATE TABLE profiles (person_id INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE, bio TEXT);
        CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INT NOT NULL REFERENCES people,
            editor_id INT REFERENCES people, category REFERENCES categories, parent_id REFERENCES posts);
        CREATE TABLE categories (id INTEGER PRIMARY KEY, title TEXT);
        CREATE TABLE tags (id INTEGER PRIMARY KEY, word TEXT);
        CREATE TABLE post_tags (post_id INTEGER NOT NULL REFERENCES posts, tag_id INTEGER NOT NULL REFERENCES tags,
            PRIMARY KEY (post_id, tag_id)); CREATE INDEX tagged ON post_tags (tag_id);
        CREATE TABLE likes (post_id NOT NULL REFERENCES posts, person_id NOT NULL REFERENCES people, at TEXT,
            PRIMARY KEY (post_id, person_id));)");
    EXPECT_EQ(problems_, "");
    has(text, "kin::belongs_to<Person> manager{};");
    has(text, "kin::has_many<Person> reports{};");
    has(text, "kin::key<Person> person_id{};");
    has(text, "kin::has_one<Profile, kin::passive_deletes> profile{};");
    has(text, "kin::belongs_to<Person, kin::via<\"author_id\">> author{};");
    has(text, "kin::belongs_to<Person, kin::via<\"editor_id\">> editor{};");
    has(text, "kin::has_many<Post, kin::via<\"author_id\">> author_posts{};");
    has(text, "kin::has_many<Post, kin::via<\"editor_id\">> editor_posts{};");
    has(text, "std::optional<kin::key<Category>> category_id{};");
    has(text, ".column(\"category_id\", \"category\")");
    has(text, "kin::belongs_to<Category> category{};");
    has(text, "kin::has_many<Post> children{};");
    has(text, "kin::many_to_many<Tag, kin::pivot<\"post_tags\", \"post_id\", \"tag_id\">> tags{};");
    has(text, "kin::many_to_many<Post, kin::pivot<\"post_tags\", \"tag_id\", \"post_id\">> posts{};");
    lacks(text, "struct PostTag");
    has(text, "kin::many_to_many<Person, Like> people{};");
    has(text, "kin::has_many<Like> likes{};");
    has(text, "kin::many_to_many<Post, Like> posts{};");
    has(text, "using all_models = kin::models<Person, Profile, Post, Category, Tag, Like>;");
}

TEST_F(sqlite_models, a_pivot_has_a_struct_where_its_table_says_more_than_a_many_to_many) {
    const std::string two = "CREATE TABLE posts (id INTEGER PRIMARY KEY); CREATE TABLE tags (id INTEGER PRIMARY KEY);";
    const std::string text = models_of(two + R"(
        CREATE TABLE post_tags (post_id INTEGER NOT NULL REFERENCES posts, tag_id INTEGER NOT NULL REFERENCES tags,
            PRIMARY KEY (post_id, tag_id));)");
    has(text, "kin::many_to_many<Tag, PostTag> tags{};");
    has(text, ".unindexed(\"tag_id\")");
    lacks(run(directory_.sqlite_url("test.db"), {"--style", "queries"}), "struct PostTag");
    const std::string without = models_of(R"(DROP TABLE post_tags;
        CREATE TABLE post_tags (post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
            tag_id INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (post_id, tag_id));
        CREATE INDEX tagged ON post_tags (tag_id);)");
    has(without,
        "kin::many_to_many<Tag, kin::pivot<\"post_tags\", \"post_id\", \"tag_id\">, kin::passive_deletes> tags{};");
    lacks(without, "struct PostTag");
}

TEST_F(sqlite_models, say_what_is_there_beside_their_members) {
    const std::string text = models_of(R"(
        CREATE TABLE t (code TEXT PRIMARY KEY, mixed ANY NOT NULL DEFAULT 1, also, CHECK (mixed <> 2));
        CREATE INDEX by_mixed ON t (mixed);
        CREATE VIEW v AS SELECT code FROM t; CREATE VIEW named (code) AS SELECT code FROM t;
        INSERT INTO t VALUES ('a', 1.5, 1.5), ('b', 'x', 'x'), ('c', x'00', 'y');)");
    has(text, ".nullable(\"code\")");
    has(text, ".ignored(\"mixed\", \"ANY NOT NULL DEFAULT 1\")");
    has(text, ".ignored(\"also\", \"NULL\")");
    has(text, ".index(kin::index_on().expression(\"\\\"mixed\\\"\").named(\"by_mixed\"))");
    has(text, ".view(\"SELECT code FROM t\")");
    has(text, "// How the view is made stands in the database alone.\nstruct Named {");
}

TEST_F(sqlite_models, what_rows_hold_decides_where_the_declaration_is_not_kept) {
    const std::string text = models_of(R"(
        CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, day DATE, at DATETIME, odd DATETIME, flag BOOLEAN, mixed, code INT,
            price DECIMAL(5, 2) NOT NULL DEFAULT 1.5, many INT DEFAULT 7, name TEXT NOT NULL DEFAULT 'it''s',
            made TEXT DEFAULT (datetime('now')), total GENERATED ALWAYS AS (many * 2) VIRTUAL);
        INSERT INTO t (n, day, at, odd, flag, mixed, code) VALUES (1, '2024-02-29', '2024-02-29 12:00:00', 'soon', 1, 1.5, 1),
            (1.5, '2024-02-29', '2024-02-29 12:00:00', 'later', 0, 'x', 'x');)");
    has(text, "std::optional<double> n{};  // INTEGER, and its rows have fractions");
    has(text, "std::optional<std::chrono::sys_days> day{};");
    has(text, "std::optional<kin::moment> at{};");
    has(text, "std::optional<std::string> odd{};");
    has(text, "std::optional<bool> flag{};");
    has(text, "// mixed: its rows have 1 numbers, 1 texts and 0 blobs");
    has(text, "std::optional<kin::stored_as<std::string, kin::form::number_or_text>> code{};");
    has(text, "kin::stored_as<kin::decimal, kin::form::real> price{};");
    has(text, ".database_default(\"price\")");
    has(text, "std::optional<std::int64_t> many{7};");
    has(text, "std::string name{\"it's\"};");
    has(text, ".database_default(\"made\")");
    has(text, ".generated(\"total\", \"many * 2\")");
}

TEST_F(sqlite_models, what_a_model_cannot_say_stands_beside_it) {
    const std::string text = models_of(R"(
        PRAGMA foreign_keys = off; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, thing_type TEXT, thing_id INT, missing INT REFERENCES nobody (x)) STRICT;
        CREATE UNIQUE INDEX some ON t (lower(a) DESC) WHERE a <> '';
        CREATE TRIGGER written AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE TABLE no_key (a, b);
        CREATE VIEW v AS SELECT id, a FROM t;
        INSERT INTO t (a) VALUES ('x');
        INSERT INTO no_key VALUES (1, 1), (1, 1);
        CREATE VIRTUAL TABLE words USING fts5(word);)");
    has(text, ".index(kin::index_on().expression(\"lower(a)\", true).where(\"a <> ''\").unique().named(\"some\"))");
    has(text, "// Trigger written\n");
    has(text, ".options(\"STRICT\")");
    has(text, "// No relation to nobody: the table was not read.");
    has(text, "// thing_type and thing_id may be a kin::morph_to<");
    has(text, "// No key holds for all rows. SQLite's rowid tells its rows apart; they are only read.\nstruct NoKey {");
    has(text, "kin::key<NoKey> rowid{};");
    has(text, "// - VIRTUAL TABLE words");
    has(text, "/// The view v: only to be read.\n// No key says so, but today no two rows have the same id.");
    has(text, "using all_views = kin::models<NoKey, V>;");
}

TEST_F(sqlite_models, problems_are_one_line) {
    EXPECT_EQ(run("sqlite:" + (directory_.path() / "none.db").string() + "?mode=ro", {}), "");
    EXPECT_EQ(result_, 1);
    EXPECT_TRUE(problems_.starts_with("kin-inspect: ")) << problems_;
    models_of("CREATE TABLE t (id INTEGER PRIMARY KEY)", {"--tables", "x*"});
    EXPECT_EQ(result_, 1);
    EXPECT_TRUE(problems_.starts_with("kin-inspect: there is no table of these names in sqlite:")) << problems_;
    run(directory_.sqlite_url("test.db"), {"--style", "rococo"});
    EXPECT_NE(result_, 0);
    EXPECT_NE(problems_.find("--style"), std::string::npos);
}

}  // namespace
