// Which types are columns, and values made from them and back.
#include <gtest/gtest.h>

#include <chrono>
#include <kin/value/traits.hpp>
#include <limits>

namespace {

using kin::from_value;
using kin::kind;
using kin::kind_of;
using kin::storable;
using kin::to_value;
using kin::value;

enum class letter : char { a = 'a' };
enum class large : std::uint32_t { most = 0xFFFFFFFF };
enum class answer : bool { no, yes };
enum class status { draft, published };
struct plain {
    int x = 0;
};
struct wrapper {
    std::string text{};
};

}  // namespace

template <>
struct kin::codec<status> {
    using stored = std::string;
    static stored to_stored(const status& s) { return s == status::draft ? "draft" : "published"; }
    static status from_stored(const stored& text) { return text == "draft" ? status::draft : status::published; }
};
template <>
struct kin::transparent<wrapper> {
    using type = std::string;
};

namespace {

using namespace std::chrono;

template <class T>
concept column_of = storable<T> && storable<std::optional<T>>;

static_assert(column_of<bool> && column_of<short> && column_of<unsigned long long> && column_of<signed char>);
static_assert(column_of<float> && column_of<double> && column_of<std::string> && column_of<std::vector<std::byte>>);
static_assert(column_of<kin::uuid> && column_of<letter> && column_of<status> && column_of<wrapper>);
static_assert(column_of<sys_days> && column_of<year_month_day> && column_of<system_clock::time_point>);
static_assert(column_of<sys_seconds> && column_of<sys_time<hours>> && column_of<nanoseconds> && column_of<years>);
static_assert(!storable<char> && !storable<char8_t> && !storable<wchar_t> && !storable<long double>);
static_assert(!storable<int*> && !storable<const char*> && !storable<std::string_view> && !storable<plain>);
static_assert(!storable<std::optional<std::optional<int>>> && !storable<std::vector<int>>);
static_assert(!storable<local_days> && !storable<steady_clock::time_point> && !storable<hh_mm_ss<seconds>>);

static_assert(kind_of<std::uint8_t> == kind::int16 && kind_of<std::uint16_t> == kind::int32);
static_assert(kind_of<std::uint32_t> == kind::int64 && kind_of<std::uint64_t> == kind::int64);
static_assert(kind_of<letter> == kind::int16 && kind_of<answer> == kind::boolean && kind_of<status> == kind::text);
static_assert(kind_of<std::optional<sys_days>> == kind::date && kind_of<sys_seconds> == kind::timestamp);
static_assert(kind_of<wrapper> == kind::text && kind_of<milliseconds> == kind::int64);

TEST(traits, describe_a_member) {
    constexpr kin::field plain_one = kin::describe_field<std::int32_t>(8, "age");
    EXPECT_EQ(plain_one.offset, 8U);
    EXPECT_EQ(plain_one.rep, kin::layout::i32);
    EXPECT_EQ(plain_one.optional, nullptr);
    EXPECT_STREQ(plain_one.name, "age");
    constexpr kin::field optional_one = kin::describe_field<std::optional<status>>(0, "status");
    EXPECT_EQ(optional_one.rep, kin::layout::custom);
    EXPECT_NE(optional_one.optional, nullptr);
    EXPECT_NE(optional_one.codec, nullptr);
}

template <class T>
void same(const T& v) {
    EXPECT_EQ(from_value<T>(to_value(v).view()), v);
    EXPECT_EQ(from_value<std::optional<T>>(to_value(std::optional<T>{v}).view()), std::optional<T>{v});
    EXPECT_EQ(from_value<std::optional<T>>(value{}.view()), std::nullopt);
    EXPECT_THROW((void)from_value<T>(value{}.view()), kin::conversion_error);
}

TEST(traits, values_and_back) {
    same(true);
    same(std::int8_t{-128});
    same(std::numeric_limits<std::int64_t>::min());
    same(1.5F);
    same(0.1);
    same(std::string{"text"});
    same(std::vector<std::byte>{std::byte{1}});
    same(kin::uuid::v4());
    same(letter::a);
    same(large::most);
    same(answer::yes);
    same(status::published);
    same(2026y / November / 21);
    same(sys_days{2026y / November / 21});
    same(sys_time<microseconds>{microseconds{123456789}});
    same(sys_seconds{seconds{-1}});
    same(minutes{90});
}

TEST(traits, kinds_of_values) {
    EXPECT_EQ(to_value("text").type(), kind::text);
    EXPECT_EQ(to_value(std::string_view{"text"}).bytes(), "text");
    EXPECT_EQ(to_value(status::draft).bytes(), "draft");
    EXPECT_EQ(to_value(sys_days{days{3}}), (value{3, kind::date}));
    EXPECT_EQ(to_value(system_clock::time_point{seconds{1}}), (value{1'000'000, kind::timestamp}));
    EXPECT_EQ(to_value(1970y / January / 4), (value{3, kind::date}));
    EXPECT_TRUE(to_value(std::nullopt).is_null());
    EXPECT_TRUE(to_value(std::optional<int>{}).is_null());
    EXPECT_EQ(to_value(wrapper{"w"}).bytes(), "w");
}

TEST(traits, times_round_towards_the_past) {
    EXPECT_EQ(from_value<sys_seconds>(value{-1, kind::timestamp}.view()), sys_seconds{seconds{-1}});
    EXPECT_EQ(to_value(sys_time<nanoseconds>{nanoseconds{-1}}).integer(), -1);
}

TEST(traits, times_are_read_from_text) {
    EXPECT_EQ(from_value<sys_days>(value{"1970-01-02"}.view()), sys_days{days{1}});
    EXPECT_EQ(from_value<year_month_day>(value{"1970-01-02"}.view()), 1970y / January / 2);
    EXPECT_EQ(from_value<sys_seconds>(value{"1970-01-01 00:00:01"}.view()), sys_seconds{seconds{1}});
    EXPECT_THROW((void)from_value<sys_days>(value{1}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<sys_days>(value{"1970-01-02 00:00:00"}.view()), kin::conversion_error);
}

TEST(traits, what_does_not_fit) {
    EXPECT_THROW((void)from_value<std::uint8_t>(value{256}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<large>(value{-1}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<int>(value{"1"}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<int>(value{1.0}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<std::string>(value{1}.view()), kin::conversion_error);
    EXPECT_THROW((void)from_value<kin::uuid>(value{"x"}.view()), kin::conversion_error);
    EXPECT_THROW((void)to_value(std::numeric_limits<std::uint64_t>::max()), kin::conversion_error);
    EXPECT_THROW((void)to_value(2023y / February / 29), kin::conversion_error);
    EXPECT_THROW((void)to_value(sys_time<hours>{hours{INT64_MAX / 1000}}), kin::conversion_error);
    EXPECT_THROW((void)from_value<sys_time<nanoseconds>>(value{INT64_MAX, kind::timestamp}.view()),
                 kin::conversion_error);
    EXPECT_EQ(from_value<double>(value{3}.view()), 3.0) << "an integer is a number";
}

TEST(traits, loading_over_a_member_with_memory_of_its_own) {
    std::string member(1000, 'x');
    kin::load_value(kin::describe_field<std::string>(0, "v"), &member, value{"short"}.view());
    EXPECT_EQ(member, "short");
    std::optional<std::string> full{std::string(1000, 'x')};
    kin::load_value(kin::describe_field<std::optional<std::string>>(0, "v"), &full, value{}.view());
    EXPECT_EQ(full, std::nullopt);
}

}  // namespace
