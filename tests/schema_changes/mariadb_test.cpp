// What is MariaDB's alone: its spellings, and changes that nothing takes back.
#include <gtest/gtest.h>

#include <algorithm>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/kin.hpp>
#include <kin/schema/changes.hpp>
#include <kin/schema/compare.hpp>
#include <kin/schema/inspect.hpp>
#include <kin/schema/schema.hpp>
#include <kin/sql/compiler.hpp>

#include "support/place.hpp"

namespace spelled {

struct Note {
    kin::key<Note> id{};
    std::string text{};
    std::optional<int> stars{};
    static constexpr auto table = kin::table("notes")
                                      .default_value("stars", "(1+1)")
                                      .check("length(text) < 100 AND NOT (stars IN (7, 8)) OR stars IS NULL");
};
struct Starred {
    kin::key<Starred> id{};
    int stars{};
    static constexpr auto table = kin::table("starred").view("SELECT id, stars FROM notes WHERE stars IS NOT NULL");
};

}  // namespace spelled

namespace {

using namespace kin;
using schema::change;
using schema::risk;

const sql::dialect& maria = sql::mariadb_dialect();

schema::catalogue with_column(sql::column_definition c) {
    return {.tables = {{.name = "t", .columns = {{.name = "id", .type = "int"}, std::move(c)}}}};
}
std::vector<schema::difference> typed(const char* from, const char* to) {
    return schema::compare(with_column({.name = "x", .type = from}), with_column({.name = "x", .type = to}), maria);
}
std::vector<schema::difference> checked(const char* from, const char* to) {
    schema::catalogue a = with_column({.name = "x", .type = "int"});
    schema::catalogue b = a;
    a.tables[0].checks = {{.sql = from}};
    b.tables[0].checks = {{.sql = to}};
    return schema::compare(a, b, maria);
}

TEST(compare, types_of_mariadb_that_are_spelled_differently_are_equal) {
    for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"int(11)", "INTEGER"},
                                                                               {"bigint(20)", "bigint"},
                                                                               {"int(10) unsigned", "int UNSIGNED"},
                                                                               {"tinyint(1)", "BOOLEAN"},
                                                                               {"decimal(10,0)", "NUMERIC"},
                                                                               {"double", "double precision"},
                                                                               {"char(1)", "char"},
                                                                               {"varchar(20)", "character varying(20)"},
                                                                               {"datetime", "datetime(0)"},
                                                                               {"longtext", "LONGTEXT"},
                                                                               {"enum('a','b')", "ENUM('a', 'b')"}}) {
        EXPECT_TRUE(typed(a, b).empty()) << a << " and " << b;
    }
    for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"int(11)", "int(11) unsigned"},
                                                                               {"tinyint(1)", "tinyint"},
                                                                               {"datetime(6)", "datetime"},
                                                                               {"varchar(20)", "varchar(21)"},
                                                                               {"enum('a','b')", "enum('A','b')"}}) {
        EXPECT_EQ(typed(a, b).size(), 1U) << a << " and " << b;
    }
}

TEST(compare, what_another_type_of_mariadb_costs) {
    EXPECT_EQ(typed("varchar(20)", "varchar(40)")[0].risk, risk::safe);
    EXPECT_EQ(typed("varchar(20)", "varchar(200)")[0].risk, risk::slow);
    EXPECT_EQ(typed("int(11)", "bigint(20)")[0].risk, risk::slow);
    EXPECT_EQ(typed("decimal(10,2)", "decimal(12,3)")[0].risk, risk::slow);
    EXPECT_EQ(typed("decimal(10,2)", "decimal(10,3)")[0].risk, risk::loses_data);
    EXPECT_EQ(typed("bigint(20)", "int(11)")[0].risk, risk::loses_data);
    EXPECT_EQ(typed("int(11)", "int(11) unsigned")[0].risk, risk::loses_data);
}

