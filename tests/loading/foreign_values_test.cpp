// Values that other programs left behind: read as what they are, or refused with the row, the column and the type.
#include <gtest/gtest.h>

#include <chrono>

#include <kin/engine/connection.hpp>
#include <kin/kin.hpp>
#include <kin/value/decimal.hpp>

#include "support/place.hpp"

namespace {

using namespace kin::expr;

bool postgresql() { return kin::test::engine_name() == "postgresql"; }

template <class Error, class Call>
std::string said(Call call) {
    try {
        call();
    } catch (const Error& e) {
        return e.message();
    }
    return "nothing";
}

struct Rate {
    kin::key<Rate> id{};
    kin::decimal amount{};
    static constexpr auto table = kin::table("foreign_rate");
};

TEST(sqlite_foreign_values, numbers_in_a_decimal_column_are_decimals) {
    if (postgresql()) GTEST_SKIP() << "its decimals are of one type";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TABLE foreign_rate(id INTEGER PRIMARY KEY, amount NUMERIC NOT NULL); "
        "INSERT INTO foreign_rate(amount) VALUES (0.00001), (0.5), (7), (1e300), ('12.50')");
    kin::session s{db};
    const auto all = s.query<Rate>().order_by(&Rate::id).all();
    EXPECT_EQ(all[0].amount.text(), "0.00001");
    EXPECT_EQ(all[1].amount.text(), "0.5");
    EXPECT_EQ(all[2].amount.text(), "7");
    EXPECT_GT(all[3].amount, kin::decimal{"999999999999999999"});
    for (const Rate& each : all.view()) {
        EXPECT_NO_THROW(kin::decimal{each.amount.text()});
        EXPECT_EQ(s.query<Rate>().where(col(&Rate::amount) == each.amount).count(), 1) << each.amount.text();
    }
    s.rollback();
    db.script("INSERT INTO foreign_rate VALUES (9, 'N/A')");
    EXPECT_EQ(said<kin::conversion_error>([&] { (void)s.query<Rate>().all(); }),
              "Rate 9: column \"Rate.amount\": 'N/A' (text) is not a decimal number");
}

struct Thing {
    kin::key<Thing> id{};
    std::string name{};
    static constexpr auto table = kin::table("foreign_thing");
};

TEST(sqlite_foreign_values, a_key_of_another_type_than_integer_is_given_by_the_program) {
    if (postgresql()) GTEST_SKIP() << "about the row numbers of SQLite";
    const kin::test::place place;
    kin::database db{place.url()};
    for (const char* type : {"INT", "BIGINT"}) {
        db.script("DROP TABLE IF EXISTS foreign_thing; CREATE TABLE foreign_thing(id " + std::string{type} +
                  " PRIMARY KEY, name TEXT NOT NULL)");
        kin::session s{db};
        auto thing = s.add(Thing{.name = "a"});
        EXPECT_NE(said<kin::flush_error>([&] { s.flush(); }).find("made no key for a new Thing: foreign_thing.id"),
                  std::string::npos);
        auto rows = s.connection().run("SELECT count(*) FROM foreign_thing");
        ASSERT_TRUE(rows.next());
        EXPECT_EQ(rows.integer(0), 0) << "not even a row without a key";
        rows.finish();
        thing->id = {5};
        s.commit();
        EXPECT_EQ(s.query<Thing>().count(), 1);
    }
    db.script("DROP TABLE foreign_thing; CREATE TABLE foreign_thing(id integer PRIMARY KEY, name TEXT NOT NULL)");
    kin::session s{db};
    auto thing = s.add(Thing{.name = "a"});
    s.commit();
    EXPECT_EQ(thing->id.value, 1);
}

struct Token {
    kin::key<Token, kin::uuid> id{};
    static constexpr auto table = kin::table("foreign_token");
};

TEST(sqlite_foreign_values, a_uuid_that_is_text_says_its_form) {
    if (postgresql()) GTEST_SKIP() << "it has a type for them";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TABLE foreign_token(id CHAR(36) PRIMARY KEY); "
        "INSERT INTO foreign_token VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')");
    kin::session s{db};
    EXPECT_NE(said<kin::conversion_error>([&] {
                  (void)s.query<Token>().one();
              }).find("kin::stored_as<kin::uuid, kin::form::text>"),
              std::string::npos);
}

// -- PostgreSQL

