// What SQLite has, read as data: every element, of tables that SQL made by hand.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/inspect.hpp>

#include "support/temporary_directory.hpp"

namespace {

using kin::schema::catalogue;
using kin::sql::deferring;
using kin::sql::identity;
using kin::sql::table_definition;
using texts = std::vector<std::string>;

class sqlite_inspect : public testing::Test {
  protected:
    catalogue made_by(std::string_view script, const kin::schema::inspect_options& options = {}) {
        db_.script(script);
        return kin::schema::inspect(db_, options);
    }
    table_definition table_of(std::string_view script) {
        const catalogue all = made_by(script);
        EXPECT_EQ(all.tables.size(), 1U);
        return all.tables.empty() ? table_definition{} : all.tables[0];
    }

    kin::test::temporary_directory directory_{};
    kin::engine::connection db_{
        kin::engine::open_driver(kin::engine::url::parse(directory_.sqlite_url("test.db") + "?synchronous=off"))};
};

TEST_F(sqlite_inspect, columns) {
    const table_definition t = table_of(R"(CREATE TABLE t (
        id INTEGER PRIMARY KEY,
        name VARCHAR(20) NOT NULL DEFAULT 'it''s',
        [at once] TEXT COLLATE NOCASE DEFAULT CURRENT_TIMESTAMP,
        price DECIMAL(10, 2) DEFAULT -1.5,
        made TEXT DEFAULT (datetime('now')) /* when, in UTC */, -- a comment, with a comma
        total GENERATED ALWAYS AS (price * 2) STORED,
        half REAL AS (price / 2), `any``thing`
    ))");
    EXPECT_EQ(t.name, "t");
    EXPECT_EQ(t.schema, "");
    const std::vector<kin::sql::column_definition> expected{
        {.name = "id", .type = "INTEGER", .identity = identity::by_default},
        {.name = "name", .type = "VARCHAR(20)", .default_sql = "'it''s'"},
        {.name = "at once",
         .type = "TEXT",
         .nullable = true,
         .default_sql = "CURRENT_TIMESTAMP",
         .collation = "NOCASE"},
        {.name = "price", .type = "DECIMAL(10, 2)", .nullable = true, .default_sql = "-1.5"},
        {.name = "made", .type = "TEXT", .nullable = true, .default_sql = "(datetime('now'))"},
        {.name = "total", .nullable = true, .generated_sql = "price * 2"},
        {.name = "half", .type = "REAL", .nullable = true, .generated_sql = "price / 2", .stored = false},
        {.name = "any`thing", .nullable = true}};
    ASSERT_EQ(t.columns.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(t.columns[i], expected[i]) << t.columns[i].name;
    EXPECT_EQ(t.primary_key.columns, texts{"id"});
}

TEST_F(sqlite_inspect, which_keys_the_database_counts) {
    const catalogue all = made_by(R"(
        CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE apart (id INTEGER, CONSTRAINT own PRIMARY KEY (id AUTOINCREMENT));
        CREATE TABLE behind (x, id integer, PRIMARY KEY (ID DESC));
        CREATE TABLE int_key (id INT PRIMARY KEY);
        CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
        CREATE TABLE no_rowid (id INTEGER PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE two (b INTEGER, a TEXT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
        CREATE TABLE none (id INTEGER);)");
    const auto of = [&](std::string_view name) {
        const table_definition* t = all.find_table("", name);
        EXPECT_NE(t, nullptr) << name;
        return t == nullptr || t->columns.empty() ? identity::none : t->columns.back().identity;
    };
    EXPECT_EQ(of("counted"), identity::never_again);
    EXPECT_EQ(of("apart"), identity::never_again);
    EXPECT_EQ(of("behind"), identity::by_default);
    EXPECT_EQ(of("int_key"), identity::none);
    EXPECT_EQ(of("descending"), identity::none);
    EXPECT_EQ(of("no_rowid"), identity::none);
    EXPECT_EQ(all.find_table("", "apart")->primary_key.name, "own");
    EXPECT_EQ(all.find_table("", "descending")->primary_key.sql, "PRIMARY KEY (\"id\" DESC)");
    EXPECT_EQ(all.find_table("", "no_rowid")->options, "WITHOUT ROWID");
    EXPECT_EQ(all.find_table("", "two")->options, "STRICT, WITHOUT ROWID");
    EXPECT_EQ(all.find_table("", "two")->primary_key.columns, (texts{"a", "b"}));
    EXPECT_TRUE(all.find_table("", "none")->primary_key.columns.empty());
    EXPECT_EQ(all.find_table("", "sqlite_sequence"), nullptr);
}

TEST_F(sqlite_inspect, constraints) {
    const table_definition t = table_of(R"(CREATE TABLE t (
        a TEXT CONSTRAINT "a is one" UNIQUE CONSTRAINT short CHECK (length(a) <= 3),
        b TEXT NOT NULL ON CONFLICT IGNORE UNIQUE ON CONFLICT REPLACE,
        c INT CHECK (c IN (1, 2) AND ')' <> '('),
        CONSTRAINT both UNIQUE (b, c)
        CHECK (a <> b), CONSTRAINT odd UNIQUE (c DESC, a COLLATE NOCASE)))");
    ASSERT_EQ(t.uniques.size(), 4U);
    EXPECT_EQ(t.uniques[0], (kin::sql::unique_definition{.name = "a is one", .columns = {"a"}}));
    EXPECT_EQ(t.uniques[1],
              (kin::sql::unique_definition{.columns = {"b"}, .sql = "UNIQUE (\"b\") ON CONFLICT REPLACE"}));
    EXPECT_EQ(t.uniques[2], (kin::sql::unique_definition{.name = "both", .columns = {"b", "c"}}));
    EXPECT_EQ(t.uniques[3], (kin::sql::unique_definition{
                                .name = "odd", .columns = {"c", "a"}, .sql = "UNIQUE (c DESC, a COLLATE NOCASE)"}));
    ASSERT_EQ(t.checks.size(), 3U);
    EXPECT_EQ(t.checks[0], (kin::sql::check_definition{.name = "short", .sql = "length(a) <= 3", .column = "a"}));
    EXPECT_EQ(t.checks[1], (kin::sql::check_definition{.sql = "c IN (1, 2) AND ')' <> '('", .column = "c"}));
    EXPECT_EQ(t.checks[2], (kin::sql::check_definition{.sql = "a <> b"}));
    EXPECT_EQ(t.columns[1].options, "NOT NULL ON CONFLICT IGNORE");
    EXPECT_TRUE(t.indexes.empty());
}

TEST_F(sqlite_inspect, foreign_keys) {
    const catalogue all = made_by(R"(
        CREATE TABLE Users (Id INTEGER PRIMARY KEY, code TEXT UNIQUE);
        CREATE TABLE pairs (a, b, PRIMARY KEY (a, b));
        CREATE TABLE t (
            author REFERENCES users,
            code TEXT REFERENCES "users" (CODE) ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            x, y, gone REFERENCES nobody ON DELETE NO ACTION,
            CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES pairs ON DELETE RESTRICT DEFERRABLE);)");
    const table_definition* t = all.find_table("", "t");
    ASSERT_NE(t, nullptr);
    ASSERT_EQ(t->foreign_keys.size(), 4U);
    using key = kin::sql::foreign_key_definition;
    EXPECT_EQ(t->foreign_keys[0], (key{.columns = {"author"}, .table = "Users", .target_columns = {"Id"}}));
    EXPECT_EQ(t->foreign_keys[1], (key{.columns = {"code"},
                                       .table = "Users",
                                       .target_columns = {"code"},
                                       .on_delete = "SET NULL",
                                       .on_update = "CASCADE",
                                       .deferring = deferring::at_commit}));
    EXPECT_EQ(t->foreign_keys[2], (key{.columns = {"gone"}, .table = "nobody"}));
    EXPECT_EQ(t->foreign_keys[3], (key{.name = "pair",
                                       .columns = {"x", "y"},
                                       .table = "pairs",
                                       .target_columns = {"a", "b"},
                                       .on_delete = "RESTRICT",
                                       .deferring = deferring::can_be}));
}

TEST_F(sqlite_inspect, indexes) {
    const table_definition t = table_of(R"(
        CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT COLLATE NOCASE, c TEXT UNIQUE);
        CREATE INDEX plain ON t (a, b);
        CREATE UNIQUE INDEX some ON t (c DESC) WHERE a IS NOT NULL AND c <> '(';
        CREATE INDEX computed ON t (lower(a) COLLATE RTRIM DESC, a COLLATE NOCASE, coalesce(b, 'x') || c);)");
    ASSERT_EQ(t.indexes.size(), 3U);
    using index = kin::sql::index_definition;
    EXPECT_EQ(t.indexes[0], (index{.name = "plain", .parts = {{.column = "a"}, {.column = "b"}}}));
    EXPECT_EQ(t.indexes[1], (index{.name = "some",
                                   .parts = {{.column = "c", .descending = true}},
                                   .unique = true,
                                   .where = "a IS NOT NULL AND c <> '('"}));
    EXPECT_EQ(t.indexes[2], (index{.name = "computed",
                                   .parts = {{.expression = "lower(a)", .descending = true, .collation = "RTRIM"},
                                             {.column = "a", .collation = "NOCASE"},
                                             {.expression = "coalesce(b, 'x') || c"}}}));
}

TEST_F(sqlite_inspect, views_triggers_and_virtual_tables) {
    const catalogue all = made_by(R"(
        CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
        CREATE TABLE gone (x);
        CREATE VIEW names AS SELECT id, a || '!' AS loud FROM t;
        CREATE VIEW broken AS SELECT x FROM gone;
        DROP TABLE gone;
        CREATE TRIGGER written AFTER INSERT ON t BEGIN UPDATE t SET a = 'x' WHERE id = new.id; END;
        CREATE TRIGGER into_names INSTEAD OF INSERT ON names BEGIN INSERT INTO t (a) VALUES (new.loud); END;
        CREATE VIRTUAL TABLE words USING fts5(word);)");
    ASSERT_EQ(all.tables.size(), 1U);
    ASSERT_EQ(all.tables[0].triggers.size(), 1U);
    EXPECT_EQ(all.tables[0].triggers[0].name, "written");
    EXPECT_TRUE(all.tables[0].triggers[0].sql.starts_with("CREATE TRIGGER written AFTER INSERT"));
    ASSERT_EQ(all.views.size(), 2U);
    EXPECT_EQ(all.views[0].sql, "CREATE VIEW names AS SELECT id, a || '!' AS loud FROM t");
    ASSERT_EQ(all.views[0].columns.size(), 2U);
    EXPECT_EQ(all.views[0].columns[0].type, "INTEGER");
    EXPECT_EQ(all.views[0].columns[1].name, "loud");
    ASSERT_EQ(all.views[0].triggers.size(), 1U);
    EXPECT_TRUE(all.views[1].columns.empty());
    ASSERT_EQ(all.others.size(), 1U);
    EXPECT_EQ(all.others[0].what, "VIRTUAL TABLE");
    EXPECT_EQ(all.others[0].sql, "CREATE VIRTUAL TABLE words USING fts5(word)");
}

TEST_F(sqlite_inspect, altered_tables) {
    const table_definition t = table_of(R"(
        CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ''));
        ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 1 REFERENCES t (id);
        ALTER TABLE t RENAME COLUMN a TO "new ""name""";
        ALTER TABLE t RENAME TO "t 2";)");
    EXPECT_EQ(t.name, "t 2");
    EXPECT_EQ(t.columns[1].name, "new \"name\"");
    EXPECT_EQ(t.checks[0].column, "new \"name\"");
    EXPECT_EQ(t.columns[2].default_sql, "1");
    EXPECT_EQ(t.foreign_keys[0].table, "t 2");
}

