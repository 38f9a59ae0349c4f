// Differences of catalogues that are written down here: what is equal, what is not, what it costs.
#include <gtest/gtest.h>

#include <algorithm>

#include <kin/schema/changes.hpp>

namespace {

using namespace kin;
using schema::change;
using schema::risk;

const sql::dialect& lite = sql::sqlite_dialect();
const sql::dialect& pg = sql::postgresql_dialect();

sql::table_definition users() {
    sql::table_definition t;
    t.name = "users";
    t.columns = {{.name = "id", .type = "bigint", .identity = sql::identity::by_default},
                 {.name = "name", .type = "character varying(120)"},
                 {.name = "age", .type = "integer", .nullable = true}};
    t.primary_key.columns = {"id"};
    return t;
}

schema::catalogue with(sql::table_definition t) { return {.tables = {std::move(t)}}; }

std::vector<change> kinds(const std::vector<schema::difference>& list) {
    std::vector<change> found;
    for (const auto& d : list) found.push_back(d.what);
    return found;
}

void equal_column(const char* a, const char* b, const sql::dialect& d) {
    auto from = users();
    auto to = users();
    from.columns[1].type = a;
    to.columns[1].type = b;
    EXPECT_TRUE(schema::compare(with(from), with(to), d).empty()) << a << " and " << b;
}

void equal_check(const char* a, const char* b, const sql::dialect& d) {
    auto from = users();
    auto to = users();
    from.checks = {{.sql = a}};
    to.checks = {{.sql = b}};
    EXPECT_TRUE(schema::compare(with(from), with(to), d).empty()) << a << " and " << b;
}

void other_check(const char* a, const char* b, const sql::dialect& d) {
    auto from = users();
    auto to = users();
    from.checks = {{.sql = a}};
    to.checks = {{.sql = b}};
    EXPECT_EQ(schema::compare(with(from), with(to), d).size(), 2U) << a << " and " << b;
}

TEST(compare, types_that_are_spelled_differently_are_equal) {
    equal_column("varchar(120)", "character varying(120)", pg);
    equal_column("VARCHAR ( 120 )", "character varying(120)", pg);
    equal_column("int8", "bigint", pg);
    equal_column("TIMESTAMPTZ", "timestamp with time zone", pg);
    equal_column("timestamptz(3)", "timestamp(3) with time zone", pg);
    equal_column("timestamp", "timestamp without time zone", pg);
    equal_column("decimal(10)", "numeric(10,0)", pg);
    equal_column("float8", "DOUBLE PRECISION", pg);
    equal_column("char", "character(1)", pg);
    equal_column("int4[]", "integer[]", pg);
    equal_column("VARCHAR(120)", "TEXT", lite);
    equal_column("INT", "BIGINT", lite);
}

TEST(compare, types_of_a_strict_table_are_compared_by_name) {
    auto from = users();
    auto to = users();
    from.options = to.options = "STRICT";
    from.columns[1].type = "ANY";
    to.columns[1].type = "BLOB";
    EXPECT_EQ(kinds(schema::compare(with(from), with(to), lite)), std::vector{change::type_changed});
}

TEST(compare, conditions_that_are_spelled_differently_are_equal) {
    equal_check("age > 0", "((AGE>0))", pg);
    equal_check("\"age\" > 0 AND name <> ''", "((age > 0) AND ((name)::text <> ''::text))", pg);
    equal_check("age IN (1, 2)", "(age = ANY (ARRAY[1, 2]))", pg);
    equal_check("name NOT IN ('a', 'b')",
                "((name)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[]))", pg);
    equal_check("age BETWEEN 1 AND 9", "((age >= 1) AND (age <= 9))", pg);
    equal_check("name LIKE 'a%'", "((name)::text ~~ 'a%'::text)", pg);
    equal_check("age > -1", "(age > '-1'::integer)", pg);
    equal_check("length(name) <= 120 OR age IS NULL", "((length((name)::text) <= 120) OR (age IS NULL))", pg);
    equal_check("age >= 0 AND age < 2.5", "((age >= (0)::numeric) AND (age < (2.5)::double precision))", pg);
    equal_check("name = 'x'", "(name = 'x'::bpchar)", pg);
    equal_check("age > CURRENT_TIMESTAMP", "(age > (CURRENT_TIMESTAMP)::timestamptz)", pg);
    equal_check("NOT age = 1 AND age != 2", "((NOT (age = 1)) AND (age <> 2))", pg);
    equal_check("age + 2 * 3 > 1", "((age + (2 * 3)) > 1)", pg);
    equal_check("[age] > 0 /* years */", "\"AGE\" > 0", lite);
    equal_check("a || b = 'x'", "(a || b) = 'x'", lite);
    equal_check("CASE WHEN age > 1 THEN 1 ELSE 0 END = 1", "(CASE WHEN (age>1) THEN 1 ELSE 0 END)=1", lite);
}

TEST(compare, conditions_that_say_something_else_are_not) {
    other_check("age > 0", "age > 1", pg);
    other_check("(age + 2) * 3 > 1", "age + 2 * 3 > 1", pg);
    other_check("name = 'A'", "name = 'a'", pg);
    other_check("name = 'a  b'", "name = 'a b'", lite);
    other_check("age > 1 AND (age < 5 OR age > 9)", "age > 1 AND age < 5 OR age > 9", lite);
    other_check("\"Age\" > 0", "age > 0", pg);
    other_check("1::numeric / 2 < age", "1 / 2 < age", pg);
    other_check("age < 1.5::integer", "age < 1.5", pg);
    other_check("age::text > '10'", "age > '10'", pg);
    other_check("name = 'abc'::varchar(2)", "name = 'abc'", pg);
    other_check("name = 5::text", "name = 5", pg);
    other_check("now() > CURRENT_TIMESTAMP::date", "now() > CURRENT_TIMESTAMP", pg);
    other_check("name = ANY ((ARRAY[age])::text[])", "name = ANY (ARRAY[age])", pg);
    other_check("age::boolean", "true::integer = age", pg);
}

TEST(compare, defaults_that_are_spelled_differently_are_equal) {
    auto from = users();
    auto to = users();
    from.columns[1].default_sql = "'new'::character varying";
    to.columns[1].default_sql = "'new'";
    from.columns[2].default_sql = "NULL::integer";
    EXPECT_TRUE(schema::compare(with(from), with(to), pg).empty());
}

TEST(compare, a_key_that_sqlite_numbers_by_itself_is_no_difference) {
    auto from = users();
    auto to = users();
    from.columns[0].type = to.columns[0].type = "INTEGER";
    to.columns[0].identity = sql::identity::none;
    EXPECT_TRUE(schema::compare(with(from), with(to), lite).empty());
    EXPECT_TRUE(schema::compare(with(to), with(from), lite).empty());
    from.options = to.options = "WITHOUT ROWID";
    EXPECT_EQ(kinds(schema::compare(with(from), with(to), lite)), std::vector{change::identity});
    from.options = to.options = "";
    to.columns[0].type = "BIGINT";
    EXPECT_EQ(kinds(schema::compare(with(from), with(to), lite)), std::vector{change::identity});
    from.columns[0].type = "BIGINT";
    EXPECT_EQ(kinds(schema::compare(with(from), with(to), pg)), std::vector{change::identity});
}

TEST(compare, a_constraint_is_recognised_by_what_it_says) {
    auto from = users();
    auto to = users();
    from.uniques = {{.name = "users_name_key", .columns = {"name"}}};
    to.uniques = {{.columns = {"name"}}};
    from.indexes = {{.name = "by_age", .parts = {{.column = "age"}}}};
    to.indexes = {{.name = "ix_users_age", .parts = {{.column = "age"}}}};
    EXPECT_TRUE(schema::compare(with(from), with(to), pg).empty());
    to.uniques.clear();
    to.indexes.push_back({.name = "ux", .parts = {{.column = "name"}}, .unique = true});
    EXPECT_TRUE(schema::compare(with(from), with(to), pg).empty()) << "a unique index keeps out the same rows";
}

TEST(compare, every_difference_says_what_it_costs) {
    auto from = users();
    auto to = users();
    to.columns.push_back({.name = "email", .type = "text"});
    to.columns.push_back({.name = "bio", .type = "text", .nullable = true});
    to.columns[1].type = "text";
    to.columns[2].nullable = false;
    to.columns[2].default_sql = "0";
    from.columns.push_back({.name = "old", .type = "boolean"});
    to.indexes = {{.name = "ix", .parts = {{.column = "name"}}}};
    const auto list = schema::compare(with(from), with(to), pg);
    const auto risk_of = [&](change what, std::string_view name) {
        const auto found = std::ranges::find_if(list, [&](const auto& d) { return d.what == what && d.name == name; });
        EXPECT_NE(found, list.end()) << schema::to_string(what) << ' ' << name;
        return found == list.end() ? risk::loses_data : found->risk;
    };
    EXPECT_EQ(risk_of(change::column_added, "email"), risk::needs_values);
    EXPECT_EQ(risk_of(change::column_added, "bio"), risk::safe);
    EXPECT_EQ(risk_of(change::column_dropped, "old"), risk::loses_data);
    EXPECT_EQ(risk_of(change::type_changed, "name"), risk::safe) << "every value of varchar(120) is a text";
    EXPECT_EQ(risk_of(change::nullability, "age"), risk::slow);
    EXPECT_EQ(risk_of(change::default_value, "age"), risk::safe);
    EXPECT_EQ(risk_of(change::index_added, "ix"), risk::slow);
    EXPECT_EQ(list.size(), 7U) << schema::report(list);
    EXPECT_EQ(schema::worst(list), risk::loses_data);
}

TEST(compare, a_rename_is_asked_about_and_not_guessed) {
    auto to = users();
    to.columns[1].name = "full_name";
    auto list = schema::compare(with(users()), with(to), pg);
    ASSERT_EQ(kinds(list), (std::vector{change::column_added, change::column_dropped}));
    EXPECT_EQ(list[0].perhaps_renamed_from, std::vector<std::string>{"name"});
    EXPECT_NE(schema::report(list).find("question: was users.full_name called \"name\" before?"), std::string::npos);

    list = schema::compare(with(users()), with(to), pg, {.renamed_columns = {{"", "users", "name", "full_name"}}});
    EXPECT_EQ(kinds(list), std::vector{change::column_renamed});
    EXPECT_EQ(schema::change_statements(with(users()), with(to), list, pg),
              std::vector<std::string>{R"(ALTER TABLE "users" RENAME COLUMN "name" TO "full_name")"});
    // Said again where it was made already, it means nothing.
    EXPECT_TRUE(
        schema::compare(with(to), with(to), pg, {.renamed_columns = {{"", "users", "name", "full_name"}}}).empty());
    EXPECT_THROW(
        (void)schema::compare(with(users()), with(to), pg, {.renamed_columns = {{"", "users", "name", "nme"}}}),
        mapping_error);
}

TEST(compare, what_only_the_database_has_is_left_alone_unless_asked) {
    schema::catalogue from = with(users());
    from.tables.push_back({.name = "kin_migrations", .columns = {{.name = "id", .type = "bigint"}}});
    from.tables.push_back({.name = "theirs", .columns = {{.name = "id", .type = "bigint"}}});
    from.views.push_back({.name = "v", .sql = "CREATE VIEW v AS SELECT 1"});
    EXPECT_TRUE(schema::compare(from, with(users()), pg).empty());
    EXPECT_EQ(kinds(schema::compare(from, with(users()), pg, {.exact = true})),
              (std::vector{change::table_dropped, change::view_dropped}));
}

TEST(compare, what_models_cannot_say_of_a_constraint_is_left_alone_unless_asked) {
    auto from = users();
    from.primary_key.sql = "PRIMARY KEY (id) ON CONFLICT REPLACE";
    from.uniques = {{.columns = {"name"}, .sql = "UNIQUE (name) ON CONFLICT IGNORE"}};
    from.foreign_keys = {{.columns = {"age"}, .table = "ages", .sql = "FOREIGN KEY (age) REFERENCES ages MATCH FULL"}};
    auto to = users();
    to.uniques = {{.columns = {"name"}}};
    to.foreign_keys = {{.columns = {"age"}, .table = "ages"}};
    EXPECT_TRUE(schema::compare(with(from), with(to), lite).empty());
    EXPECT_EQ(
        kinds(schema::compare(with(from), with(to), lite, {.exact = true})),
        (std::vector{change::primary_key, change::unique_added, change::unique_dropped, change::foreign_key_changed}));
    EXPECT_EQ(schema::compare(with(to), with(from), lite).size(), 4U);
}

TEST(compare, what_stands_beside_tables_says_what_it_costs_and_what_is_to_be_done) {
    schema::catalogue from = with(users());
    from.others = {{"SEQUENCE", "", "numbers", "CREATE SEQUENCE numbers"},
                   {"DOMAIN", "", "name", "CREATE DOMAIN name AS text"},
                   {"FUNCTION", "", "f", "CREATE OR REPLACE FUNCTION f(a integer) …"},
                   {"FUNCTION", "", "f", "CREATE OR REPLACE FUNCTION f(a text) …"}};
    schema::catalogue to = from;
    std::swap(to.others[2], to.others[3]);
    EXPECT_TRUE(schema::compare(from, to, pg, {.exact = true}).empty()) << "functions of one name";
    to.others = {{"DOMAIN", "", "name", "CREATE DOMAIN name AS varchar(3)"}, to.others[2], to.others[3]};
    to.tables[0].options = "WITH (fillfactor=70)";
    const auto list = schema::compare(from, to, pg, {.exact = true});
    ASSERT_EQ(kinds(list), (std::vector{change::other_changed, change::other_dropped, change::table_options}));
    EXPECT_EQ(list[1].risk, risk::loses_data);
    const auto script = schema::changes(from, to, list, pg);
    EXPECT_EQ(script.statements, std::vector<std::string>{R"(DROP SEQUENCE "numbers")"});
    ASSERT_EQ(script.by_hand.size(), 2U);
    EXPECT_EQ(
        script.by_hand[0],
        R"("name": the domain is another one, and nothing is written that changes it: write an ALTER, or drop it )"
        "and make it again, in a step of your own");
    EXPECT_TRUE(script.by_hand[1].starts_with("\"users\": what stands behind the columns is different"))
        << script.by_hand[1];
    const auto after = schema::afterwards(from, to, list, pg);
    EXPECT_EQ(after.others[0].sql, "CREATE DOMAIN name AS text");
    EXPECT_EQ(after.tables[0].options, "");
}

TEST(compare, the_comment_of_a_view_is_a_difference_of_its_own) {
    schema::catalogue from = with(users());
    from.views = {{.name = "v", .sql = "CREATE VIEW v AS SELECT 1", .comment = "theirs"}};
    schema::catalogue to = from;
    to.views[0].comment.clear();
    to.views[0].sql = "CREATE VIEW v AS SELECT 2";
    auto list = schema::compare(from, to, pg);
    EXPECT_EQ(kinds(list), std::vector{change::view_changed});
    EXPECT_EQ(schema::afterwards(from, to, list, pg).views[0].comment, "theirs");
    to = from;
    to.views[0].comment = "ours";
    list = schema::compare(from, to, pg);
    EXPECT_EQ(schema::change_statements(from, to, list, pg),
              std::vector<std::string>{R"(COMMENT ON VIEW "v" IS 'ours')"});
    EXPECT_TRUE(schema::compare(from, to, lite).empty()) << "SQLite has no comments";
}

TEST(compare, two_tables_may_change_places) {
    schema::catalogue from{.tables = {users(), users()}};
    from.tables[1].name = "people";
    from.tables[1].columns[1].name = "called";
    schema::catalogue to = from;
    std::swap(to.tables[0].name, to.tables[1].name);
    const auto list =
        schema::compare(from, to, lite, {.renamed_tables = {{"", "users", "people"}, {"", "people", "users"}}});
    EXPECT_EQ(kinds(list), (std::vector{change::table_renamed, change::table_renamed}));
    EXPECT_EQ(schema::change_statements(from, to, list, lite),
              (std::vector<std::string>{R"(ALTER TABLE "users" RENAME TO "kin_renamed_users")",
                                        R"(ALTER TABLE "people" RENAME TO "users")",
                                        R"(ALTER TABLE "kin_renamed_users" RENAME TO "people")"}));
}

TEST(changes, postgresql_makes_all_of_a_table_in_one_statement) {
    auto from = users();
    auto to = users();
    to.columns[1].type = "text";
    to.columns[2].default_sql = "0";
    to.columns.push_back({.name = "bio", .type = "text", .nullable = true});
    to.checks = {{.sql = "age >= 0"}};
    const auto list = schema::compare(with(from), with(to), pg);
    EXPECT_EQ(schema::change_statements(with(from), with(to), list, pg),
              std::vector<std::string>{
                  R"(ALTER TABLE "users" ALTER COLUMN "name" TYPE text, ALTER COLUMN "age" SET DEFAULT 0, )"
                  R"(ADD COLUMN "bio" text, ADD CHECK (age >= 0))"});
}

TEST(changes, a_large_table_is_changed_while_others_write) {
    auto to = users();
    to.indexes = {{.name = "ix", .parts = {{.column = "name"}}}};
    to.checks = {{.name = "grown", .sql = "age >= 0"}};
    const auto list = schema::compare(with(users()), with(to), pg);
    const auto script =
        schema::changes(with(users()), with(to), list, pg, {.concurrently = true, .validate_later = true});
    EXPECT_EQ(script.statements,
              std::vector<std::string>{R"(ALTER TABLE "users" ADD CONSTRAINT "grown" CHECK (age >= 0) NOT VALID)"});
    EXPECT_EQ(script.after, (std::vector<std::string>{R"(ALTER TABLE "users" VALIDATE CONSTRAINT "grown")",
                                                      R"(CREATE INDEX CONCURRENTLY "ix" ON "users" ("name"))"}));
}

TEST(changes, sqlite_adds_what_it_can_and_writes_the_table_again_for_the_rest) {
    auto from = users();
    from.columns[0].type = "INTEGER";
    auto to = from;
    to.columns.push_back({.name = "boss", .type = "INTEGER", .nullable = true});
    to.foreign_keys = {{.columns = {"boss"}, .table = "users", .target_columns = {"id"}}};
    auto list = schema::compare(with(from), with(to), lite);
    auto script = schema::changes(with(from), with(to), list, lite);
    EXPECT_EQ(script.statements,
              std::vector<std::string>{R"(ALTER TABLE "users" ADD COLUMN "boss" INTEGER REFERENCES "users" ("id"))"});
    EXPECT_FALSE(script.foreign_keys_off);

    to.columns[2].nullable = false;
    to.columns[2].default_sql = "18";
    list = schema::compare(with(from), with(to), lite);
    script = schema::changes(with(from), with(to), list, lite);
    EXPECT_TRUE(script.foreign_keys_off);
    ASSERT_GE(script.statements.size(), 7U);  // three ask for foreign keys that are off
    EXPECT_EQ(script.statements[4],
              R"(INSERT OR ABORT INTO "kin_new_users" ("id", "name", "age") SELECT "id", "name", )"
              R"(coalesce("age", 18) FROM "users")");
    EXPECT_EQ(script.statements[5], R"(DROP TABLE "users")");
    EXPECT_EQ(script.statements[6], R"(ALTER TABLE "kin_new_users" RENAME TO "users")");
}

TEST(changes, a_label_that_is_used_is_there_before_the_transaction) {
    auto from = with(users());
    from.enums = {{.name = "mood", .labels = {"calm", "wild"}}};
    auto to = from;
    to.enums[0].labels = {"calm", "glad", "wild"};
    auto list = schema::compare(from, to, pg);
    EXPECT_EQ(kinds(list), std::vector{change::enum_label_added});
    const std::string add = R"(ALTER TYPE "mood" ADD VALUE 'glad' BEFORE 'wild')";
    EXPECT_EQ(schema::changes(from, to, list, pg).statements, std::vector{add});
    to.tables[0].columns.push_back({.name = "m", .type = "mood", .default_sql = "'glad'::mood"});
    list = schema::compare(from, to, pg);
    EXPECT_EQ(schema::changes(from, to, list, pg).before, std::vector{add});
}

}  // namespace
