// Changes of databases that were made by hand: what the list of differences does not name is there afterwards.
#include <gtest/gtest.h>

#include <algorithm>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/inspect.hpp>

#include "support/place.hpp"

namespace {

using namespace kin;
using schema::catalogue;
using schema::compare_options;

class changes : public testing::Test {
  protected:
    [[nodiscard]] const sql::dialect& dialect() const { return db_.dialect(); }

    sql::table_definition& table(catalogue& all, std::string_view name) {
        const auto found = std::ranges::find_if(all.tables, [&](const auto& t) { return t.name == name; });
        if (found == all.tables.end()) throw usage_error{"no table " + std::string{name}};
        return *found;
    }
    schema::change_script script_to(const catalogue& to, const compare_options& options = {}) {
        const catalogue from = schema::inspect(db_);
        return schema::changes(from, to, schema::compare(from, to, dialect(), options), dialect());
    }
    /// As a migration does it.
    void become(const catalogue& to, const compare_options& options = {}) { run(script_to(to, options)); }
    void run(const schema::change_script& script) {
        if (script.foreign_keys_off) db_.script("PRAGMA foreign_keys = OFF");
        db_.begin();
        for (const std::string& sql : script.statements) db_.script(sql);
        db_.commit();
        for (const std::string& sql : script.after) db_.script(sql);
        if (script.foreign_keys_off) db_.script("PRAGMA foreign_keys = ON");
    }
    std::string value(std::string_view select) {
        engine::cursor row = db_.run(select);
        std::string text;
        while (row.next()) {
            if (!text.empty()) text += ' ';
            text += row.is_null(0) ? std::string{"NULL"} : std::string{row.cell(0).bytes};
        }
        return text;
    }

    test::place place_{};
    engine::connection db_{engine::open_driver(engine::url::parse(place_.url()))};
};

class sqlite_changes : public changes {
  protected:
    void SetUp() override {
        if (test::engine_name() != "sqlite") GTEST_SKIP() << "is about what SQLite writes again";
    }
};

class postgresql_changes : public changes {
  protected:
    void SetUp() override {
        if (test::engine_name() == "sqlite") GTEST_SKIP() << "is about what PostgreSQL drops with a column";
    }
};

TEST_F(sqlite_changes, a_table_is_not_written_again_while_foreign_keys_are_on) {
    db_.script(R"(CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id) ON DELETE CASCADE);
        INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1))");
    catalogue to = schema::inspect(db_);
    table(to, "a").columns[1].type = "TEXT";
    const auto statements = script_to(to).all();
    db_.script("PRAGMA foreign_keys = ON");
    // By itself or in a transaction, once or twice.
    for (int i = 0; i < 2; ++i) {
        try {
            for (const std::string& sql : statements) db_.script(sql);
            ADD_FAILURE() << "nothing was refused";
        } catch (const database_error& e) {
            EXPECT_NE(std::string_view{e.what()}.find("PRAGMA foreign_keys has to be OFF"), std::string_view::npos)
                << e.what();
        }
    }
    EXPECT_EQ(value("SELECT CAST(count(*) AS TEXT) FROM b"), "1");
    become(to);
    EXPECT_EQ(value("SELECT CAST(count(*) AS TEXT) FROM b"), "1");
    EXPECT_EQ(value("SELECT typeof(n) FROM a"), "text");
}

constexpr std::string_view people = R"(CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE log (text TEXT NOT NULL);
    CREATE VIEW names AS SELECT name FROM people;
    CREATE TRIGGER noted AFTER UPDATE OF name ON people BEGIN INSERT INTO log VALUES (OLD.name); END;
    CREATE TRIGGER both_ways AFTER DELETE ON log BEGIN UPDATE people SET name = OLD.text WHERE name = '?'; END;
    INSERT INTO people VALUES (1, 'Ada'))";

