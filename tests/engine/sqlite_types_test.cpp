// Every layout goes into a SQLite table and comes back as it was.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <kin/value/traits.hpp>
#include <limits>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using kin::describe_field;
using kin::field;
using kin::engine::connection;
using kin::engine::cursor;

enum class color : std::uint8_t { red, green = 200 };
struct point {
    int x = 0;
    int y = 0;
    bool operator==(const point&) const = default;
};
struct wrapped {
    std::int64_t id = 0;
};

}  // namespace

template <>
struct kin::codec<point> {
    using stored = std::string;
    static stored to_stored(const point& p) { return std::to_string(p.x) + ';' + std::to_string(p.y); }
    static point from_stored(const stored& text) {
        const auto at = text.find(';');
        if (at == std::string::npos) throw conversion_error{"no point: " + text};
        return {std::stoi(text.substr(0, at)), std::stoi(text.substr(at + 1))};
    }
};
template <>
struct kin::transparent<wrapped> {
    using type = std::int64_t;
};

namespace {

class sqlite_types : public ::testing::Test {
  protected:
    connection db{open("sqlite::memory:")};

    void SetUp() override { db.script("CREATE TABLE t (v)"); }

    /// Writes one member and reads it into another object; both ways through the driver.
    template <class T>
    T pass(const T& in) {
        static constexpr field fields[] = {describe_field<T>(0, "v")};
        db.execute(insert, {fields, &in, {}});
        T out{};
        cursor rows = db.run("SELECT v FROM t ORDER BY rowid DESC LIMIT 1");
        EXPECT_TRUE(rows.next());
        rows.decode(fields, &out);
        return out;
    }
    template <class T>
    void same(const T& in) {
        EXPECT_EQ(pass(in), in);
        EXPECT_EQ(pass(std::optional<T>{in}), std::optional<T>{in});
        EXPECT_EQ(pass(std::optional<T>{}), std::nullopt);
    }
    template <class T>
    std::string refused(std::string_view sql) {
        static constexpr field fields[] = {describe_field<T>(0, "the_column")};
        cursor rows = db.run(sql);
        EXPECT_TRUE(rows.next());
        T out{};
        const auto e = thrown<kin::conversion_error>([&] { rows.decode(fields, &out); });
        EXPECT_EQ(e.sql(), sql);
        EXPECT_TRUE(contains(e.message(), "the_column")) << e.message();
        return e.message();
    }
    template <class T>
    std::string unbindable(const T& in) {
        static constexpr field fields[] = {describe_field<T>(0, "the_column")};
        const auto e = thrown<kin::conversion_error>([&] { db.execute(insert, {fields, &in, {}}); });
        EXPECT_TRUE(contains(e.message(), "the_column")) << e.message();
        EXPECT_EQ(single(db, "SELECT count(*) FROM t"), 0);
        return e.message();
    }

