// Brackets are few, and never too few: what SQLite makes of an expression's text is what its tree means.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/sql/compiler.hpp>

namespace {

namespace sql = kin::sql;
using sql::op;

/// An expression beside the value that it must have.
struct computed {
    sql::expr tree;
    std::int64_t result = 0;
};

class generator {
  public:
    explicit generator(std::uint32_t seed) : random_{seed} {}

    computed number(int depth) {
        switch (depth == 0 ? 0 : random_() % 6) {
            case 1:
                return calculated(op::add, depth, [](auto a, auto b) { return a + b; });
            case 2:
                return calculated(op::subtract, depth, [](auto a, auto b) { return a - b; });
            case 3:
                return calculated(op::multiply, depth, [](auto a, auto b) { return a * b; });
            case 4: {
                const computed inner = number(depth - 1);
                return {sql::unary(op::negate, inner.tree), -inner.result};
            }
            case 5:
                return truth(depth - 1);
            default:
                break;
        }
        const auto n = static_cast<std::int64_t>(random_() % 4);
        return {sql::literal(n), n};
    }

    computed truth(int depth) {
        const int below = depth > 0 ? depth - 1 : 0;
        switch (depth <= 0 ? 0 : random_() % 8) {
            case 1:
                return compared(op::less, below, [](auto a, auto b) { return a < b; });
            case 2:
                return compared(op::not_equal, below, [](auto a, auto b) { return a != b; });
            case 3:
            case 4: {
                const computed a = truth(below);
                const computed b = truth(below);
                return {sql::both(a.tree, b.tree), a.result != 0 && b.result != 0};
            }
            case 5: {
                const computed a = truth(below);
                const computed b = truth(below);
                return {sql::either(a.tree, b.tree), a.result != 0 || b.result != 0};
            }
            case 6: {
                const computed inner = truth(below);
                return {sql::negated(inner.tree), inner.result == 0};
            }
            case 7: {
                const computed a = number(below);
                const computed low = number(below);
                const computed high = number(below);
                return {sql::list(op::between, {a.tree, low.tree, high.tree}),
                        a.result >= low.result && a.result <= high.result};
            }
            default:
                return compared(op::equal, 0, [](auto a, auto b) { return a == b; });
        }
    }

  private:
    template <class F>
    computed calculated(op what, int depth, F f) {
        const computed a = number(depth - 1);
        const computed b = number(depth - 1);
        return {sql::binary(what, a.tree, b.tree), f(a.result, b.result)};
    }
    template <class F>
    computed compared(op what, int depth, F f) {
        const computed a = number(depth);
        const computed b = number(depth);
        return {sql::binary(what, a.tree, b.tree), f(a.result, b.result)};
    }

    std::mt19937 random_;
};

TEST(precedence, the_database_reads_what_was_meant) {
    kin::engine::connection db{kin::engine::open_driver(kin::engine::url::parse("sqlite::memory:"))};
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        generator make{seed};
        const computed wanted = seed % 2 == 0 ? make.number(5) : make.truth(5);
        const sql::compiled statement = sql::compile(sql::select{.columns = {{wanted.tree}}}, db.dialect());
        auto rows = db.run(statement.text, {.values = statement.parameters});
        ASSERT_TRUE(rows.next());
        ASSERT_EQ(rows.integer(0), wanted.result) << "seed " << seed << ": " << statement.text;
    }
}

TEST(precedence, differences_and_concatenations_keep_their_order) {
    const auto n = [](int v) { return sql::literal(v); };
    const auto text = [](const sql::expr& e, const sql::dialect& d) {
        return sql::compile(sql::select{.columns = {{e}}}, d).text;
    };
    const sql::expr minus = sql::binary(op::subtract, n(1), sql::binary(op::subtract, n(2), n(3)));
    EXPECT_EQ(text(minus, sql::sqlite_dialect()), "SELECT ? - (? - ?)");
    const sql::expr joined = sql::binary(op::concat, n(1), sql::binary(op::add, n(2), n(3)));
    EXPECT_EQ(text(joined, sql::sqlite_dialect()), "SELECT ? || (? + ?)");
    EXPECT_EQ(text(joined, sql::mariadb_dialect()), "SELECT concat(?, ? + ?)");
    EXPECT_EQ(text(sql::binary(op::add, joined, n(4)), sql::postgresql_dialect()), "SELECT ($1 || ($2 + $3)) + $4");
    // Comparisons do not chain.
    const sql::expr equal = sql::binary(op::equal, sql::binary(op::equal, n(1), n(2)), n(3));
    EXPECT_EQ(text(equal, sql::sqlite_dialect()), "SELECT (? = ?) = ?");
    EXPECT_EQ(text(sql::unary(op::is_null, sql::raw("1 = 1")), sql::sqlite_dialect()), "SELECT (1 = 1) IS NULL");
}

}  // namespace
