// Values: how they compare and how they look.
#include <gtest/gtest.h>

#include <kin/value/traits.hpp>
#include <kin/value/value.hpp>
#include <string>

namespace {

using kin::describe;
using kin::kind;
using kin::value;

std::string shown(const value& v, std::size_t limit = 80) { return describe(v.view(), limit); }

TEST(value, looks_like_sql) {
    EXPECT_EQ(shown({}), "NULL");
    EXPECT_EQ(shown(42), "42");
    EXPECT_EQ(shown(true), "true");
    EXPECT_EQ(shown(0.1), "0.1");
    EXPECT_EQ(shown("it's"), "'it''s'");
    const std::vector bytes{std::byte{0}, std::byte{255}};
    EXPECT_EQ(shown(value{bytes}), "x'00ff'");
    EXPECT_EQ(shown({20778, kind::date}), "'2026-11-21'");
    EXPECT_EQ(shown({1, kind::timestamp}), "'1970-01-01 00:00:00.000001'");
    EXPECT_EQ(shown({INT64_MAX, kind::timestamp}), "timestamp 9223372036854775807");
    EXPECT_EQ(shown(kin::to_value(kin::uuid::nil())), "'00000000-0000-0000-0000-000000000000'");
}

TEST(value, long_text_is_cut_between_characters) {
    EXPECT_EQ(shown(std::string(100, 'x'), 5), "'xxxxx…'");
    EXPECT_EQ(shown("éééé", 3), "'é…'");
    EXPECT_EQ(shown("1234", 4), "'1234'");
}

TEST(value, equality) {
    EXPECT_EQ(value{}, value{});
    EXPECT_EQ(value{1}, value{1});
    EXPECT_NE(value{1}, value{2});
    EXPECT_NE(value{1}, value{true});
    EXPECT_NE(value{"a"}, value{"b"});
    EXPECT_NE((value{std::string{"a"}, kind::blob}), value{"a"});
    EXPECT_EQ(value{0.5}, value{0.5});
    EXPECT_NE(value{}, value{0});
}

TEST(value, copies_what_a_view_sees) {
    std::string text = "a text that is longer than a string holds in place";
    const value original{text};
    const value copy{original.view()};
    text.clear();
    EXPECT_EQ(copy, original);
    EXPECT_EQ(copy.bytes(), "a text that is longer than a string holds in place");
    EXPECT_EQ(value{value{1.5}.view()}, value{1.5});
    EXPECT_EQ(value{value{7}.view()}, value{7});
}

TEST(value, every_kind_has_a_name) {
    for (int i = 0; i <= static_cast<int>(kind::json); ++i) {
        EXPECT_NE(kin::name_of(static_cast<kind>(i)), "unknown");
    }
}

}  // namespace