/// What a model says, which knows nothing of views and triggers.
catalogue tables_alone(catalogue all) {
    all.views.clear();
    for (sql::table_definition& t : all.tables) t.triggers.clear();
    return all;
}

TEST_F(sqlite_changes, a_rename_changes_the_text_of_views_and_triggers) {
    db_.script(people);
    catalogue to = tables_alone(schema::inspect(db_));
    table(to, "people").columns[1].name = "called";
    table(to, "people").name = "persons";
    become(to, {.renamed_tables = {{"", "people", "persons"}}, .renamed_columns = {{"", "persons", "name", "called"}}});
    EXPECT_EQ(value("SELECT * FROM names"), "Ada");
    db_.script("UPDATE persons SET called = '?'");
    EXPECT_EQ(value("SELECT text FROM log"), "Ada");
    db_.script("DELETE FROM log");
    EXPECT_EQ(value("SELECT called FROM persons"), "Ada");
}

TEST_F(sqlite_changes, a_rename_that_meets_another_change_is_refused_where_a_text_would_be_lost) {
    db_.script(people);
    catalogue to = tables_alone(schema::inspect(db_));
    table(to, "people").columns[1].name = "called";
    const compare_options renames{.renamed_columns = {{"", "people", "name", "called"}}};
    catalogue rebuilt = to;
    table(rebuilt, "people").columns[1].type = "BLOB";
    const auto refused = [&](std::string_view what) {
        try {
            (void)script_to(rebuilt, renames);
            ADD_FAILURE() << "not refused: " << what;
        } catch (const mapping_error& e) {
            EXPECT_NE(std::string_view{e.what()}.find(what), std::string_view::npos) << e.what();
            EXPECT_NE(std::string_view{e.what()}.find("in a step of its own"), std::string_view::npos) << e.what();
        }
    };
    refused(R"(the view "names")");
    db_.script("DROP VIEW names");
    refused(R"(the trigger "noted")");
    db_.script("DROP TRIGGER noted");
    refused(R"(the trigger "both_ways")");
    become(to, renames);
    become(rebuilt);
    db_.script("UPDATE people SET called = '?'; INSERT INTO log VALUES ('Ada'); DELETE FROM log");
    EXPECT_EQ(value("SELECT called FROM people"), "Ada");
}

TEST_F(sqlite_changes, a_view_comes_back_with_its_triggers) {
    db_.script(R"(CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
        CREATE VIEW v AS SELECT id, n FROM a;
        CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO a VALUES (NEW.id, NEW.n); END;
        CREATE VIEW w AS SELECT 1 AS x;
        CREATE TRIGGER w_insert INSTEAD OF INSERT ON w BEGIN INSERT INTO a VALUES (NEW.x, 0); END)");
    catalogue to = schema::inspect(db_);
    for (sql::view_definition& v : to.views) v.triggers.clear();
    table(to, "a").columns[1].type = "TEXT";
    become(to);
    db_.script("INSERT INTO v VALUES (1, 5); INSERT INTO w VALUES (2)");
    EXPECT_EQ(value("SELECT n FROM a ORDER BY id"), "5 0");
    // Another view, by the same name.
    to.views[0].sql = "CREATE VIEW v AS SELECT id, n || '!' AS n FROM a";
    become(to);
    db_.script("INSERT INTO v VALUES (3, 7)");
    EXPECT_EQ(value("SELECT n FROM v ORDER BY id"), "5! 0! 7!");
    // Unless nobody is to have what is not wanted.
    become(to, {.exact = true});
    EXPECT_EQ(value("SELECT CAST(count(*) AS TEXT) FROM sqlite_master WHERE type = 'trigger'"), "0");
}

