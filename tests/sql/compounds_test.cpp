// Selects made of selects, run by SQLite: what they find is what their tree means.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/functions.hpp>

namespace {

namespace sql = kin::sql;
using enum sql::set_operation;

constexpr int staff = 0;

sql::source table(std::string alias = {}) { return {&staff, {}, "staff", std::move(alias)}; }
sql::expr column(std::string_view name, std::string_view alias = {}) { return sql::column(&staff, name, alias); }
sql::expr label(std::string_view name, std::string_view of = {}) { return sql::column(nullptr, name, of); }
sql::expr n(std::int64_t v) { return sql::literal(v); }
sql::expr is(sql::op what, sql::expr a, sql::expr b) { return sql::binary(what, std::move(a), std::move(b)); }

class compounds : public testing::Test {
  protected:
    kin::engine::connection db{kin::engine::open_driver(kin::engine::url::parse("sqlite::memory:"))};

    std::string run(const auto& statement) {
        const sql::compiled c = sql::compile(statement, db.dialect());
        auto rows = db.run(c.text, {.values = c.parameters});
        std::string found;
        while (rows.next()) {
            for (int i = 0; i < rows.columns(); ++i) found += kin::describe(rows.cell(i)) + ' ';
        }
        return found;
    }
    void make_staff() {
        db.execute("CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER, pay INTEGER)");
        // 1 (2 (4 5) 3 (6)), 7
        db.execute(
            "INSERT INTO staff VALUES (1, NULL, 90), (2, 1, 50), (3, 1, 60), (4, 2, 20), (5, 2, 20), (6, 3, 30), "
            "(7, NULL, 90)");
    }
    static sql::cte below(std::int64_t boss) {
        return sql::with_recursive("below", {.columns = {{n(boss)}, {n(0)}}},
                                   {.columns = {{column("id")}, {is(sql::op::add, label("depth", "below"), n(1))}},
                                    .from = {table()},
                                    .joins = {{sql::join_kind::inner,
                                               {.table = "below"},
                                               is(sql::op::equal, column("boss"), label("id", "below"))}}},
                                   {"id", "depth"});
    }
};

TEST_F(compounds, set_operations_go_from_left_to_right) {
    std::mt19937 random{7};
    for (int round = 0; round < 500; ++round) {
        std::vector<std::int64_t> expected;  // UNION ALL keeps what is there twice
        sql::select whole;
        for (int part = 0; part < 5; ++part) {
            // Some parts are unions themselves.
            std::vector<std::int64_t> values{static_cast<std::int64_t>(random() % 4)};
            sql::select next{.columns = {{n(values[0]), "n"}}};
            if (random() % 2 == 0) {
                values.push_back(static_cast<std::int64_t>(random() % 4));
                next = sql::combine(std::move(next), unite, {.columns = {{n(values[1])}}});
            }
            if (part == 0) {
                whole = next;
                expected = {values.begin(), values.end()};
                if (values.size() == 2 && values[0] == values[1]) expected.pop_back();
                continue;
            }
            const auto how = static_cast<sql::set_operation>(random() % 4);
            whole = sql::combine(std::move(whole), how, std::move(next));
            const std::set<std::int64_t> left{expected.begin(), expected.end()};
            const std::set<std::int64_t> right{values.begin(), values.end()};
            std::vector<std::int64_t> result;
            if (how == unite_all) {
                result = expected;
                result.insert(result.end(), right.begin(), right.end());
            } else if (how == unite) {
                std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(result));
            } else if (how == intersect) {
                std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(result));
            } else {
                std::set_difference(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(result));
            }
            expected = std::move(result);
        }
        std::sort(expected.begin(), expected.end());
        std::string text;
        for (const std::int64_t v : expected) text += std::to_string(v) + ' ';
        whole.order_by = {{label("n"), false, {}}};
        ASSERT_EQ(run(whole), text) << round << ": " << sql::compile(whole, db.dialect()).text;
    }
}

TEST_F(compounds, recursion_before_select_update_and_delete) {
    make_staff();
    EXPECT_EQ(run(sql::select{.with = {below(1)},
                              .columns = {{label("id")}, {label("depth")}},
                              .from = {{.table = "below"}},
                              .order_by = {{label("id"), false, {}}}}),
              "1 0 2 1 3 1 4 2 5 2 6 2 ");
    const sql::select ids{.columns = {{label("id")}}, .from = {{.table = "below"}}};
    run(sql::update{
        .with = {below(2)}, .table = table(), .set = {{"pay", n(1)}}, .where = sql::in_select(column("id"), ids)});
    EXPECT_EQ(run(sql::select{.columns = {{column("id")}},
                              .from = {table()},
                              .where = is(sql::op::equal, column("pay"), n(1)),
                              .order_by = {{column("id"), false, {}}}}),
              "2 4 5 ");
    run(sql::remove{.with = {below(3)}, .from = table(), .where = sql::in_select(column("id"), ids)});
    EXPECT_EQ(run(sql::select{.columns = {{sql::function("sum", {column("id")})}}, .from = {table()}}), "19 ");
}