    kin::engine::fixed_statement insert{"INSERT INTO t VALUES (?)"};
};

TEST_F(sqlite_types, signed_integers) {
    for (const auto v : limits<std::int8_t>()) same(v);
    for (const auto v : limits<std::int16_t>()) same(v);
    for (const auto v : limits<std::int32_t>()) same(v);
    for (const auto v : limits<std::int64_t>()) same(v);
    for (const auto v : limits<long long>()) same(v);
}

TEST_F(sqlite_types, unsigned_integers) {
    for (const auto v : limits<std::uint8_t>()) same(v);
    for (const auto v : limits<std::uint16_t>()) same(v);
    for (const auto v : limits<std::uint32_t>()) same(v);
    same(std::uint64_t{0});
    same(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST_F(sqlite_types, other_plain_values) {
    same(true);
    same(false);
    same(color::green);
    same(1.5F);
    same(std::numeric_limits<float>::denorm_min());
    same(0.1);
    same(std::numeric_limits<double>::max());
    same(-std::numeric_limits<double>::infinity());
    same(std::numeric_limits<float>::infinity());
    EXPECT_EQ(pass(wrapped{42}).id, 42);
    EXPECT_EQ(pass(std::optional<wrapped>{{42}})->id, 42);
}

TEST_F(sqlite_types, text) {
    same(std::string{});
    same(std::string{"short"});
    same(std::string(1000, 'x'));
    same(std::string{"größer, 漢字, 🙂"});
    same(std::string{"a\0b", 3});
}

TEST_F(sqlite_types, text_over_a_default_of_its_own) {
    struct row {
        std::string v{"a default that is longer than a string holds in place"};
    } out;
    static constexpr field fields[] = {describe_field<std::string>(offsetof(row, v), "v")};
    cursor rows = db.run("SELECT 'other'");
    ASSERT_TRUE(rows.next());
    rows.decode(fields, &out);
    EXPECT_EQ(out.v, "other");
}

TEST_F(sqlite_types, blobs) {
    same(std::vector<std::byte>{});
    same(std::vector<std::byte>{std::byte{0}, std::byte{255}, std::byte{'\''}});
    same(std::vector<std::byte>(5000, std::byte{7}));
}

TEST_F(sqlite_types, uuids) {
    same(kin::uuid::nil());
    same(kin::uuid::v4());
    const auto id = kin::uuid::parse("0190163d-8694-739b-aea5-966c26f8ad90");
    same(id);
    EXPECT_EQ(single(db, "SELECT length(v) FROM t ORDER BY rowid DESC LIMIT 1 OFFSET 2"), 16);
    // One that another program wrote as text no question would find, as it is bound as a blob.
    EXPECT_TRUE(contains(refused<kin::uuid>("SELECT '0190163D-8694-739B-AEA5-966C26F8AD90'"), "kin::form::text"));
}

TEST_F(sqlite_types, times) {
    using namespace std::chrono;
    same(sys_days{2024y / February / 29});
    same(2024y / February / 29);
    same(year_month_day{1582y / January / 1});
    same(sys_time<microseconds>{microseconds{1}});
    same(sys_time<microseconds>{microseconds{-1}});
    same(sys_time<milliseconds>{milliseconds{1'700'000'000'123}});
    same(sys_seconds{seconds{1'700'000'000}});
    same(system_clock::time_point{duration_cast<system_clock::duration>(microseconds{1'700'000'000'123'456})});
    same(milliseconds{-5});
    same(hours{7});
    same(duration<double>{1.25});
}

TEST_F(sqlite_types, times_are_text) {
    using namespace std::chrono;
    pass(sys_days{2026y / November / 21});
    pass(sys_time<microseconds>{sys_days{2026y / November / 21} + 9h + 31min + microseconds{123456}});
    pass(sys_seconds{sys_days{2026y / November / 21} + 9h});
    cursor rows = db.run("SELECT v FROM t ORDER BY rowid");
    for (const std::string_view text : {"2026-11-21", "2026-11-21 09:31:00.123456", "2026-11-21 09:00:00"}) {
        ASSERT_TRUE(rows.next());
        EXPECT_EQ(rows.cell(0).bytes, text);
    }
}

TEST_F(sqlite_types, codecs) {
    same(point{3, -4});
    EXPECT_EQ(single(db, "SELECT v = '3;-4' FROM t LIMIT 1"), 1);
    EXPECT_TRUE(contains(refused<point>("SELECT 'nonsense'"), "no point: nonsense"));
    EXPECT_TRUE(contains(refused<point>("SELECT NULL"), "NULL"));
}

TEST_F(sqlite_types, integers_out_of_range) {
    const std::string message = refused<std::uint8_t>("SELECT 300");
    EXPECT_TRUE(contains(message, "300")) << message;
    EXPECT_TRUE(contains(message, "0 to 255")) << message;
    refused<std::uint8_t>("SELECT -1");
    refused<std::int8_t>("SELECT 128");
    refused<std::int16_t>("SELECT -32769");
    refused<std::int32_t>("SELECT 2147483648");
    refused<std::uint32_t>("SELECT 4294967296");
    refused<std::uint64_t>("SELECT -1");
    refused<bool>("SELECT 2");
    refused<float>("SELECT 1e300");
    refused<std::optional<std::uint8_t>>("SELECT 256");
}

TEST_F(sqlite_types, cells_of_another_type) {
    EXPECT_TRUE(contains(refused<std::int64_t>("SELECT 'abc'"), "not an integer"));
    refused<std::int64_t>("SELECT '12abc'");
    refused<std::int64_t>("SELECT '12'");
    refused<std::int64_t>("SELECT 1.5");
    refused<std::int64_t>("SELECT x'00'");
    refused<double>("SELECT 'abc'");
    refused<bool>("SELECT 'true'");
    refused<std::string>("SELECT 1");
    refused<std::string>("SELECT x'00'");
    refused<std::vector<std::byte>>("SELECT 'abc'");
    refused<kin::uuid>("SELECT x'0011'");
    refused<kin::uuid>("SELECT 'abc'");
    refused<std::chrono::sys_days>("SELECT 1");
    refused<std::chrono::sys_days>("SELECT '2026-02-30'");
    refused<std::chrono::sys_seconds>("SELECT '2026-02-20T10:00:00'");
}

TEST_F(sqlite_types, null_where_a_member_cannot_be_empty) {
    EXPECT_TRUE(contains(refused<std::int64_t>("SELECT NULL"), "NULL in a member that cannot be empty"));
    refused<std::string>("SELECT NULL");
    refused<bool>("SELECT NULL");
    refused<double>("SELECT NULL");
    refused<std::vector<std::byte>>("SELECT NULL");
    refused<kin::uuid>("SELECT NULL");
    refused<std::chrono::year_month_day>("SELECT NULL");
    refused<std::chrono::sys_days>("SELECT NULL");
}

TEST_F(sqlite_types, what_cannot_be_bound) {
    EXPECT_TRUE(contains(unbindable(std::string{"caf\xE9"}), "invalid text"));
    EXPECT_TRUE(contains(unbindable(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615"));
    EXPECT_TRUE(contains(unbindable(std::nan("")), "not-a-number"));
    using namespace std::chrono;
    EXPECT_TRUE(contains(unbindable(year_month_day{2023y / February / 29}), "does not exist"));
    EXPECT_TRUE(contains(unbindable(sys_days{year{12000} / 1 / 1}), "0000 to 9999"));
}

TEST_F(sqlite_types, values_are_bound_behind_the_members) {
    db.script("CREATE TABLE two (a, b, c)");
    const std::int64_t a = 1;
    static constexpr field fields[] = {describe_field<std::int64_t>(0, "a")};
    const kin::value values[] = {kin::to_value("x"), kin::to_value(std::chrono::sys_days{})};
    const kin::engine::fixed_statement statement{"INSERT INTO two VALUES (?, ?, ?)"};
    EXPECT_EQ(db.execute(statement, {fields, &a, values}), 1);
    EXPECT_EQ(single(db, "SELECT count(*) FROM two WHERE a = 1 AND b = 'x' AND c = '1970-01-01'"), 1);
}

TEST_F(sqlite_types, decoding_from_a_later_column) {
    struct row {
        std::int64_t a = 0;
        std::string b{};
    } out;
    static constexpr field fields[] = {describe_field<std::int64_t>(offsetof(row, a), "a"),
                                       describe_field<std::string>(offsetof(row, b), "b")};
    cursor rows = db.run("SELECT 'first', 7, 'text'");
    ASSERT_TRUE(rows.next());
    rows.decode(fields, &out, 1);
    EXPECT_EQ(out.a, 7);
    EXPECT_EQ(out.b, "text");
    EXPECT_EQ(rows.columns(), 3);
    EXPECT_EQ(rows.cell(0).bytes, "first");
    EXPECT_FALSE(rows.next());
}

TEST_F(sqlite_types, run_each_tells_keys_and_counts) {
    db.script("CREATE TABLE k (id INTEGER PRIMARY KEY, v TEXT UNIQUE)");
    const std::string texts[] = {"a", "b", "a", "c"};
    const void* objects[] = {&texts[0], &texts[1], &texts[2], &texts[3]};
    static constexpr field fields[] = {describe_field<std::string>(0, "v")};
    const kin::engine::fixed_statement statement{"INSERT OR IGNORE INTO k (v) VALUES (?)"};
    std::int64_t affected[4] = {-1, -1, -1, -1};
    std::int64_t keys[4] = {-1, -1, -1, -1};
    const auto before = db.statements();
    db.run_each(statement, fields, objects, {affected, keys});
    EXPECT_EQ(db.statements() - before, 1U);
    EXPECT_EQ(std::vector<std::int64_t>(affected, affected + 4), (std::vector<std::int64_t>{1, 1, 0, 1}));
    EXPECT_EQ(std::vector<std::int64_t>(keys, keys + 4), (std::vector<std::int64_t>{1, 2, 0, 3}));
}

}  // namespace