TEST_F(sqlite_changes, rows_that_no_column_numbers_keep_their_numbers) {
    db_.script(R"(CREATE TABLE a (n INTEGER, t TEXT);
        CREATE TABLE b (rowid TEXT, n INTEGER);
        CREATE TABLE c (rowid TEXT, _rowid_ TEXT, oid TEXT, n INTEGER);
        INSERT INTO a (rowid, n, t) VALUES (20, 1, 'x'), (7, 2, 'y');
        INSERT INTO b (_rowid_, rowid, n) VALUES (30, 'r', 1), (9, 's', 2);
        INSERT INTO c VALUES ('r', 's', 't', 1))");
    catalogue to = schema::inspect(db_);
    for (sql::table_definition& t : to.tables) t.columns.back().type = "REAL";
    become(to);
    EXPECT_EQ(value("SELECT CAST(rowid AS TEXT) || t FROM a ORDER BY n"), "20x 7y");
    EXPECT_EQ(value("SELECT CAST(_rowid_ AS TEXT) || rowid FROM b ORDER BY n"), "30r 9s");
    EXPECT_EQ(value("SELECT rowid || _rowid_ || oid || n FROM c"), "rst1.0");
    // The name that was free is that of a column now.
    table(to, "a").columns.insert(table(to, "a").columns.begin(), {.name = "rowid", .type = "TEXT", .nullable = true});
    table(to, "a").columns.back().type = "BLOB";
    become(to);
    EXPECT_EQ(value("SELECT CAST(_rowid_ AS TEXT) || coalesce(rowid, '-') FROM a ORDER BY n"), "20- 7-");
}

TEST_F(sqlite_changes, what_the_list_does_not_name_stays_in_a_table_that_is_written_again) {
    db_.script(R"(CREATE TABLE t (
            id INTEGER CONSTRAINT the_key PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT,
            name VARCHAR(20) NOT NULL ON CONFLICT IGNORE COLLATE BINARY,
            code TEXT DEFAULT ('x' || 'y'),
            n INTEGER, CONSTRAINT one_code UNIQUE (code COLLATE NOCASE) ON CONFLICT IGNORE);
        CREATE INDEX "by name" ON t (name);
        INSERT INTO t (name, code, n) VALUES ('Ada', 'a', 1), ('Bob', 'b', 2); DELETE FROM t WHERE id = 2)");
    catalogue to = schema::inspect(db_);
    sql::table_definition& t = table(to, "t");
    t.primary_key = {.columns = {"id"}};
    t.columns[1] = {.name = "name", .type = "TEXT"};
    t.uniques = {{.columns = {"code"}}};
    t.indexes[0].name = "ix_t_name";
    t.columns[3].type = "REAL";
    become(to);
    EXPECT_EQ(value("SELECT sql FROM sqlite_master WHERE name = 't'"),
              R"(CREATE TABLE "t" ("id" INTEGER, "name" VARCHAR(20) COLLATE "BINARY" NOT NULL ON CONFLICT IGNORE, )"
              R"("code" TEXT DEFAULT ('x' || 'y'), "n" REAL, CONSTRAINT "the_key" PRIMARY KEY ("id" AUTOINCREMENT) )"
              R"(ON CONFLICT REPLACE, CONSTRAINT "one_code" UNIQUE (code COLLATE NOCASE) ON CONFLICT IGNORE))");
    EXPECT_EQ(value("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"), "by name");
    db_.script(R"(INSERT INTO t (name, code) VALUES (NULL, 'n'), ('Cid', 'A'), ('Dan', 'd');
        INSERT INTO t (id, name) VALUES (1, 'Eva'))");
    EXPECT_EQ(value("SELECT id || name FROM t ORDER BY id"), "1Eva 5Dan");
    EXPECT_TRUE(schema::compare(schema::inspect(db_), to, dialect()).empty());
}

