// Tables, indexes, foreign keys.
#include "golden.hpp"

#include <utility>

#include <kin/sql/compiler.hpp>

namespace golden {

namespace sql = kin::sql;
using kin::kind;

std::vector<named> schemas(const sql::dialect& d) {
    std::vector<named> all;
    all.push_back({"a schema", sql::create_schema{"blog", true}});
    const auto column = [&](std::string name, kind type, bool nullable = false, std::string default_sql = {}) {
        return sql::column_definition{.name = std::move(name),
                                      .type = d.type_name(type, 0),
                                      .nullable = nullable,
                                      .default_sql = std::move(default_sql)};
    };
    // A text of at most so many characters.
    const auto add_short = [&](sql::table_definition& table, const std::string& name, std::uint16_t length,
                               std::string default_sql = {}) {
        table.columns.push_back(column(name, kind::text, false, std::move(default_sql)));
        table.columns.back().type = d.type_name(kind::text, length);
        if (d.length_checks) {
            table.checks.push_back({.sql = sql::length_condition(name, length, d), .column = name});
        }
    };
    sql::table_definition every{
        .name = "everything",
        .columns = {column("id", kind::int64), column("flag", kind::boolean), column("small", kind::int16),
                    column("medium", kind::int32, true), column("large", kind::int64, false, "42"),
                    column("single", kind::float32), column("wide", kind::float64)},
        .primary_key = {.columns = {"id"}}};
    every.columns[0].identity = sql::identity::by_default;
    add_short(every, "name", 120, "'x'");
    for (sql::column_definition& each :
         std::vector{column("body", kind::text, true), column("bytes", kind::blob), column("day", kind::date),
                     column("hour", kind::time), column("moment", kind::timestamp), column("uid", kind::uuid),
                     column("price", kind::decimal), column("extra", kind::json, true)}) {
        every.columns.push_back(std::move(each));
    }
    all.push_back({"every type", sql::create_table{every}});
    all.push_back(
        {"keys and constraints",
         sql::create_table{{.schema = "blog",
                            .name = "post_tag",
                            .columns = {column("post_id", kind::int64), column("tag_id", kind::int64),
                                        column("position", kind::int32, true)},
                            .primary_key = {.columns = {"post_id", "tag_id"}},
                            .uniques = {{"uq_post_tag_position", {"post_id", "position"}}, {{}, {"position"}}},
                            .foreign_keys = {{.columns = {"post_id"},
                                              .schema = "blog",
                                              .table = "posts",
                                              .target_columns = {"id"},
                                              .on_delete = "CASCADE"},
                                             {.columns = {"tag_id"},
                                              .table = "tags",
                                              .target_columns = {"id"},
                                              .on_update = "SET NULL",
                                              .deferring = sql::deferring::at_commit}},
                            .checks = {{"positive", "position > 0"}, {{}, "post_id <> tag_id"}}},
                           true}});
    sql::table_definition quoted{.name = "a\"b`c"};
    add_short(quoted, "x\"y`z", 10);
    all.push_back({"quotes in names", sql::create_table{quoted}});
    sql::table_definition kept{.name = "readings",
                               .columns = {column("at", kind::timestamp), column("room", kind::text),
                                           column("celsius", kind::float64), column("fahrenheit", kind::float64)},
                               .primary_key = {.name = "pk_readings", .columns = {"at", "room"}},
                               .comment = "What it's like"};
    kept.columns[1].collation = d.name == "sqlite" ? "NOCASE" : "C";
    kept.columns[1].comment = "As on the door";
    kept.columns[3].generated_sql = "celsius * 1.8 + 32";
    kept.columns[3].stored = false;
    all.push_back({"what the database says of columns", sql::create_table{kept}});
    all.push_back({"a comment", sql::comment_on{"COLUMN", "blog", "posts", "title", "Sam's"}});
    all.push_back({"no comment any more", sql::comment_on{"TABLE", {}, "posts", {}, {}}});
    all.push_back({"a type of names", sql::create_enum{{"blog", "mood", {"glad", "so'so"}, {}}}});
    all.push_back({"an index",
                   sql::create_index{
                       .table = "posts", .index = {"ix_posts_user_id", {{"user_id"}, {"id"}}}, .if_not_exists = true}});
    all.push_back(
        {"a unique index", sql::create_index{.schema = "blog", .table = "tags", .index = {"uq", {{"name"}}, true}}});
    all.push_back({"an index with all that one can have",
                   sql::create_index{.table = "posts",
                                     .index = {.name = "ix",
                                               .parts = {{.expression = "lower(title)", .descending = true},
                                                         {.column = "at", .nulls_first = false}},
                                               .where = "published",
                                               .method = "btree",
                                               .included = {"user_id"},
                                               .options = "fillfactor=70"},
                                     .concurrently = true}});
    const sql::foreign_key_definition key{
        .columns = {"a", "b"}, .table = "target", .target_columns = {"x", "y"}, .on_delete = "RESTRICT"};
    sql::foreign_key_definition called = key;
    called.name = "fk_source_a_b";
    all.push_back({"a key added later", sql::add_foreign_key{{}, "source", false, key}});
    all.push_back({"a key added later, once", sql::add_foreign_key{{}, "source", true, called}});
    all.push_back({"drop", sql::drop_table{{}, "users", false, false}});
    all.push_back({"drop whatever refers to it", sql::drop_table{"blog", "users", true, true}});
    return all;
}

}  // namespace golden