struct Valid {
    kin::key<Valid> id{};
    std::chrono::year_month_day until{};
    static constexpr auto table = kin::table("foreign_valid");
};
struct Days {
    kin::key<Days> id{};
    std::chrono::sys_days until{};
    static constexpr auto table = kin::table("foreign_valid");
};
struct Stamp {
    kin::key<Stamp> id{};
    std::chrono::sys_seconds at{};
    static constexpr auto table = kin::table("foreign_stamp");
};

TEST(postgresql_foreign_values, dates_without_end_are_the_last_or_an_error) {
    if (!postgresql()) GTEST_SKIP() << "SQLite has none";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TABLE foreign_valid(id bigint PRIMARY KEY, until date NOT NULL); "
        "CREATE TABLE foreign_stamp(id bigint PRIMARY KEY, at timestamp NOT NULL); "
        "INSERT INTO foreign_stamp VALUES (1, 'infinity'), (2, '-infinity')");
    kin::session s{db};
    for (const char* date : {"infinity", "-infinity", "40000-01-01"}) {
        db.script("DELETE FROM foreign_valid; INSERT INTO foreign_valid VALUES (1, '" + std::string{date} + "')");
        const std::string text = said<kin::conversion_error>([&] { (void)s.query<Valid>().one(); });
        EXPECT_EQ(text.find("Valid 1: column \"Valid.until\": the date, "), 0u) << text;
        s.clear();
        auto days = s.query<Days>().one();
        EXPECT_EQ(days->until < std::chrono::sys_days{}, date[0] == '-');
        days->until -= std::chrono::days{date[0] == '-' ? 0 : 1};
        days->until += std::chrono::days{date[0] == '-' ? 0 : 1};
        s.commit();
        EXPECT_EQ(s.query<Days>().where(col(&Days::until) == days->until).count(), 1);
        s.clear();
    }
    auto stamps = s.query<Stamp>().order_by(&Stamp::id).all();
    EXPECT_EQ(stamps[0].at, std::chrono::sys_seconds::max());
    EXPECT_EQ(stamps[1].at, std::chrono::sys_seconds::min());
    stamps[1].at = std::chrono::sys_seconds::max();
    s.commit();
    EXPECT_EQ(s.query<Stamp>().where(col(&Stamp::at) == std::chrono::sys_seconds::max()).count(), 2);
    auto rows = s.connection().run("SELECT count(*) FROM foreign_stamp WHERE at = 'infinity'");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.cell(0).integer, 2);
}

struct Box {
    kin::key<Box> id{};
    std::string what{};
    static constexpr auto table = kin::table("foreign_box");
};

TEST(postgresql_foreign_values, a_type_that_is_not_read_says_its_name) {
    if (!postgresql()) GTEST_SKIP() << "about its types";
    const kin::test::place place;
    kin::database db{place.url()};
    db.script(
        "CREATE TYPE foreign_pair AS (a int, b int); CREATE TYPE foreign_mood AS ENUM ('sad', 'ok'); "
        "CREATE DOMAIN foreign_name AS text");
    const auto read = [&](const std::string& type, const std::string& value) {
        db.script("DROP TABLE IF EXISTS foreign_box; CREATE TABLE foreign_box(id bigint PRIMARY KEY, what " + type +
                  "); INSERT INTO foreign_box VALUES (3, " + value + ")");
        kin::database fresh{place.url()};  // without plans for the former table
        kin::session s{fresh};
        std::string what;
        const std::string text = said<kin::conversion_error>([&] { what = s.query<Box>().one()->what; });
        EXPECT_EQ(s.query<Box>().count(), 1) << "the session goes on";
        return text == "nothing" ? what : text;
    };
    EXPECT_EQ(read("foreign_mood", "'sad'"), "sad");
    EXPECT_EQ(read("foreign_name", "'ada'"), "ada");
    for (const auto& [type, value] : {std::pair{"foreign_pair", "ROW(1, 2)"}, std::pair{"foreign_mood[]", "'{ok}'"},
                                      std::pair{"interval", "'1 day'"}, std::pair{"point", "'(1, 2)'"}}) {
        const std::string text = read(type, value);
        EXPECT_EQ(text.find("Box 3: column \"Box.what\": PostgreSQL's type " + std::string{type} + " is none"), 0u)
            << text;
    }
}

}  // namespace
