// Which source a column belongs to, and how sources are told apart.
#include <gtest/gtest.h>

#include <kin/sql/compiler.hpp>
#include <kin/sql/functions.hpp>

namespace {

namespace sql = kin::sql;

constexpr int nodes = 0;
constexpr int edges = 0;

sql::source node_table(std::string alias = {}) { return {&nodes, {}, "nodes", std::move(alias)}; }
sql::source edge_table(std::string alias = {}) { return {&edges, {}, "edges", std::move(alias)}; }
sql::expr node(std::string_view name, std::string_view alias = {}) { return sql::column(&nodes, name, alias); }
sql::expr edge(std::string_view name, std::string_view alias = {}) { return sql::column(&edges, name, alias); }
sql::expr same(sql::expr a, sql::expr b) { return sql::binary(sql::op::equal, std::move(a), std::move(b)); }

std::string text(const auto& statement) { return sql::compile(statement, sql::sqlite_dialect()).text; }

std::string refusal(const auto& statement) {
    try {
        return "compiled: " + text(statement);
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
}

TEST(scope, a_single_table_needs_no_qualification) {
    EXPECT_EQ(text(sql::select{.columns = {{node("id")}}, .from = {node_table("n")}}),
              R"(SELECT "id" FROM "nodes" AS "n")");
}

TEST(scope, the_innermost_source_wins) {
    const sql::select inner{.columns = {{node("id")}}, .from = {node_table()}};
    EXPECT_EQ(text(sql::select{.columns = {{node("id")}}, .from = {node_table()}, .where = sql::exists(inner)}),
              R"(SELECT "id" FROM "nodes" WHERE EXISTS (SELECT "t1"."id" FROM "nodes" AS "t1"))");
}

TEST(scope, an_alias_reaches_past_inner_sources) {
    const sql::select inner{.from = {node_table()}, .where = same(node("parent_id"), node("id", "n"))};
    EXPECT_EQ(text(sql::select{.columns = {{node("id")}}, .from = {node_table("n")}, .where = sql::exists(inner)}),
              R"(SELECT "id" FROM "nodes" AS "n" WHERE EXISTS )"
              R"((SELECT 1 FROM "nodes" WHERE "nodes"."parent_id" = "n"."id"))");
}

TEST(scope, an_outer_column_reaches_past_the_same_table) {
    const sql::select innermost{.from = {node_table()},
                                .where = sql::both(same(node("id"), sql::outer_column(&nodes, "a")),
                                                   same(node("id"), sql::outer_column(&nodes, "b", {}, 2)))};
    const sql::select inner{.from = {node_table()}, .where = sql::exists(innermost)};
    EXPECT_EQ(text(sql::select{.columns = {{node("id")}}, .from = {node_table()}, .where = sql::exists(inner)}),
              R"(SELECT "id" FROM "nodes" WHERE EXISTS (SELECT 1 FROM "nodes" AS "t1" WHERE EXISTS )"
              R"((SELECT 1 FROM "nodes" AS "t2" WHERE "t2"."id" = "t1"."a" AND "t2"."id" = "nodes"."b")))");
}

TEST(scope, labels_never_meet) {
    // Two siblings may share a label; one inside the other, or beside it, may not. Case does not tell labels apart.
    const sql::select one{.from = {edge_table("X")}, .where = same(edge("a", "X"), node("id", "x"))};
    EXPECT_EQ(
        text(sql::select{.columns = {{node("id")}},
                         .from = {node_table("x")},
                         .where = sql::both(sql::exists(one), sql::exists(one))}),
        R"(SELECT "id" FROM "nodes" AS "x" WHERE EXISTS (SELECT 1 FROM "edges" AS "t1" WHERE "t1"."a" = "x"."id"))"
        R"( AND EXISTS (SELECT 1 FROM "edges" AS "t2" WHERE "t2"."a" = "x"."id"))");
    EXPECT_EQ(text(sql::select{.columns = {{node("id", "t1")}, {node("id")}},
                               .from = {node_table("t1"), node_table()},
                               .joins = {{sql::join_kind::cross, edge_table("t1"), {}}}}),
              R"(SELECT "t1"."id", "nodes"."id" FROM "nodes" AS "t1" CROSS JOIN "nodes" CROSS JOIN "edges" AS "t2")");
}

TEST(scope, a_join_sees_the_tables_before_it) {
    EXPECT_EQ(text(sql::select{.columns = {{edge("to")}},
                               .from = {node_table()},
                               .joins = {{sql::join_kind::inner, edge_table("a"), same(edge("from", "a"), node("id"))},
                                         {sql::join_kind::left, edge_table(), same(edge("from"), edge("to", "a"))}}}),
              R"(SELECT "edges"."to" FROM "nodes" JOIN "edges" AS "a" ON "a"."from" = "nodes"."id")"
              R"( LEFT JOIN "edges" ON "edges"."from" = "a"."to")");
}

TEST(scope, a_subquery_in_an_update_refers_to_the_table) {
    const sql::select inner{.from = {edge_table()}, .where = same(edge("from"), node("id"))};
    EXPECT_EQ(text(sql::update{.table = node_table("n"), .set = {{"x", node("y")}}, .where = sql::exists(inner)}),
              R"(UPDATE "nodes" SET "x" = "y" WHERE EXISTS )"
              R"((SELECT 1 FROM "edges" WHERE "edges"."from" = "nodes"."id"))");
}

TEST(scope, a_column_without_a_source_is_refused_with_those_that_there_are) {
    const sql::select s{.columns = {{edge("to")}}, .from = {node_table(), node_table("n")}};
    EXPECT_EQ(refusal(s), R"(the column "to" belongs to no source of the query; the sources are: nodes, nodes as n)");
    EXPECT_EQ(refusal(sql::select{.columns = {{node("id", "m")}}, .from = {node_table()}}),
              R"(the column "m"."id" belongs to no source of the query; the sources are: nodes)");
    EXPECT_EQ(refusal(sql::select{.columns = {{node("id")}}}),
              R"(the column "id" belongs to no source of the query; the sources are: none)");
    EXPECT_EQ(refusal(sql::select{.columns = {{sql::outer_column(&nodes, "id")}}, .from = {node_table()}}),
              R"(the column "id" has no select around it that it could belong to; the sources are: nodes)");
}

TEST(scope, an_ambiguous_column_is_refused) {
    EXPECT_EQ(refusal(sql::select{.columns = {{node("id")}}, .from = {node_table("a"), node_table("b")}}),
              R"(the column "id" could belong to several sources, an alias has to tell which; )"
              R"(the sources are: nodes as a, nodes as b)");
    EXPECT_NE(refusal(sql::select{.columns = {{node("id")}}, .from = {node_table(), node_table()}}).find("several"),
              std::string::npos);
}

TEST(scope, values_of_an_insert_see_no_table) {
    EXPECT_NE(refusal(sql::insert{.into = node_table(), .columns = {"a"}, .rows = {{node("b")}}}).find("none"),
              std::string::npos);
}

}  // namespace
