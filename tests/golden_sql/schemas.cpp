// Tables, indexes, foreign keys.
#include "golden.hpp"

namespace golden {

namespace sql = kin::sql;
using kin::kind;

std::vector<named> schemas() {
    std::vector<named> all;
    all.push_back({"a schema", sql::create_schema{"blog", true}});
    all.push_back({"every type", sql::create_table{.table = "everything",
                                                   .columns = {{"id", kind::int64, 0, false, true, {}},
                                                               {"flag", kind::boolean, 0, false, false, {}},
                                                               {"small", kind::int16, 0, false, false, {}},
                                                               {"medium", kind::int32, 0, true, false, {}},
                                                               {"large", kind::int64, 0, false, false, "42"},
                                                               {"single", kind::float32, 0, false, false, {}},
                                                               {"wide", kind::float64, 0, false, false, {}},
                                                               {"name", kind::text, 120, false, false, "'x'"},
                                                               {"body", kind::text, 0, true, false, {}},
                                                               {"bytes", kind::blob, 0, false, false, {}},
                                                               {"day", kind::date, 0, false, false, {}},
                                                               {"hour", kind::time, 0, false, false, {}},
                                                               {"moment", kind::timestamp, 0, false, false, {}},
                                                               {"uid", kind::uuid, 0, false, false, {}},
                                                               {"price", kind::decimal, 0, false, false, {}},
                                                               {"extra", kind::json, 0, true, false, {}}},
                                                   .primary_key = {"id"}}});
    all.push_back({"keys and constraints",
                   sql::create_table{.schema = "blog",
                                     .table = "post_tag",
                                     .if_not_exists = true,
                                     .columns = {{"post_id", kind::int64, 0, false, false, {}},
                                                 {"tag_id", kind::int64, 0, false, false, {}},
                                                 {"position", kind::int32, 0, true, false, {}}},
                                     .primary_key = {"post_id", "tag_id"},
                                     .uniques = {{"uq_post_tag_position", {"post_id", "position"}}, {{}, {"position"}}},
                                     .foreign_keys = {{{"post_id"}, "blog", "posts", {"id"}, "CASCADE", {}, false},
                                                      {{"tag_id"}, {}, "tags", {"id"}, {}, "SET NULL", true}},
                                     .checks = {{"positive", "position > 0"}, {{}, "post_id <> tag_id"}}}});
    all.push_back({"quotes in names",
                   sql::create_table{.table = "a\"b`c", .columns = {{"x\"y`z", kind::text, 10, false, false, {}}}}});
    all.push_back({"an index", sql::create_index{"ix_posts_user_id", {}, "posts", {"user_id", "id"}, false, true}});
    all.push_back({"a unique index", sql::create_index{"uq", "blog", "tags", {"name"}, true, false}});
    const sql::foreign_key_definition key{{"a", "b"}, {}, "target", {"x", "y"}, "RESTRICT", {}, false};
    all.push_back({"a key added later", sql::add_foreign_key{{}, {}, "source", false, key}});
    all.push_back({"a key added later, once", sql::add_foreign_key{"fk_source_a_b", {}, "source", true, key}});
    all.push_back({"drop", sql::drop_table{{}, "users", false, false}});
    all.push_back({"drop whatever refers to it", sql::drop_table{"blog", "users", true, true}});
    return all;
}

}  // namespace golden