TEST(compare, conditions_of_mariadb_that_are_spelled_differently_are_equal) {
    for (const auto& [a, b] :
         std::vector<std::pair<const char*, const char*>>{{"\"x\" > 1.50", "(X) > 1.5"},
                                                          {"\"x\" MOD 3 = 1", "x % 3 = 1"},
                                                          {"octet_length(\"x\") < 5", "LENGTH(x) < 5"},
                                                          {"\"x\" <> 1", "x != 1"},
                                                          {"\"x\" between -1 and 5", "x >= -1 AND x <= 5"},
                                                          {"1", "TRUE"},
                                                          {"\"x\" < current_timestamp()", "x < NOW()"},
                                                          {"\"x\" = _utf8mb4'a'", "x = 'a'"}}) {
        EXPECT_TRUE(checked(a, b).empty()) << a << " and " << b;
    }
    EXPECT_EQ(checked("x > 1", "x > 2").size(), 2U);
    EXPECT_EQ(checked("x < current_timestamp(6)", "x < now()").size(), 2U);
}

TEST(compare, an_index_that_a_key_of_mariadb_needs_is_no_difference) {
    schema::catalogue to = with_column({.name = "x", .type = "int"});
    to.tables[0].foreign_keys = {{.columns = {"x"}, .table = "t", .target_columns = {"id"}}};
    schema::catalogue from = to;
    from.tables[0].foreign_keys[0].on_delete = "RESTRICT";
    from.tables[0].indexes = {{.name = "x", .parts = {{.column = "x"}}}};
    EXPECT_TRUE(schema::compare(from, to, maria).empty());
    // Where another one serves the key, it is one too many.
    to.tables[0].indexes = {{.name = "ix", .parts = {{.column = "x"}, {.column = "id"}}}};
    EXPECT_EQ(schema::compare(from, to, maria).size(), 2U);
    to.tables[0].indexes.clear();
    to.tables[0].foreign_keys.clear();
    EXPECT_EQ(schema::compare(from, to, maria).size(), 2U);
}

TEST(compare, options_of_a_table_of_mariadb_are_compared_one_by_one) {
    schema::catalogue from = with_column({.name = "x", .type = "int"});
    schema::catalogue to = from;
    from.tables[0].options = "ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci";
    for (const char* same : {"", "engine = myisam", "COLLATE latin1_swedish_ci", "CHARACTER SET latin1"}) {
        to.tables[0].options = same;
        EXPECT_TRUE(schema::compare(from, to, maria).empty()) << same;
    }
    to.tables[0].options = "ENGINE=InnoDB";
    const auto found = schema::compare(from, to, maria);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(schema::change_statements(from, to, found, maria),
              std::vector<std::string>{"ALTER TABLE \"t\" ENGINE=InnoDB"});
}

TEST(compare, indexes_that_mariadb_cannot_have_say_what_else_to_do) {
    const auto refused = [](sql::index_definition i) {
        try {
            (void)sql::compile(sql::create_index{"", "t", std::move(i)}, maria);
        } catch (const mapping_error& e) {
            return std::string{e.message()};
        }
        return std::string{"no error"};
    };
    EXPECT_EQ(
        refused({.name = "ix", .parts = {{.expression = "lower(x)"}}}),
        "the index \"ix\" has an expression: index a generated column instead, for mariadb has indexes over columns, "
        "with all rows");
    EXPECT_EQ(
        refused({.name = "ix", .parts = {{.column = "x"}}, .where = "x > 1"}),
        "the index \"ix\" has a condition, which it cannot have: mariadb has indexes over columns, with all rows");
    EXPECT_EQ(sql::compile(sql::create_index{"", "t", {.name = "ix", .parts = {{.column = "x"}}, .method = "FULLTEXT"}},
                           maria),
              "CREATE FULLTEXT INDEX \"ix\" ON \"t\" (\"x\")");
}

class mariadb_changes : public testing::Test {
  protected:
    void SetUp() override {
        if (test::engine_name() != "mariadb") GTEST_SKIP() << "there is no server";
        place_ = std::make_unique<test::place>();
        db_ = std::make_unique<engine::connection>(engine::open_driver(engine::url::parse(place_->url())));
    }
    sql::table_definition& table(schema::catalogue& all, std::string_view name) {
        const auto found = std::ranges::find_if(all.tables, [&](const auto& t) { return t.name == name; });
        if (found == all.tables.end()) throw usage_error{"no table " + std::string{name}};
        return *found;
    }
    schema::change_script script_to(const schema::catalogue& to, const schema::compare_options& options = {}) {
        const schema::catalogue from = schema::inspect(*db_);
        return schema::changes(from, to, schema::compare(from, to, maria, options), maria);
    }
    void become(const schema::catalogue& to, const schema::compare_options& options = {}) {
        for (const std::string& sql : script_to(to, options).all()) db_->script(sql);
    }
    std::string rows(std::string_view select) {
        engine::cursor row = db_->run(select);
        std::string text;
        while (row.next()) {
            if (!text.empty()) text += "; ";
            for (int i = 0; i < row.columns(); ++i) {
                if (i > 0) text += '|';
                text += row.is_null(i) ? std::string{"NULL"} : std::string{row.cell(i).bytes};
            }
        }
        return text;
    }