TEST_F(sqlite_changes, a_difference_that_is_taken_out_of_the_list_stays) {
    db_.script(R"(CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, old TEXT, CHECK (n > 0));
        INSERT INTO t VALUES (1, 1, 'kept'))");
    const catalogue from = schema::inspect(db_);
    catalogue to = from;
    table(to, "t").columns.pop_back();
    table(to, "t").columns[1].type = "TEXT";
    table(to, "t").checks.clear();
    auto list = schema::compare(from, to, dialect());
    std::erase_if(list, [](const schema::difference& d) { return d.what != schema::change::type_changed; });
    run(schema::changes(from, to, list, dialect()));
    EXPECT_EQ(value("SELECT typeof(n) || old FROM t"), "textkept");
    EXPECT_THROW(db_.script("INSERT INTO t VALUES (2, 0, '')"), database_error);
    EXPECT_TRUE(
        schema::compare(schema::inspect(db_), schema::afterwards(from, to, list, dialect()), dialect(), {.exact = true})
            .empty());
}

TEST_F(sqlite_changes, a_row_that_a_constraint_would_take_away_in_silence_is_an_error) {
    db_.script(R"(CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, UNIQUE (code) ON CONFLICT REPLACE);
        INSERT INTO t VALUES (1, 'a'), (2, 'A'))");
    catalogue to = schema::inspect(db_);
    table(to, "t").columns[1].collation = "NOCASE";
    EXPECT_THROW(become(to), database_error);
    db_.rollback();
    EXPECT_EQ(value("SELECT code FROM t ORDER BY id"), "a A");
}

TEST_F(sqlite_changes, a_column_that_may_be_null_says_not_null_no_more) {
    db_.script("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL ON CONFLICT IGNORE)");
    catalogue to = schema::inspect(db_);
    table(to, "t").columns[1].nullable = true;
    table(to, "t").columns[1].options.clear();
    become(to);
    db_.script("INSERT INTO t (name) VALUES (NULL)");
    EXPECT_EQ(value("SELECT CAST(count(*) AS TEXT) FROM t"), "1");
}

TEST_F(sqlite_changes, a_rename_reaches_what_stands_in_constraints) {
    db_.script(R"(CREATE TABLE t (id INTEGER PRIMARY KEY, key TEXT, n INTEGER, UNIQUE (key) ON CONFLICT IGNORE);
        INSERT INTO t VALUES (1, 'a', 1))");
    catalogue to = schema::inspect(db_);
    sql::table_definition& t = table(to, "t");
    t.columns[1].name = "code";
    t.columns[2].type = "TEXT";
    t.uniques = {{.columns = {"code"}}};
    become(to, {.renamed_columns = {{"", "t", "key", "code"}}});
    db_.script("INSERT INTO t (code) VALUES ('a'), ('b')");
    EXPECT_EQ(value("SELECT code FROM t ORDER BY id"), "a b");
}

TEST_F(postgresql_changes, what_goes_with_a_column_that_is_computed_in_another_way_comes_back) {
    db_.script(R"(CREATE TABLE t (id integer, a integer NOT NULL, g integer GENERATED ALWAYS AS (a * 2) STORED NOT NULL,
            CONSTRAINT t_key PRIMARY KEY (g), CONSTRAINT wide UNIQUE (id) INCLUDE (g),
            CONSTRAINT apart EXCLUDE USING btree (g WITH =), CONSTRAINT small CHECK (g < 1000));
        CREATE UNIQUE INDEX by_g ON t (a, g);
        CREATE TABLE u (t integer CONSTRAINT to_t REFERENCES t (g));
        CREATE STATISTICS both_g ON a, g FROM t;
        COMMENT ON CONSTRAINT apart ON t IS 'said';
        COMMENT ON CONSTRAINT to_t ON u IS 'to t';
        INSERT INTO t (id, a) VALUES (1, 1), (2, 2))");
    catalogue to = schema::inspect(db_);
    table(to, "t").columns[2].generated_sql = "a * 3";
    become(to);
    EXPECT_EQ(value("SELECT g::text FROM t ORDER BY id"), "3 6");
    EXPECT_EQ(value("SELECT conname::text FROM pg_constraint WHERE conrelid IN ('t'::regclass, 'u'::regclass) AND "
                    "contype <> 'n' ORDER BY conname"),
              "apart small t_key to_t wide");
    EXPECT_EQ(value("SELECT stxname::text FROM pg_statistic_ext WHERE stxrelid = 't'::regclass"), "both_g");
    EXPECT_EQ(value("SELECT description FROM pg_description WHERE classoid = 'pg_constraint'::regclass AND objoid IN "
                    "(SELECT oid FROM pg_constraint WHERE conname IN ('apart', 'to_t')) ORDER BY 1"),
              "said to t");
    EXPECT_EQ(schema::report(schema::compare(schema::inspect(db_), to, dialect(), {.exact = true})), "");
    EXPECT_EQ(value("SELECT indexname::text FROM pg_indexes WHERE indexname = 'by_g'"), "by_g");
}

