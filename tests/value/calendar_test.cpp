// Dates and times as numbers and as text.
#include <gtest/gtest.h>

#include <kin/value/calendar.hpp>
#include <string>

namespace {

using kin::kind;

std::string written(kind type, std::int64_t value) {
    char text[kin::moment_text_size];
    return {text, kin::write_moment(type, value, text)};
}

TEST(calendar, days) {
    static_assert(kin::days_of({1970, 1, 1}) == 0);
    static_assert(kin::days_of({2000, 2, 29}) == 11016);
    static_assert(kin::days_of({1969, 12, 31}) == -1);
    static_assert(kin::days_of({0, 1, 1}) == -719528);
    for (std::int64_t day = kin::days_of({0, 1, 1}); day <= kin::days_of({9999, 12, 31}); ++day) {
        const kin::civil_date date = kin::date_of(day);
        ASSERT_EQ(kin::days_of(date), day);
        ASSERT_TRUE(date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31);
    }
}

TEST(calendar, text_and_back) {
    const struct {
        kind type;
        std::int64_t value;
        std::string text;
    } cases[] = {
        {kind::date, 0, "1970-01-01"},
        {kind::date, 20778, "2026-11-21"},
        {kind::date, -719528, "0000-01-01"},
        {kind::date, 2932896, "9999-12-31"},
        {kind::time, 0, "00:00:00"},
        {kind::time, 86'399'999'999, "23:59:59.999999"},
        {kind::timestamp, 0, "1970-01-01 00:00:00"},
        {kind::timestamp, -1, "1969-12-31 23:59:59.999999"},
        {kind::timestamp, 1'700'000'000'000'000, "2023-11-14 22:13:20"},
        {kind::timestamp, 1'700'000'000'000'100, "2023-11-14 22:13:20.000100"},
    };
    for (const auto& each : cases) {
        EXPECT_EQ(written(each.type, each.value), each.text);
        std::int64_t value = 42;
        EXPECT_TRUE(kin::parse_moment(each.type, each.text, value));
        EXPECT_EQ(value, each.value) << each.text;
    }
}

TEST(calendar, short_fractions) {
    std::int64_t value = 0;
    EXPECT_TRUE(kin::parse_moment(kind::timestamp, "1970-01-01 00:00:00.5", value));
    EXPECT_EQ(value, 500'000);
}

TEST(calendar, what_cannot_be_written) {
    EXPECT_EQ(written(kind::date, kin::days_of({10000, 1, 1})), "");
    EXPECT_EQ(written(kind::date, kin::days_of({-1, 12, 31})), "");
    EXPECT_EQ(written(kind::date, INT64_MAX), "");
    EXPECT_EQ(written(kind::date, INT64_MIN), "");
    EXPECT_EQ(written(kind::time, 86'400'000'000), "");
    EXPECT_EQ(written(kind::time, -1), "");
    EXPECT_EQ(written(kind::timestamp, INT64_MAX), "");
    EXPECT_EQ(written(kind::timestamp, INT64_MIN), "");
}

TEST(calendar, refuses_other_text) {
    std::int64_t value = 0;
    for (const char* text :
         {"", "2026", "2026-11", "2026-11-1", "2026-11-211", "2026-13-01", "2026-00-10", "2026-01-00", "2026-02-29",
          "2026-04-31", "2026/11/21", "+026-11-21", " 2026-11-21", "2026-11-21 ", "20261121", "2026-11-21 10:00:00"}) {
        EXPECT_FALSE(kin::parse_moment(kind::date, text, value)) << text;
    }
    for (const char* text :
         {"2026-11-21", "2026-11-21 10:00", "2026-11-21T10:00:00", "2026-11-21 24:00:00", "2026-11-21 10:60:00",
          "2026-11-21 10:00:60", "2026-11-21 10:00:00.", "2026-11-21 10:00:00.1234567", "2026-11-21 10:00:00.x",
          "2026-11-21 10:00:00Z", "2026-11-21  10:00:00", "2026-02-30 10:00:00"}) {
        EXPECT_FALSE(kin::parse_moment(kind::timestamp, text, value)) << text;
    }
    EXPECT_FALSE(kin::parse_moment(kind::time, "1:00:00", value));
}

}  // namespace