TEST_F(compounds, where_with_cannot_stand_before_a_write_it_stands_in_its_subqueries) {
    make_staff();
    sql::dialect other = db.dialect();
    other.with_writes = false;
    const sql::select ids{.columns = {{label("id")}}, .from = {{.table = "below"}}};
    const sql::remove both{
        .with = {below(2)},
        .from = table(),
        .where = sql::either(sql::in_select(column("id"), ids), sql::in_select(column("boss"), ids))};
    const sql::compiled c = sql::compile(both, other);
    EXPECT_TRUE(c.text.starts_with("DELETE")) << c.text;
    db.execute(c.text, c.parameters);
    EXPECT_EQ(run(sql::select{.columns = {{column("id")}}, .from = {table()}}), "1 3 6 7 ");
}

TEST_F(compounds, a_derived_table_stands_for_a_table) {
    make_staff();
    // The best paid of each boss, read as if from the table itself.
    const sql::select ranked{
        .columns = {{sql::star()},
                    {sql::over(sql::function("row_number", {}),
                               {.partition_by = {column("boss")},
                                .order_by = {{column("pay"), true, {}}, {column("id"), false, {}}}}),
                     "place"}},
        .from = {table()}};
    EXPECT_EQ(run(sql::select{.columns = {{column("id")}},
                              .from = {sql::derived(ranked, {}, &staff)},
                              .where = is(sql::op::equal, label("place"), n(1)),
                              .order_by = {{column("id"), false, {}}}}),
              "1 3 4 6 ");
}

TEST_F(compounds, a_filtered_aggregate_and_its_case_are_one) {
    make_staff();
    sql::dialect other = db.dialect();
    other.filter_clause = false;
    const sql::expr well_paid = is(sql::op::greater_equal, column("pay"), n(50));
    const sql::select s{.columns = {{sql::filtered(sql::function("count", {sql::star()}), well_paid)},
                                    {sql::filtered(sql::function("count", {column("pay")}, true), well_paid)},
                                    {sql::filtered(sql::function("sum", {column("pay")}), well_paid)}},
                        .from = {table()}};
    EXPECT_EQ(run(s), "4 3 290 ");
    const sql::compiled c = sql::compile(s, other);
    EXPECT_EQ(c.text.find("FILTER"), std::string::npos) << c.text;
    auto rows = db.run(c.text, {.values = c.parameters});
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 4);
    EXPECT_EQ(rows.integer(1), 3);
    EXPECT_EQ(rows.integer(2), 290);
}

TEST_F(compounds, a_frame_counts_from_the_current_row) {
    make_staff();
    const auto sum = [](std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
        return sql::result_column{sql::over(sql::function("sum", {column("id")}),
                                            {.order_by = {{column("id"), false, {}}}, .rows = sql::frame{from, to}})};
    };
    EXPECT_EQ(run(sql::select{.columns = {sum(-1, 1), sum({}, 0), sum(1, 2), sum(-2, -1), sum(0, {})},
                              .from = {table()},
                              .order_by = {{column("id"), false, {}}},
                              .limit = 2}),
              "3 1 5 NULL 28 6 3 7 1 27 ");
}

std::string refusal(const sql::select& s) {
    try {
        return "compiled: " + sql::compile(s, sql::postgresql_dialect()).text;
    } catch (const kin::mapping_error& e) {
        return e.message();
    }
}

TEST_F(compounds, what_has_no_meaning_is_refused) {
    const sql::select one{.columns = {{column("id")}}, .from = {table()}};
    sql::select s = sql::combine(one, unite, one);
    s.order_by = {{sql::function("abs", {column("id")}), false, {}}};
    EXPECT_EQ(refusal(s),
              "combined selects are ordered by columns of their result: give the expression a label and order by that");
    s.order_by.clear();
    s.lock = sql::row_lock::update;
    EXPECT_EQ(refusal(s), "the rows of combined selects cannot be locked");
    EXPECT_EQ(
        refusal({.columns = {{sql::filtered(column("id"), is(sql::op::less, column("id"), n(3)))}}, .from = {table()}}),
        "only an aggregate is filtered");
    EXPECT_EQ(refusal({.with = {{.name = "x"}}, .columns = {{n(1)}}}),
              "the common table expression \"x\" has no select");
    EXPECT_EQ(refusal({.columns = {{label("id", "y")}}, .from = {sql::derived(one, "x")}}),
              "the column \"y\".\"id\" belongs to no source of the query; the sources are: a select as x");
    // A derived table does not see what stands beside it.
    sql::select beside{.columns = {{column("id", "a")}}, .from = {{.table = "x"}}};
    EXPECT_EQ(refusal({.columns = {{n(1)}}, .from = {table("a"), sql::derived(beside, "b")}}),
              "the column \"a\".\"id\" belongs to no source of the query; the sources are: x");
}

}  // namespace
