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
    void become(const catalogue& to, const compare_options& options = {}) {
        const schema::change_script script = script_to(to, options);
        if (script.foreign_keys_off) db_.script("PRAGMA foreign_keys = OFF");
        db_.begin();
        for (const std::string& sql : script.statements) db_.script(sql);
        db_.commit();
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

}  // namespace