TEST_F(sqlite_inspect, what_is_made_of_it_is_the_same) {
    const catalogue all = made_by(R"(
        CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE NOT NULL ON CONFLICT IGNORE,
            mail TEXT CONSTRAINT one UNIQUE ON CONFLICT REPLACE CHECK (mail LIKE '%@%'), born TEXT DEFAULT (date('now')),
            age AS (2026 - born) VIRTUAL, boss REFERENCES people ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE pairs (a TEXT, b REFERENCES people, n INT, CONSTRAINT key PRIMARY KEY (b, a), UNIQUE (n DESC),
            CONSTRAINT positive CHECK (n > 0)) WITHOUT ROWID;
        CREATE UNIQUE INDEX odd ON people (lower(name) DESC, born COLLATE RTRIM) WHERE mail IS NOT NULL;
        CREATE VIEW names AS SELECT name FROM people;
        CREATE TRIGGER written AFTER INSERT ON people BEGIN SELECT 1; END;
        CREATE VIRTUAL TABLE words USING fts5(word);)");
    kin::engine::connection other{
        kin::engine::open_driver(kin::engine::url::parse(directory_.sqlite_url("other.db") + "?synchronous=off"))};
    for (const std::string& sql : kin::schema::create_statements(all, other.dialect())) other.script(sql);
    const catalogue again = kin::schema::inspect(other);
    EXPECT_EQ(kin::schema::create_statements(again, other.dialect()),
              kin::schema::create_statements(all, other.dialect()));
    EXPECT_EQ(again.others, all.others);
    EXPECT_EQ(again.views, all.views);
    ASSERT_EQ(again.tables.size(), all.tables.size());
    for (const table_definition& t : all.tables) {
        const table_definition* made = again.find_table("", t.name);
        ASSERT_NE(made, nullptr) << t.name;
        EXPECT_EQ(*made, t) << t.name;
    }
}

