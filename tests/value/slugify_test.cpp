#include <gtest/gtest.h>

#include <kin/value/parsing.hpp>
#include <kin/value/slugify.hpp>

namespace kin::test {
namespace {

TEST(slugify, makes_a_part_of_an_address) {
    EXPECT_EQ(slugify("  --Déjà   vu__ "), "deja-vu");
    EXPECT_EQ(slugify("C++ & Rust!"), "c-rust");
    EXPECT_EQ(slugify("On engines, and on looms"), "on-engines-and-on-looms");
    EXPECT_EQ(slugify("Łódź, Straße, Œuvre"), "lodz-strasse-oeuvre");
    EXPECT_EQ(slugify("Ada's snake_case"), "adas-snake_case");
    EXPECT_EQ(slugify("cafe\xCC\x81"), "cafe") << "an accent of its own";
    EXPECT_EQ(slugify("3 × 4 = 12"), "3-4-12");
    EXPECT_EQ(slugify(" —!? "), "");
    EXPECT_EQ(slugify(""), "");
}

TEST(slugify, letters_without_a_latin_form_stay) {
    EXPECT_EQ(slugify("日本語"), "日本語");
    EXPECT_EQ(slugify("Привет, МИР"), "привет-мир");
    EXPECT_EQ(slugify("「日本」 語"), "日本-語");
    EXPECT_EQ(slugify("a\xFF\xC3"), "a") << "no UTF-8";
}

TEST(parse_value, reads_what_texts_of_requests_hold) {
    EXPECT_EQ(parse_value("42", kind::int32), (value{std::int64_t{42}, kind::int32}));
    EXPECT_EQ(parse_value("-7", kind::int64).integer(), -7);
    EXPECT_EQ(parse_value("true", kind::boolean).integer(), 1);
    EXPECT_EQ(parse_value("0.5", kind::float64).real(), 0.5);
    EXPECT_EQ(parse_value("1970-01-01T00:00:01Z", kind::timestamp).integer(), 1'000'000);
    EXPECT_EQ(parse_value("1970-01-02", kind::timestamp), (value{std::int64_t{86'400'000'000}, kind::timestamp}));
    EXPECT_EQ(parse_value("1970-01-02", kind::date).integer(), 1);
    EXPECT_EQ(parse_value("00000000-0000-0000-0000-000000000001", kind::uuid).bytes().size(), 16u);
    EXPECT_EQ(parse_value("text", kind::text).bytes(), "text");
}

TEST(parse_value, refuses_everything_else) {
    EXPECT_THROW((void)parse_value("42x", kind::int32), conversion_error);
    EXPECT_THROW((void)parse_value("", kind::int32), conversion_error);
    EXPECT_THROW((void)parse_value("4000000000", kind::int32), conversion_error);
    EXPECT_THROW((void)parse_value("40000", kind::int16), conversion_error);
    EXPECT_THROW((void)parse_value("99999999999999999999", kind::int64), conversion_error);
    EXPECT_THROW((void)parse_value("yes", kind::boolean), conversion_error);
    EXPECT_THROW((void)parse_value("2026-13-01", kind::date), conversion_error);
    EXPECT_THROW((void)parse_value("ada", kind::uuid), conversion_error);
}

}  // namespace
}  // namespace kin::test
