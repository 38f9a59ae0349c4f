// Decimals and documents as columns, one row at a time and many at once.
#include <kin/json.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/json.hpp>
#include <kin/value/time_of_day.hpp>
#include <tuple>

#include "support/fixture.hpp"

namespace value_columns_sample {

struct Entry {
    kin::key<Entry> id{};
    kin::decimal amount{};
    std::optional<kin::decimal> tax{};
    kin::json data{};
    std::optional<kin::json> more{};
    kin::time_of_day at{};
};

}  // namespace value_columns_sample

namespace {

using namespace kin::expr;
using kin::decimal;
using kin::json;
using value_columns_sample::Entry;

class value_columns : public kin::test::with_database<Entry> {};

TEST(decimal_values, are_exact_and_compare_by_value) {
    EXPECT_EQ(decimal{"1.5"}, decimal{"1.50"});
    EXPECT_EQ(decimal{"-0"}, decimal{"+0.000"});
    EXPECT_EQ(decimal{"007"}, decimal{7});
    EXPECT_EQ(decimal{"7."}, decimal{"7"});
    EXPECT_LT(decimal{"9"}, decimal{"10"});
    EXPECT_LT(decimal{"-10"}, decimal{"-9"});
    EXPECT_LT(decimal{"-1"}, decimal{"0.1"});
    EXPECT_LT(decimal{"0.09"}, decimal{"0.1"});
    EXPECT_GT(decimal{"0.11"}, decimal{"0.1"});
    EXPECT_GT(decimal{"NaN"}, decimal{"Infinity"});
    EXPECT_LT(decimal{"-Infinity"}, decimal{"-99999999999999999999"});
    EXPECT_EQ(decimal{"12.50"}.text(), "12.50");
    EXPECT_EQ(decimal{"12.50"}.approximate(), 12.5);
    EXPECT_EQ(decimal{}.text(), "0");
    for (const char* wrong : {"", "-", ".", "1,5", "1.2.3", "1e5", " 1", "0x1", "nan"}) {
        EXPECT_THROW(decimal{wrong}, kin::conversion_error) << wrong;
    }
}

TEST_F(value_columns, arrive_as_they_were) {
    for (const int count : {1, 40}) {
        kin::session s{db};
        s.query<Entry>().remove();
        std::vector<kin::ref<Entry>> added;
        for (int i = 0; i < count; ++i) {
            added.push_back(s.add(Entry{.amount = decimal{"12345678901234567890.0001"},
                                        .tax = i % 2 == 0 ? std::optional{decimal{"-0.10"}} : std::nullopt,
                                        .data = {R"({"name": "\"q\", {b}\\"})"},
                                        .more = i % 2 == 0 ? std::nullopt : std::optional{json{"[1, 2]"}},
                                        .at{8, 15, 0, i}}));
        }
        s.commit();
        const bool zeros = kin::test::can(kin::test::capability::written_zeros);
        const auto check = [&](std::string_view amount) {
            kin::session reading{db};
            const auto all = reading.query<Entry>().order_by(&Entry::id).all();
            ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
            for (int i = 0; i < count; ++i) {
                const Entry& is = all[static_cast<std::size_t>(i)];
                ASSERT_EQ(is.amount.text(), amount);
                ASSERT_EQ(is.tax.has_value(), i % 2 == 0);
                if (is.tax) {
                    ASSERT_EQ(is.tax->text(), zeros ? "-0.10" : "-0.1");
                }
                ASSERT_EQ(is.data.text, R"({"name": "\"q\", {b}\\"})");
                ASSERT_EQ(is.at, (kin::time_of_day{8, 15, 0, i}));
                ASSERT_EQ(is.more.has_value(), i % 2 != 0);
                if (is.more) {
                    ASSERT_EQ(is.more->text, "[1, 2]");
                }
            }
        };
        check("12345678901234567890.0001");
        for (const auto& each : added) each->amount = decimal{"0.30"};
        log.clear();
        s.commit();
        EXPECT_EQ(log.count("UPDATE"), 1u);
        check(zeros ? "0.30" : "0.3");
        log.clear();
        s.commit();
        EXPECT_EQ(log.count(), 0u) << "nothing has changed";
    }
}

TEST_F(value_columns, are_found_and_shown) {
    kin::session s{db};
    s.add(Entry{.amount = decimal{"1.25"}, .data = {R"({"a": 1})"}, .at{12, 0}});
    s.add(Entry{.amount = decimal{"2.50"}, .tax = decimal{"1"}});
    s.commit();
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::amount) == decimal{"1.25"}).one()->data.text, R"({"a": 1})");
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::tax) == decimal{"1"}).count(), 1);
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::at) > kin::time_of_day{9, 30}).count(), 1);
    EXPECT_EQ(s.query<Entry>().where(col(&Entry::tax) == std::nullopt).count(), 1);
    const auto totals = s.query<Entry>().select(sum(col(&Entry::amount)), max(col(&Entry::amount))).all();
    EXPECT_EQ(std::get<0>(totals[0]), decimal{"3.75"});
    EXPECT_EQ(std::get<1>(totals[0]), decimal{"2.5"});
    EXPECT_EQ(kin::to_json(s.query<Entry>().where(col(&Entry::tax) == std::nullopt).one(), {.except = {"id"}}),
              R"({"amount":"1.25","tax":null,"data":{"a": 1},"more":null,"at":"12:00:00"})");
    const auto read = kin::from_json<Entry>(R"({"amount": 0.10, "data": [true], "at": "23:59:59.5"})");
    EXPECT_EQ(read.at, (kin::time_of_day{23, 59, 59, 500'000}));
    EXPECT_EQ(read.amount.text(), "0.10");
    EXPECT_EQ(read.data.text, "[true]");
}

}  // namespace
