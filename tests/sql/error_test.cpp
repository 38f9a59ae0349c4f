// What the compiler refuses, before anything reaches a database.
#include <gtest/gtest.h>

#include <kin/sql/compare.hpp>
#include <kin/sql/compiler.hpp>

namespace {

namespace sql = kin::sql;

constexpr int identity = 0;
const sql::source table{&identity, {}, "t", {}};
sql::expr a() { return sql::column(&identity, "a"); }
sql::select where(sql::expr e) { return {.columns = {{a()}}, .from = {table}, .where = std::move(e)}; }

std::string refusal(const auto& statement, const sql::dialect& d = sql::sqlite_dialect()) {
    try {
        const auto compiled = sql::compile(statement, d);
        return "not refused";
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
}

/// Of values that no database takes as one parameter, if nothing else is said.
sql::expr list_of(std::size_t count, const kin::value& each = kin::value{std::string{"bytes"}, kin::kind::blob}) {
    std::vector<sql::expr> args{a()};
    for (std::size_t i = 0; i < count; ++i) args.push_back(sql::literal(each));
    return sql::list(sql::op::in, std::move(args));
}

TEST(refused, too_many_parameters) {
    EXPECT_EQ(
        refusal(where(list_of(32767))),
        "a list of 32767 values is too long: sqlite takes at most 32766 parameters in a statement; split the list");
    EXPECT_EQ(refusal(where(list_of(32766))), "not refused");
    EXPECT_EQ(refusal(where(sql::both(list_of(30000), list_of(3000)))),
              "the statement has 33000 parameters and sqlite takes at most 32766; split it");
    EXPECT_EQ(refusal(where(list_of(40000)), sql::postgresql_dialect()), "not refused");
    EXPECT_EQ(refusal(where(list_of(40000, 1))), "not refused");
    EXPECT_EQ(refusal(where(sql::both(list_of(32000, 1), list_of(32000)))), "not refused");
}

TEST(refused, raw_text_with_another_number_of_values) {
    EXPECT_EQ(refusal(where(sql::raw("x = ? AND y = ?", {sql::literal(1)}))),
              "raw SQL with 2 '?' was given 1 values: x = ? AND y = ?");
    EXPECT_EQ(refusal(where(sql::raw("x = '?'", {sql::literal(1)}))), "raw SQL with 0 '?' was given 1 values: x = '?'");
    EXPECT_EQ(refusal(where(sql::raw("x = '?' AND \"it's ?\" = ?", {sql::literal(1)}))), "not refused");
}

TEST(refused, names_that_are_no_names) {
    EXPECT_EQ(refusal(where(sql::function("lower(x); --", {a()}))), "'lower(x); --' is not the name of a function");
    EXPECT_EQ(refusal(where(sql::column(&identity, ""))), "an identifier is empty");
    EXPECT_EQ(refusal(where(sql::column(&identity, std::string_view{"a\0b", 3}))),
              "an identifier contains a zero byte");
}

TEST(refused, statements_without_their_parts) {
    EXPECT_EQ(refusal(sql::update{.table = table}), "an update of \"t\" sets no column");
    EXPECT_EQ(refusal(sql::insert{.into = table, .columns = {"a", "b"}, .rows = {{sql::literal(1)}}}),
              "a row of 1 values was given for 2 columns of \"t\"");
    EXPECT_EQ(refusal(sql::insert{.into = table, .columns = {"a"}, .conflict = sql::on_conflict::update}),
              "an upsert of \"t\" sets no column");
    EXPECT_EQ(refusal(sql::insert{.into = table,
                                  .columns = {"a"},
                                  .conflict = sql::on_conflict::update,
                                  .conflict_set = {{"a", sql::excluded("a")}}}),
              "an upsert of \"t\" names no conflict columns");
    EXPECT_EQ(refusal(sql::select{.columns = {{a()}}, .from = {table}, .limit = -1}), "a limit or offset is negative");
    EXPECT_EQ(refusal(sql::select{.columns = {{a()}}, .from = {table}, .joins = {{sql::join_kind::left, table, {}}}}),
              "the column \"a\" could belong to several sources, an alias has to tell which; the sources are: t, t");
    EXPECT_EQ(refusal(where(sql::binary(sql::op::equal, a(), {}))), "an expression is missing");
}

TEST(refused, at_the_call_site) {
    const kin::site here = kin::site::current();
    try {
        (void)sql::compile(where(sql::function("(", {})), sql::sqlite_dialect(), here);
        FAIL();
    } catch (const kin::mapping_error& e) {
        EXPECT_EQ(e.where().line(), here.line());
    }
}

TEST(operators_from_outside, known_ones) {
    using sql::op;
    EXPECT_EQ(sql::comparison_operator("="), op::equal);
    EXPECT_EQ(sql::comparison_operator("=="), op::equal);
    EXPECT_EQ(sql::comparison_operator("<>"), op::not_equal);
    EXPECT_EQ(sql::comparison_operator("!="), op::not_equal);
    EXPECT_EQ(sql::comparison_operator("<"), op::less);
    EXPECT_EQ(sql::comparison_operator("<="), op::less_equal);
    EXPECT_EQ(sql::comparison_operator(">"), op::greater);
    EXPECT_EQ(sql::comparison_operator(" >= "), op::greater_equal);
    EXPECT_EQ(sql::comparison_operator("LIKE"), op::like);
    EXPECT_EQ(sql::comparison_operator("Not \t like"), op::not_like);
}

TEST(operators_from_outside, unknown_ones_are_refused_with_the_list) {
    for (const char* text : {"", "=1 OR 1", "in", "notlike", "< =", "is"}) {
        EXPECT_THROW((void)sql::comparison_operator(text), kin::unknown_name) << text;
    }
    try {
        (void)sql::compare(a(), "~", 1);
        FAIL();
    } catch (const kin::unknown_name& e) {
        EXPECT_EQ(e.message(), "unknown operator '~'; the operators are =, ==, !=, <>, <, <=, >, >=, like, not like");
    }
}

}  // namespace