TEST_F(postgresql_changes, a_view_that_steps_aside_keeps_rights_owner_options_and_comments) {
    const std::string role = "kin_" + value("SELECT md5(current_schema() || random()::text)");
    struct roles {
        ~roles() {
            on.script("REASSIGN OWNED BY " + name + " TO CURRENT_USER; DROP OWNED BY " + name + "; DROP ROLE " + name);
        }
        engine::connection& on;
        std::string name;
    };
    db_.script("CREATE ROLE " + role);
    const roles gone_at_the_end{db_, role};
    db_.script("GRANT ALL ON SCHEMA " + value("SELECT quote_ident(current_schema())") + " TO " + role);
    db_.script(
        R"(CREATE TABLE t (id integer PRIMARY KEY, n integer,
            g integer GENERATED ALWAYS AS (n + 1) STORED);
        CREATE VIEW v WITH (security_barrier = true) AS SELECT id, n, g FROM t;
        CREATE MATERIALIZED VIEW w AS SELECT n FROM v;
        CREATE RULE into_t AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.id, new.n);
        ALTER VIEW v ALTER COLUMN n SET DEFAULT 7;
        COMMENT ON VIEW v IS 'said'; COMMENT ON COLUMN v.n IS 'a number';
        GRANT ALL ON t TO )" +
        role + "; GRANT SELECT (g) ON t TO PUBLIC; GRANT SELECT, INSERT ON v TO " + role +
        " WITH GRANT OPTION; GRANT SELECT (n) ON v TO PUBLIC; GRANT SELECT ON w TO PUBLIC; GRANT SELECT ON v TO "
        "PUBLIC; GRANT SELECT ON w TO " +
        role + " WITH GRANT OPTION; ALTER VIEW v OWNER TO " + role +
        "; ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO PUBLIC");
    const auto rights = [&] {
        return value(
                   "SELECT c.relname || ' ' || pg_get_userbyid(c.relowner) || ' ' || a.privilege_type || ' ' || "
                   "a.grantee::regrole || a.is_grantable FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname IN "
                   "('v', 'w') AND c.relnamespace = current_schema()::regnamespace AND a.grantee <> c.relowner ORDER "
                   "BY 1") +
               value(
                   "SELECT c.relname || t.attname || t.attacl::text FROM pg_attribute t JOIN pg_class c ON c.oid = "
                   "t.attrelid WHERE NOT t.attisdropped AND t.attacl IS NOT NULL AND c.relnamespace = "
                   "current_schema()::regnamespace ORDER "
                   "BY 1");
    };
    const std::string before = rights();
    catalogue to = schema::inspect(db_);
    const catalogue was = to;
    table(to, "t").columns[1].type = "bigint";
    become(to);
    EXPECT_EQ(rights(), before);
    db_.script("ALTER DEFAULT PRIVILEGES REVOKE UPDATE ON TABLES FROM PUBLIC");
    catalogue now = schema::inspect(db_);
    const auto v = [](catalogue& all) { return *all.find_view("", "v"); };
    EXPECT_EQ(v(now).sql, v(to).sql);
    EXPECT_NE(v(now).sql.find("security_barrier"), std::string::npos);
    EXPECT_EQ(v(now).comment, "said");
    EXPECT_EQ(v(now).columns[1].comment, "a number");
    EXPECT_EQ(v(now).kept, v(to).kept);
    EXPECT_EQ(v(now).kept.size(), 2U);
    db_.script("INSERT INTO v (id) VALUES (1)");
    EXPECT_EQ(value("SELECT n::text FROM t"), "7");
}

