// A catalogue as DOT, Mermaid and SVG.
#include <gtest/gtest.h>

#include <cstdlib>

#include <kin/schema/diagram.hpp>

namespace {

using kin::schema::catalogue;
using kin::sql::table_definition;

table_definition table(std::string name, std::vector<kin::sql::foreign_key_definition> keys = {}) {
    table_definition t{
        .name = std::move(name),
        .columns = {{.name = "id", .type = "INTEGER"}, {.name = "a <b>", .type = "TEXT", .nullable = true}},
        .primary_key = {.columns = {"id"}},
        .foreign_keys = std::move(keys)};
    for (const auto& k : t.foreign_keys) t.columns.push_back({.name = k.columns[0], .type = "INTEGER"});
    return t;
}
kin::sql::foreign_key_definition key(std::string column, std::string to) {
    return {.columns = {std::move(column)}, .table = std::move(to), .target_columns = {"id"}};
}
catalogue blog() {
    catalogue all;
    all.tables = {table("users"), table("posts", {key("author_id", "users"), key("parent_id", "posts")}), table("tags"),
                  table("alone")};
    all.tables[1].columns[3].nullable = true;
    all.tables.push_back({.name = "post_tags",
                          .columns = {{.name = "post_id"}, {.name = "tag_id"}},
                          .primary_key = {.columns = {"post_id", "tag_id"}},
                          .foreign_keys = {key("post_id", "posts"), key("tag_id", "tags")}});
    return all;
}
void has(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

TEST(diagram, in_dot_has_tables_keys_and_feet) {
    const std::string text = kin::schema::dot(blog());
    has(text, "<b>posts</b>");
    has(text, "a &lt;b&gt;");
    has(text, "t0:\"r_id\" -> t1:\"l_author_id\" [arrowhead=crowodot, arrowtail=teetee");
    has(text, "t1:\"r_id\":e -> t1:\"r_parent_id\":e [arrowhead=crowodot, arrowtail=teeodot");
    has(text, "[arrowhead=crowodot, arrowtail=crowodot, label=\"post_tags\"");
    EXPECT_EQ(text.find("<b>post_tags</b>"), std::string::npos) << "a line, no box";
    has(text, "label=\"without keys\"");
}

TEST(diagram, of_many_tables_shows_keys_alone) {
    catalogue all = blog();
    const std::string text = kin::schema::dot(all, {.all_columns_up_to = 3});
    EXPECT_EQ(text.find("a &lt;b&gt;"), std::string::npos);
    has(text, "… and 1 more");
}

TEST(diagram, has_a_frame_for_each_schema) {
    catalogue all = blog();
    all.tables[3].schema = "archive";
    const std::string text = kin::schema::dot(all);
    has(text, "label=\"archive\"");
}

TEST(diagram, in_mermaid) {
    const std::string text = kin::schema::mermaid(blog());
    EXPECT_TRUE(text.starts_with("erDiagram\n    \"users\" {\n        INTEGER id PK\n"));
    has(text, "        TEXT a__b_ \"may be NULL\"\n");
    has(text, "    \"users\" ||--o{ \"posts\" : \"author_id\"\n");
    has(text, "    \"posts\" |o--o{ \"posts\" : \"parent_id\"\n");
    has(text, "    \"tags\" }o--o{ \"posts\" : \"post_tags\"\n");
}

TEST(diagram, as_a_picture) {
    if (std::system("dot -V > /dev/null 2>&1") != 0) {
        EXPECT_THROW((void)kin::schema::svg(blog()), kin::usage_error);
        GTEST_SKIP() << "needs graphviz";
    }
    const std::string picture = kin::schema::svg(blog());
    has(picture, "<svg");
    has(picture, "author_id");
    // Without the program, the error says what to do.
    const std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
    setenv("PATH", "/nowhere", 1);
    try {
        (void)kin::schema::svg(blog());
        ADD_FAILURE() << "drawn without a program";
    } catch (const kin::usage_error& e) {
        has(e.what(), "install graphviz");
    }
    setenv("PATH", path.c_str(), 1);
}

}  // namespace