    std::unique_ptr<test::place> place_{};
    std::unique_ptr<engine::connection> db_{};
};

TEST_F(mariadb_changes, a_column_that_needs_values_is_refused_before_anything_has_happened) {
    db_->script("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    schema::catalogue to = schema::inspect(*db_);
    table(to, "t").columns.push_back({.name = "x", .type = "int"});
    table(to, "t").columns.push_back({.name = "y", .type = "int", .nullable = true});
    const auto found = schema::compare(schema::inspect(*db_), to, maria);
    EXPECT_EQ(found[0].risk, risk::needs_values);
    EXPECT_THROW(become(to), check_violation);
    EXPECT_EQ(schema::inspect(*db_).tables[0].columns.size(), 1U);
    EXPECT_TRUE(schema::inspect(*db_).tables[0].checks.empty());
    db_->script("DELETE FROM t");
    become(to);
    EXPECT_TRUE(schema::compare(schema::inspect(*db_), to, maria, {.exact = true}).empty());
}

TEST_F(mariadb_changes, rows_that_get_a_value_keep_when_they_were_changed) {
    db_->script(
        "CREATE TABLE t (id int PRIMARY KEY, x int, at datetime NOT NULL DEFAULT '2020-01-01' ON UPDATE "
        "current_timestamp()); INSERT INTO t (id, x) VALUES (1, NULL), (2, 7)");
    schema::catalogue to = schema::inspect(*db_);
    table(to, "t").columns[1] = {.name = "x", .type = "bigint(20)", .default_sql = "5"};
    become(to);
    EXPECT_EQ(rows("SELECT CAST(id AS CHAR), CAST(x AS CHAR), CAST(at AS CHAR) FROM t ORDER BY id"),
              "1|5|2020-01-01 00:00:00; 2|7|2020-01-01 00:00:00");
    EXPECT_TRUE(schema::compare(schema::inspect(*db_), to, maria, {.exact = true}).empty());
}

TEST_F(mariadb_changes, a_moment_that_follows_changes_and_takes_no_null_has_no_default) {
    db_->script(
        "CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL ON UPDATE current_timestamp(), "
        "day datetime NOT NULL DEFAULT '2020-01-01' ON UPDATE current_timestamp())");
    const schema::catalogue from = schema::inspect(*db_);
    EXPECT_EQ(from.tables[0].columns[1].default_sql, "");
    EXPECT_NE(from.tables[0].columns[2].default_sql, "");
    schema::catalogue to = from;
    to.tables[0].columns[1].options = "";
    become(to);
    become(from);
    EXPECT_TRUE(schema::compare(schema::inspect(*db_), from, maria, {.exact = true}).empty());
}

TEST_F(mariadb_changes, what_was_computed_when_it_was_read_keeps_its_values) {
    db_->script(
        "CREATE TABLE t (id int PRIMARY KEY, x int AS (id * 2) VIRTUAL, y int AS (id + 1) STORED, KEY ix (x, y)); "
        "INSERT INTO t (id) VALUES (1), (2)");
    schema::catalogue to = schema::inspect(*db_);
    for (const std::size_t i : {1U, 2U}) table(to, "t").columns[i].generated_sql.clear();
    become(to);
    EXPECT_EQ(rows("SELECT CAST(x AS CHAR), CAST(y AS CHAR) FROM t ORDER BY id"), "2|2; 4|3");
    schema::catalogue now = schema::inspect(*db_);
    EXPECT_TRUE(schema::compare(now, to, maria, {.exact = true}).empty())
        << schema::report(schema::compare(now, to, maria, {.exact = true}));
    table(to, "t").columns[1].generated_sql = "id * 3";
    table(to, "t").columns[1].stored = false;
    become(to);
    EXPECT_EQ(rows("SELECT CAST(x AS CHAR) FROM t ORDER BY id"), "3; 6");
}

TEST(compare, what_stands_behind_a_column_stays_where_models_say_nothing_of_it) {
    const schema::catalogue from =
        with_column({.name = "x", .type = "datetime", .nullable = true, .options = "ON UPDATE current_timestamp()"});
    schema::catalogue to = with_column({.name = "x", .type = "datetime", .nullable = true});
    EXPECT_TRUE(schema::compare(from, to, maria).empty());
    to.tables[0].columns[1].nullable = false;
    std::string script;
    for (const std::string& sql : schema::change_statements(from, to, schema::compare(from, to, maria), maria)) {
        script += sql + ";\n";
    }
    EXPECT_NE(script.find("\"x\" datetime NOT NULL ON UPDATE current_timestamp()"), std::string::npos) << script;
}

TEST_F(mariadb_changes, a_check_behind_a_column_stays_with_it) {
    db_->script("CREATE TABLE t (id int PRIMARY KEY, x int CHECK (x > 1), j json)");
    schema::catalogue to = schema::inspect(*db_);
    table(to, "t").columns[1].type = "bigint(20)";
    table(to, "t").columns[2].nullable = false;
    become(to);
    EXPECT_THROW(db_->script("INSERT INTO t VALUES (1, 1, '{}')"), check_violation);
    EXPECT_THROW(db_->script("INSERT INTO t VALUES (1, 2, '{')"), check_violation);
    EXPECT_TRUE(schema::compare(schema::inspect(*db_), to, maria, {.exact = true}).empty());
    table(to, "t").checks.clear();
    become(to);
    db_->script("INSERT INTO t VALUES (1, 1, '{}')");
    EXPECT_TRUE(schema::inspect(*db_).tables[0].checks.empty());
}

TEST_F(mariadb_changes, a_check_behind_a_column_is_found_under_its_new_name) {
    db_->script(
        "CREATE TABLE t (x int CHECK (x > 1), j json); ALTER TABLE t RENAME COLUMN x TO y, RENAME COLUMN j TO k");
    schema::catalogue to = schema::inspect(*db_);
    EXPECT_EQ(table(to, "t").columns.at(1).type, "json");
    ASSERT_EQ(table(to, "t").checks.size(), 1U);
    EXPECT_EQ(table(to, "t").checks[0].column, "y");
    table(to, "t").columns[0].type = "bigint(20)";
    become(to);
    EXPECT_THROW(db_->script("INSERT INTO t (y) VALUES (1)"), check_violation);
}

TEST_F(mariadb_changes, views_and_triggers_follow_a_renamed_table) {
    db_->script(
        "CREATE TABLE t (id int PRIMARY KEY, x int); CREATE TABLE log (id int); CREATE VIEW v AS SELECT x FROM t; "
        "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO log SELECT count(*) FROM t");
    schema::catalogue to = schema::inspect(*db_);
    table(to, "t").name = "u";
    table(to, "u").triggers.clear();
    to.views.clear();
    const schema::compare_options renamed{.renamed_tables = {{"", "t", "u"}}};
    become(to, renamed);
    db_->script("INSERT INTO u VALUES (1, 2)");
    EXPECT_EQ(rows("SELECT CAST(x AS CHAR) FROM v"), "2");
    EXPECT_EQ(rows("SELECT CAST(id AS CHAR) FROM log"), "1");
    // A column's name in them is somebody's to change.
    table(to, "u").columns[1].name = "y";
    try {
        (void)script_to(to, {.renamed_columns = {{"", "u", "x", "y"}}});
        ADD_FAILURE() << "no error";
    } catch (const mapping_error& e) {
        EXPECT_NE(e.message().find("the view \"v\", which only the database has, names \"u\".\"x\""), std::string::npos)
            << e.message();
        EXPECT_NE(e.message().find("drop it in a step before"), std::string::npos) << e.message();
    }
}

TEST_F(mariadb_changes, keys_that_the_server_has_named_are_found_again_behind_a_rename) {
    db_->script(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a) "
        "REFERENCES p (id), FOREIGN KEY (b) REFERENCES p (id))");
    schema::catalogue to = schema::inspect(*db_);
    sql::table_definition& t = table(to, "t");
    t.name = "u";
    t.foreign_keys.erase(t.foreign_keys.begin());
    t.columns.push_back({.name = "c", .type = "int(11)", .nullable = true});
    t.foreign_keys.push_back({.columns = {"c"}, .table = "p", .target_columns = {"id"}});
    // The key's own index goes with it, and the other one's comes.
    std::erase_if(t.indexes, [](const auto& i) { return i.name == "a"; });
    become(to, {.renamed_tables = {{"", "t", "u"}}});
    const auto left = schema::compare(schema::inspect(*db_), to, maria, {.exact = true});
    EXPECT_TRUE(left.empty()) << schema::report(left);
}

