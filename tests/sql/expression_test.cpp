// The typed front: which types come out, and what is bound.
#include <gtest/gtest.h>

#include <kin/mapping/key.hpp>
#include <kin/sql/compiler.hpp>
#include <kin/sql/functions.hpp>

namespace {

namespace sql = kin::sql;
using namespace kin::expr;
using kin::condition;
using kin::expression;

struct person;
struct place;
enum class colour : std::int16_t { red = 1, green = 2 };

constexpr int identity = 0;
template <class T>
expression<T> col(std::string_view name) {
    return expression<T>{sql::column(&identity, name)};
}

sql::compiled compiled(const condition& c) {
    return sql::compile(sql::remove{.from = {&identity, {}, "t", {}}, .where = c.tree()}, sql::sqlite_dialect());
}
std::string text(const condition& c) {
    const std::string all = compiled(c).text;
    const std::string_view before = R"(DELETE FROM "t" WHERE )";
    return all.size() < before.size() ? std::string{} : all.substr(before.size());
}
std::vector<std::string> bound(const condition& c) {
    std::vector<std::string> result;
    for (const kin::value& v : compiled(c).parameters) result.push_back(kin::describe(v.view()));
    return result;
}
using values = std::vector<std::string>;

template <class Expected, class Actual>
constexpr bool gives = std::is_same_v<expression<Expected>, Actual>;

TEST(typed, values_are_bound_as_what_they_are) {
    EXPECT_EQ(bound(col<std::int64_t>("a") == 5 && col<double>("b") > 1.5 && col<bool>("c") == true),
              (values{"5", "1.5", "true"}));
    const std::string owned = "x";
    EXPECT_EQ(bound(col<std::string>("a") == owned && col<std::string>("a") == "y" &&
                    col<std::string>("a") == std::string_view{"z"}),
              (values{"'x'", "'y'", "'z'"}));
    EXPECT_EQ(bound(col<colour>("a") == colour::green), (values{"2"}));
    EXPECT_EQ(bound(col<kin::key<person>>("a") == kin::key<person>{7} && col<kin::key<person>>("a") == 8),
              (values{"7", "8"}));
    EXPECT_EQ(bound(col<kin::key<person, std::string>>("a") == "k"), (values{"'k'"}));
    EXPECT_EQ(bound(col<std::optional<int>>("a") == std::optional<int>{3}), (values{"3"}));
}

TEST(typed, null_is_compared_by_is) {
    const auto a = col<std::optional<int>>("a");
    EXPECT_EQ(text(a == nullptr), R"("a" IS NULL)");
    EXPECT_EQ(text(nullptr != a), R"("a" IS NOT NULL)");
    EXPECT_EQ(text(a == std::nullopt), R"("a" IS NULL)");
    EXPECT_EQ(text(a != std::optional<int>{}), R"("a" IS NOT NULL)");
    EXPECT_EQ(text(a < std::optional<int>{}), R"("a" < ?)");
}

TEST(typed, operands_change_sides) {
    const auto a = col<int>("a");
    EXPECT_EQ(text(1 == a && 1 != a && 1 < a && 1 <= a && 1 > a && 1 >= a),
              R"("a" = ? AND "a" <> ? AND "a" > ? AND "a" >= ? AND "a" < ? AND "a" <= ?)");
    EXPECT_EQ(text(10 - a == 10 / a), R"(? - "a" = ? / "a")");
    EXPECT_EQ(text("x" + col<std::string>("b") == "xy"), R"(? || "b" = ?)");
    EXPECT_EQ(text(a == col<std::optional<std::int64_t>>("b")), R"("a" = "b")");
}

TEST(typed, an_empty_condition_is_no_restriction) {
    const condition none;
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE((none && none).empty());
    EXPECT_TRUE((none || !none).empty());
    EXPECT_EQ(text(none || col<bool>("a")), R"("a")");
    EXPECT_EQ(text(col<bool>("a") && none), R"("a")");
}

TEST(typed, a_nullable_truth_value_is_a_condition) {
    EXPECT_EQ(text(col<std::optional<bool>>("a") && !col<std::optional<bool>>("b")), R"("a" AND NOT "b")");
}

TEST(typed, lists) {
    const auto a = col<std::string>("a");
    EXPECT_EQ(bound(a.in({"x", "y"})), (values{"'x'", "'y'"}));
    EXPECT_EQ(bound(a.not_in(std::vector<std::string_view>{"z"})), (values{"'z'"}));
    EXPECT_EQ(text(a.in(std::vector<std::string>{})), "0");
    EXPECT_EQ(text(!a.not_in({})), "NOT 1");
    EXPECT_EQ(bound(col<kin::key<person>>("a").in({1, 2})), (values{"1", "2"}));
    EXPECT_EQ(text(col<std::optional<int>>("a").in(std::vector<std::optional<int>>{{}})), R"("a" IS NULL)");
}

TEST(typed, patterns) {
    const auto a = col<std::optional<std::string>>("a");
    EXPECT_EQ(bound(a.contains("a%b") && a.starts_with("c_") && a.ends_with("\\")),
              (values{"'*a%b*'", "'c_*'", "'*\\'"}));
    EXPECT_EQ(bound(a.like("%x") || a.not_like("_")), (values{"'*x'", "'?'"}));
    EXPECT_EQ(bound(a.contains("[*?]") || a.like("\\%*")), (values{"'*[[][*][?]]*'", "'%[*]'"}));
}

TEST(typed, results_have_the_types_of_their_operands) {
    const auto i = col<int>("i");
    const auto maybe = col<std::optional<int>>("m");
    const auto s = col<std::string>("s");
    static_assert(gives<int, decltype(i + 1)>);
    static_assert(gives<double, decltype(i * 1.5)>);
    static_assert(gives<std::optional<int>, decltype(i - maybe)>);
    static_assert(gives<int, decltype(col<std::int8_t>("t") + col<std::int8_t>("u"))>);
    static_assert(gives<std::string, decltype(s + "x")>);
    static_assert(gives<std::optional<std::string>, decltype(s + std::optional<std::string>{})>);
    static_assert(gives<std::int64_t, decltype(length(s))>);
    static_assert(gives<int, decltype(coalesce(maybe, 0))>);
    static_assert(gives<std::optional<int>, decltype(coalesce(maybe, maybe))>);
    static_assert(gives<std::optional<std::int64_t>, decltype(sum(i))>);
    static_assert(gives<std::optional<double>, decltype(sum(col<float>("f")))>);
    static_assert(gives<std::optional<double>, decltype(avg(maybe))>);
    static_assert(gives<std::optional<std::string>, decltype(kin::expr::min(s))>);
    static_assert(gives<std::int64_t, decltype(count(maybe))>);
    static_assert(gives<std::string, decltype(lit("x"))>);
    static_assert(gives<std::optional<double>, decltype(maybe.as<double>())>);
    static_assert(gives<double, decltype(i.as<double>())>);
    static_assert(gives<bool, decltype(i == 1)>);
}

TEST(typed, orderings) {
    const sql::ordering o = desc(col<int>("a")).nulls_last();
    EXPECT_TRUE(o.descending);
    EXPECT_EQ(o.place, kin::sql::nulls::last);
    EXPECT_EQ(asc(col<int>("a")).place, kin::sql::nulls::as_usual);
}

TEST(typed, subselects) {
    const sql::select s{.columns = {{sql::column(&identity, "b")}}, .from = {{&identity, {}, "u", {}}}};
    EXPECT_EQ(text(col<int>("a").not_in(s)), R"("a" NOT IN (SELECT "u"."b" FROM "u"))");
}

}  // namespace
