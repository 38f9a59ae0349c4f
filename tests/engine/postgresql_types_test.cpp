// Every layout goes into a PostgreSQL table as a binary parameter and comes back as it was.
#include <chrono>
#include <cmath>
#include <kin/sql/dialect.hpp>
#include <limits>

#include "postgresql_support.hpp"

namespace {

using namespace kin::engine::test;
using kin::describe_field;
using kin::field;
using kin::kind;
using kin::engine::connection;
using kin::engine::cursor;

enum class color : std::uint8_t { red, green = 200 };

class postgresql_types : public on_postgresql {
  protected:
    /// Writes one member to a column of the type that Kin declares for it, and reads it into another object.
    template <class T>
    T pass(const T& in) {
        static constexpr field fields[] = {describe_field<T>(0, "v")};
        db().script("DROP TABLE IF EXISTS t; CREATE TABLE t (v " +
                    kin::sql::postgresql_dialect().type_name(fields[0].type, 0) + ")");
        const kin::engine::fixed_statement insert{"INSERT INTO t VALUES ($1)"};
        EXPECT_EQ(db().execute(insert, {fields, &in, {}}), 1);
        T out{};
        {
            cursor rows = db().run("SELECT v FROM t");
            EXPECT_TRUE(rows.next());
            rows.decode(fields, &out);
            EXPECT_EQ(rows.is_null(0), rows.cell(0).is_null());
        }
        cursor rows = db().run("SELECT v FROM t WHERE v = $1", {fields, &in, {}});
        EXPECT_EQ(rows.next(), number("SELECT count(*) FROM t WHERE v IS NULL") == 0) << "found by its value";
        return out;
    }
    template <class T>
    void same(const T& in) {
        EXPECT_EQ(pass(in), in);
        EXPECT_EQ(pass(std::optional<T>{in}), std::optional<T>{in});
        EXPECT_EQ(pass(std::optional<T>{}), std::nullopt);
    }
    template <class T>
    T read(std::string_view sql) {
        static constexpr field fields[] = {describe_field<T>(0, "the_column")};
        cursor rows = db().run(sql);
        EXPECT_TRUE(rows.next()) << sql;
        T out{};
        rows.decode(fields, &out);
        return out;
    }
    template <class T>
    std::string refused(std::string_view sql) {
        const auto e = thrown<kin::conversion_error>([&] { read<T>(sql); });
        EXPECT_EQ(e.sql(), sql);
        EXPECT_TRUE(contains(e.message(), "the_column")) << e.message();
        return e.message();
    }
    std::string text_of(std::string_view expression) {
        cursor rows = db().run("SELECT " + std::string{expression});
        EXPECT_TRUE(rows.next());
        const kin::value_view cell = rows.cell(0);
        EXPECT_EQ(cell.type, kind::decimal);
        return std::string{cell.bytes};
    }
};

TEST_F(postgresql_types, integers) {
    for (const auto v : limits<std::int8_t>()) same(v);
    for (const auto v : limits<std::int16_t>()) same(v);
    for (const auto v : limits<std::int32_t>()) same(v);
    for (const auto v : limits<std::int64_t>()) same(v);
    for (const auto v : limits<std::uint8_t>()) same(v);
    for (const auto v : limits<std::uint16_t>()) same(v);
    for (const auto v : limits<std::uint32_t>()) same(v);
    same(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST_F(postgresql_types, other_plain_values) {
    same(true);
    same(false);
    same(color::green);
    same(1.5F);
    same(std::numeric_limits<float>::denorm_min());
    same(std::numeric_limits<float>::infinity());
    same(0.1);
    same(std::numeric_limits<double>::max());
    same(-std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(pass(std::nan(""))));
}

TEST_F(postgresql_types, text_blobs_uuids) {
    same(std::string{});
    same(std::string{"short"});
    same(std::string(100000, 'x'));
    same(std::string{"größer, 漢字, 🙂"});
    same(std::vector<std::byte>{});
    same(std::vector<std::byte>{std::byte{0}, std::byte{255}, std::byte{'\''}});
    same(kin::uuid::nil());
    same(kin::uuid::v4());
    EXPECT_EQ(read<std::string>("SELECT 'x'::varchar(3)"), "x");
    EXPECT_EQ(read<kin::uuid>("SELECT '0190163D-8694-739B-AEA5-966C26F8AD90'"),
              kin::uuid::parse("0190163d-8694-739b-aea5-966c26f8ad90"))
        << "kept as text";
}

TEST_F(postgresql_types, times) {
    using namespace std::chrono;
    same(sys_days{2024y / February / 29});
    same(2024y / February / 29);
    same(year_month_day{1582y / January / 1});
    same(sys_time<microseconds>{microseconds{1}});
    same(sys_time<microseconds>{microseconds{-1}});
    same(sys_time<milliseconds>{milliseconds{1'700'000'000'123}});
    same(sys_seconds{seconds{1'700'000'000}});
    same(milliseconds{-5});
    same(duration<double>{1.25});
    const auto moment = sys_days{2026y / November / 21} + 9h + 31min + microseconds{123456};
    pass(sys_time<microseconds>{moment});
    EXPECT_EQ(number("SELECT (v = '2026-11-21 10:31:00.123456+01')::int FROM t"), 1);
    EXPECT_EQ(read<sys_time<microseconds>>("SELECT '2026-11-21 09:31:00.123456'::timestamp"), moment)
        << "without a time zone: UTC";
    db().script("DROP TABLE t; CREATE TABLE t (v timestamp)");
    const kin::value given = kin::to_value(sys_time<microseconds>{moment});
    db().execute("INSERT INTO t VALUES ($1)", {&given, 1});
    EXPECT_EQ(number("SELECT (v = '2026-11-21 09:31:00.123456')::int FROM t"), 1);
}

TEST_F(postgresql_types, numerics_are_decimal_text) {
    for (const std::string_view each :
         {"0", "0.00", "1", "-1", "10000", "9999", "12345678901234567890.0001", "0.0001", "0.00001", "-12.50",
          "100000000000000000000", "0.10", "1.000000000000000000000000000001", "99999999.99999999"}) {
        EXPECT_EQ(text_of(std::string{each} + "::numeric"), each);
    }
    EXPECT_EQ(text_of("'NaN'::numeric"), "NaN");
    EXPECT_EQ(text_of("'-Infinity'::numeric"), "-Infinity");
    EXPECT_EQ(read<std::int64_t>("SELECT sum(x) FROM (VALUES (1::bigint), (2)) AS t(x)"), 3);
    EXPECT_EQ(read<double>("SELECT avg(x) FROM (VALUES (1), (2)) AS t(x)"), 1.5);
    refused<std::int64_t>("SELECT 1.5");
    db().script("CREATE TABLE n (v numeric)");
    const kin::value given{std::string{"-12.50"}, kind::decimal};
    db().execute("INSERT INTO n VALUES ($1)", {&given, 1});
    EXPECT_EQ(text_of("v FROM n"), "-12.50");
}

TEST_F(postgresql_types, text_becomes_what_is_wanted) {
    db().script(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');"
        "CREATE TABLE w (j jsonb, old json, m mood, u uuid, i inet, d date, n numeric(6, 2))");
    const kin::value values[] = {kin::value{std::string{R"({"a": 1})"}, kind::json},
                                 kin::value{std::string{"[1,2]"}, kind::json},
                                 kin::to_value("happy"),
                                 kin::to_value("0190163d-8694-739b-aea5-966c26f8ad90"),
                                 kin::to_value("10.0.0.1"),
                                 kin::to_value("2026-11-21"),
                                 kin::to_value("7.5")};
    db().execute("INSERT INTO w VALUES ($1, $2, $3, $4, $5, $6, $7)", values);
    EXPECT_EQ(read<std::string>("SELECT j FROM w"), R"({"a": 1})");
    EXPECT_EQ(read<std::string>("SELECT old FROM w"), "[1,2]");
    EXPECT_EQ(read<std::string>("SELECT m FROM w"), "happy");
    EXPECT_EQ(read<std::string>("SELECT i FROM w"), "10.0.0.1");
    EXPECT_EQ(read<std::string>("SELECT '10.0.0.1/8'::inet"), "10.0.0.1/8");
    EXPECT_EQ(read<std::string>("SELECT '10/8'::cidr"), "10.0.0.0/8");
    EXPECT_EQ(read<std::string>("SELECT '::1'::inet"), "::1");
    EXPECT_EQ(read<std::string>("SELECT '2001:db8::/32'::cidr"), "2001:db8::/32");
    EXPECT_EQ(number("SELECT (d = '2026-11-21' AND n = 7.5 AND i = '10.0.0.1')::int FROM w"), 1);
    cursor rows = db().run("SELECT j FROM w WHERE m = $1 AND u = $2", {.values = {values + 2, 2}});
    EXPECT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).type, kind::json);
}

TEST_F(postgresql_types, one_text_with_parameters_of_several_types) {
    db().script("CREATE TABLE m (a bigint, b numeric)");
    for (const kin::value& each : {kin::value{}, kin::value{7}, kin::value{1.5}, kin::value{}, kin::value{"8"}}) {
        db().execute("INSERT INTO m (b) VALUES ($1)", {&each, 1});
    }
    EXPECT_EQ(number("SELECT count(*) FROM m WHERE b IN (7, 1.5, 8)"), 3);
    EXPECT_EQ(number("SELECT count(*) FROM m WHERE b IS NULL"), 2);
}

TEST_F(postgresql_types, what_does_not_fit) {
    EXPECT_TRUE(contains(refused<std::uint8_t>("SELECT 300"), "0 to 255"));
    refused<std::int64_t>("SELECT 'abc'");
    refused<std::int64_t>("SELECT 1.5::float8");
    refused<std::string>("SELECT 1");
    refused<std::string>("SELECT 'a'::bytea");
    refused<std::vector<std::byte>>("SELECT 'abc'");
    refused<kin::uuid>("SELECT 'abc'");
    refused<bool>("SELECT 2");
    refused<float>("SELECT 1e300::float8");
    refused<std::chrono::sys_days>("SELECT 1");
    refused<std::chrono::sys_seconds>("SELECT '2026-01-01'::date");
    EXPECT_TRUE(contains(refused<std::int64_t>("SELECT NULL::bigint"), "NULL in a member that cannot be empty"));
    refused<std::string>("SELECT NULL");
    const kin::value zero{std::string_view{"a\0b", 3}};
    EXPECT_TRUE(contains(thrown<kin::conversion_error>([&] {
                             db().execute("SELECT $1", {&zero, 1});
                         }).message(),
                         "zero byte"));
}

TEST_F(postgresql_types, run_each_tells_keys_and_counts) {
    db().script("CREATE TABLE k (id BIGINT GENERATED BY DEFAULT AS IDENTITY, v TEXT UNIQUE)");
    std::vector<std::string> texts;
    for (int i = 0; i < 1000; ++i) texts.push_back("text " + std::to_string(i % 999));
    std::vector<const void*> objects;
    for (const std::string& each : texts) objects.push_back(&each);
    static constexpr field fields[] = {describe_field<std::string>(0, "v")};
    const kin::engine::fixed_statement statement{
        "INSERT INTO k (v) VALUES ($1) ON CONFLICT (v) DO NOTHING RETURNING id"};
    std::vector<std::int64_t> affected(texts.size(), -1);
    std::vector<std::int64_t> keys(texts.size(), -1);
    const auto before = db().statements();
    db().run_each(statement, fields, objects, {affected.data(), keys.data()});
    EXPECT_EQ(db().statements() - before, 1U);
    for (std::size_t i = 0; i < 999; ++i) {
        EXPECT_EQ(affected[i], 1);
        EXPECT_EQ(keys[i], static_cast<std::int64_t>(i) + 1);
    }
    EXPECT_EQ(affected[999], 0);
    EXPECT_EQ(keys[999], 0);

    const kin::engine::fixed_statement plain{"INSERT INTO k (v) VALUES ($1)"};
    texts = {"new", "text 1", "newer"};
    objects = {&texts[0], &texts[1], &texts[2]};
    const auto e = thrown<kin::unique_violation>([&] { db().run_each(plain, fields, objects, {}); });
    EXPECT_TRUE(contains(e.message(), "object 2 of 3")) << e.message();
    EXPECT_EQ(e.parameters(), "'text 1'");
    EXPECT_EQ(e.code(), "23505");
    EXPECT_EQ(number("SELECT count(*) FROM k"), 999) << "none of the three, and the connection is in step";
}

}  // namespace