TEST_F(mariadb_changes, tables_of_others_keep_their_engine_and_their_texts) {
    db_->script(
        "CREATE TABLE t (id int PRIMARY KEY, x varchar(20), y varchar(20) COLLATE utf8mb4_nopad_bin) ENGINE=MyISAM "
        "DEFAULT CHARSET=latin1");
    schema::catalogue to = schema::inspect(*db_);
    EXPECT_EQ(table(to, "t").options, "ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci");
    EXPECT_EQ(table(to, "t").columns[1].collation, "latin1_swedish_ci");
    EXPECT_EQ(table(to, "t").columns[2].collation, "");
    for (const std::size_t i : {1U, 2U}) table(to, "t").columns[i].type = "varchar(30)";
    become(to);
    const auto left = schema::compare(schema::inspect(*db_), to, maria, {.exact = true});
    EXPECT_TRUE(left.empty()) << schema::report(left);
}

TEST_F(mariadb_changes, the_server_is_asked_how_it_spells_what_models_say) {
    const auto list = models<spelled::Note, spelled::Starred>::list();
    const schema::model_list wanted{list.data(), list.size()};
    schema::create(*db_, wanted);
    EXPECT_EQ(schema::report(schema::compare(wanted, *db_)), "");
    EXPECT_EQ(
        rows("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'kin\\_normalised%' ESCAPE "
             "'\\'"),
        "");
    EXPECT_NE(rows("SELECT database()"), "kin_normalised_0");
    db_->script("ALTER TABLE notes ADD COLUMN more int");
    EXPECT_EQ(schema::compare(wanted, *db_).size(), 1U);
}