TEST_F(postgresql_changes, a_changed_index_is_there_until_the_new_one_is) {
    db_.script(R"(CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, c integer);
        CREATE INDEX by_a ON t (a);
        CREATE UNIQUE INDEX by_b ON t (b);
        CREATE INDEX by_c ON t (c) WHERE c > 0;
        CREATE TABLE u (b integer REFERENCES t (b)))");
    catalogue to = schema::inspect(db_);
    for (sql::index_definition& i : table(to, "t").indexes) i.parts[0].descending = true;
    table(to, "t").indexes[0].comment = "said";
    table(to, "t").columns[3].type = "bigint";
    const catalogue from = schema::inspect(db_);
    const schema::change_script script =
        schema::changes(from, to, schema::compare(from, to, dialect()), dialect(), {.concurrently = true});
    EXPECT_EQ(script.after,
              (std::vector<std::string>{
                  R"(CREATE INDEX CONCURRENTLY "kin_new_by_a" ON "t" ("a" DESC))", R"(DROP INDEX CONCURRENTLY "by_a")",
                  R"(ALTER INDEX "kin_new_by_a" RENAME TO "by_a")", R"(COMMENT ON INDEX "by_a" IS 'said')"}));
    run(script);
    EXPECT_EQ(schema::report(schema::compare(schema::inspect(db_), to, dialect(), {.exact = true})), "");
}

TEST_F(sqlite_changes, a_virtual_table_comes_and_goes) {
    db_.script("CREATE VIRTUAL TABLE words USING fts5(word); INSERT INTO words VALUES ('a')");
    const catalogue both = schema::inspect(db_);
    catalogue none = both;
    none.others.clear();
    EXPECT_EQ(schema::worst(schema::compare(both, none, dialect(), {.exact = true})), schema::risk::loses_data);
    become(none, {.exact = true});
    EXPECT_TRUE(schema::inspect(db_).others.empty());
    become(both);
    EXPECT_EQ(value("SELECT CAST(count(*) AS TEXT) FROM words"), "0");
}

TEST_F(postgresql_changes, a_function_stands_behind_the_tables_and_views_that_it_reads) {
    db_.script(R"(CREATE FUNCTION small(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT n < 100';
        CREATE TABLE t (n integer CHECK (small(n)));
        CREATE FUNCTION greatest_of_t() RETURNS integer LANGUAGE sql AS $$ SELECT max(n) FROM t $$;
        CREATE VIEW v AS SELECT greatest_of_t() AS n;
        CREATE FUNCTION of_v() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v';
        INSERT INTO t VALUES (3))");
    const catalogue all = schema::inspect(db_);
    const std::string here = value("SELECT quote_ident(current_schema())");
    db_.script("DROP SCHEMA " + here + " CASCADE; CREATE SCHEMA " + here);
    for (const std::string& sql : schema::create_statements(all, dialect())) db_.script(sql);
    EXPECT_EQ(schema::report(schema::compare(schema::inspect(db_), all, dialect(), {.exact = true})), "");
    db_.script("DROP SCHEMA " + here + " CASCADE; CREATE SCHEMA " + here);
    become(all);
    EXPECT_EQ(schema::report(schema::compare(schema::inspect(db_), all, dialect(), {.exact = true})), "");
    db_.script("INSERT INTO t VALUES (5)");
    EXPECT_EQ(value("SELECT n::text FROM of_v()"), "5");
}

}  // namespace