TEST_F(sqlite_inspect, as_many_statements_whatever_there_is) {
    std::string script;
    for (int i = 0; i < 50; ++i) {
        const std::string n = std::to_string(i);
        script += "CREATE TABLE t" + n + " (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b REFERENCES t0);";
        script += "CREATE INDEX i" + n + " ON t" + n + " (b);";
    }
    db_.script(script);
    const std::uint64_t before = db_.statements();
    EXPECT_EQ(kin::schema::inspect(db_).tables.size(), 50U);
    EXPECT_EQ(db_.statements() - before, 5U);
}

TEST_F(sqlite_inspect, what_was_asked_for) {
    db_.script(R"(CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE user_roles (x REFERENCES users);
        CREATE TABLE posts (x); CREATE TABLE kin_migrations (x); CREATE VIEW user_view AS SELECT 1 AS one;
        ATTACH ':memory:' AS "other ""db"; CREATE TABLE "other ""db".posts (y);)");
    const auto names = [&](const kin::schema::inspect_options& options) {
        texts list;
        const catalogue all = kin::schema::inspect(db_, options);
        for (const auto& t : all.tables) list.push_back(t.schema + (t.schema.empty() ? "" : ".") + t.name);
        for (const auto& v : all.views) list.push_back(v.name);
        return list;
    };
    EXPECT_EQ(names({}), (texts{"users", "user_roles", "posts", "user_view"}));
    EXPECT_EQ(names({.tables = {"user*", "x"}}), (texts{"users", "user_roles", "user_view"}));
    EXPECT_EQ(names({.tables = {"*s"}}), (texts{"users", "user_roles", "posts"}));
    EXPECT_EQ(names({.schemas = {"main", "other \"db"}, .tables = {"p*t*"}}), (texts{"posts", "other \"db.posts"}));
    try {
        names({.schemas = {"another"}});
        FAIL();
    } catch (const kin::usage_error& e) {
        EXPECT_EQ(e.message(), "there is no schema \"another\" to inspect, only \"main\" and \"other \"db\"");
    }
}

}  // namespace