TEST_F(mariadb_changes, what_only_statements_say_is_kept_as_text) {
    db_->script(
        "CREATE SEQUENCE s START WITH 5; CREATE TABLE p (id int, KEY (id)) PARTITION BY HASH (id) PARTITIONS 3; "
        "CREATE SQL SECURITY INVOKER VIEW v AS SELECT id FROM p WHERE id > 1 WITH CASCADED CHECK OPTION; CREATE "
        "TABLE f (x longtext, y varchar(40), FULLTEXT KEY ft (x) COMMENT 'words', KEY part (y (5)))");
    const schema::catalogue all = schema::inspect(*db_);
    EXPECT_EQ(all.others.at(0).sql.substr(0, 35), "CREATE SEQUENCE \"s\" start with 5 mi");
    EXPECT_NE(all.find_table("", "p")->options.find("PARTITION BY HASH (\"id\")\nPARTITIONS 3"), std::string::npos)
        << all.find_table("", "p")->options;
    EXPECT_EQ(all.views.at(0).sql,
              "CREATE SQL SECURITY INVOKER VIEW \"v\" AS select \"p\".\"id\" AS \"id\" from \"p\" where \"p\".\"id\" > "
              "1 WITH "
              "CASCADED CHECK OPTION");
    // As it is read, it can be made anew.
    const test::place other;
    engine::connection there{engine::open_driver(engine::url::parse(other.url()))};
    for (const std::string& sql : schema::create_statements(all, maria)) there.script(sql);
    const auto left = schema::compare(schema::inspect(there), all, maria, {.exact = true});
    EXPECT_TRUE(left.empty()) << schema::report(left);
}

/// The server prints backslashes in texts, and is sent texts without.
TEST_F(mariadb_changes, texts_in_what_the_server_prints_are_read_as_they_were_written) {
    const std::string text = "'it''s \\ a\nb\r\"`\\n'";
    db_->script("CREATE TABLE t (x varchar(40) DEFAULT " + text + ", y varchar(60) AS (concat(x, " + text +
                ")) STORED, z varchar(40) CHECK (z <> " + text + "), e enum('a''b', 'c\\d'), CHECK (x <> concat(" +
                text + ", 'x'))); CREATE VIEW v AS SELECT " + text +
                " AS \"a'b\" FROM t; CREATE TABLE p (x varchar(40)) PARTITION BY LIST COLUMNS (x) (PARTITION a VALUES "
                "IN (" +
                text + "), PARTITION b VALUES IN ('z')); CREATE TABLE r (x varchar(40) CHECK (x <> " + text +
                ")); ALTER TABLE r RENAME COLUMN x TO y");
    schema::catalogue all = schema::inspect(*db_);
    const sql::table_definition& t = table(all, "t");
    EXPECT_EQ(t.columns[0].default_sql, text);
    EXPECT_EQ(t.columns[1].generated_sql, "concat(\"x\"," + text + ")");
    EXPECT_EQ(t.columns[3].type, "enum('a''b','c\\d')");
    ASSERT_EQ(t.checks.size(), 2U);
    for (const sql::check_definition& c : t.checks) EXPECT_NE(c.sql.find(text), std::string::npos) << c.sql;
    EXPECT_EQ(all.views.at(0).sql, "CREATE VIEW \"v\" AS select " + text + " AS \"a'b\" from \"t\"");
    EXPECT_NE(table(all, "p").options.find(text), std::string::npos) << table(all, "p").options;
    ASSERT_EQ(table(all, "r").checks.size(), 1U);
    EXPECT_EQ(table(all, "r").checks[0].column, "y");
    const test::place other;
    engine::connection there{engine::open_driver(engine::url::parse(other.url()))};
    for (const std::string& sql : schema::create_statements(all, maria)) there.script(sql);
    const auto left = schema::compare(schema::inspect(there), all, maria, {.exact = true});
    EXPECT_TRUE(left.empty()) << schema::report(left);
    EXPECT_THROW(there.script("INSERT INTO t (z) VALUES (" + text + ")"), check_violation);
    there.script("INSERT INTO t (z) VALUES ('it')");
    const auto cells = [](engine::connection& on) {
        engine::cursor row = on.run("SELECT x, y, \"a'b\" FROM t, v");
        std::string out;
        if (row.next()) {
            for (int i = 0; i < 3; ++i) out += std::string{row.cell(i).bytes} + '|';
        }
        return out;
    };
    const std::string it = "it's \\ a\nb\r\"`\\n";
    EXPECT_EQ(cells(there), it + '|' + it + it + '|' + it + '|');
    // What differs in a backslash alone differs.
    table(all, "t").columns[0].default_sql = "'it''s  a\nb\r\"`\\n'";
    EXPECT_EQ(schema::compare(schema::inspect(there), all, maria).size(), 1U);
}

/// The databases in which the server is asked for its spelling are dropped, and the lock is given back.
TEST_F(mariadb_changes, who_asks_for_spellings_and_is_cancelled_leaves_nothing) {
    const auto list = models<spelled::Note, spelled::Starred>::list();
    const schema::model_list wanted{list.data(), list.size()};
    schema::create(*db_, wanted);
    database one{place_->url(), {.max = 1}};
    const auto of_one = [&](std::string_view sql) {
        const engine::lease lease = one.connect();
        engine::cursor row = lease->run(sql);
        return row.next() && !row.is_null(0) ? std::string{row.cell(0).bytes} : std::string{};
    };
    const std::string session = "SELECT concat_ws(' ', database(), @@foreign_key_checks, connection_id())";
    const std::string was = of_one(session);
    for (const std::string_view at : {"CREATE DATABASE", "USE", "SET @kin_foreign", "CREATE TABLE", "CREATE VIEW"}) {
        engine::cancellation wish;
        bool reached = false;
        one.on_statement([&](const engine::statement_event& e) {
            if (!e.sql.starts_with(at)) return;
            wish.request();
            reached = true;
        });
        engine::cancellation* const before = engine::cancellation::exchange(&wish);
        {
            const engine::lease lease = one.connect();
            EXPECT_THROW((void)schema::compare(wanted, *lease), statement_canceled) << at;
        }
        engine::cancellation::exchange(before);
        one.on_statement({});
        EXPECT_TRUE(reached) << at;
        EXPECT_EQ(of_one(session), was) << at;
        EXPECT_EQ(rows("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'kin\\_normalised%' "
                       "ESCAPE '\\'"),
                  "")
            << at;
        EXPECT_EQ(rows("SELECT CAST(is_free_lock('kin_normalised') AS CHAR)"), "1") << at;
    }
}

}  // namespace
