// Lists of replicas that cannot be right, as far as their URLs say so; and what SQLite does of all this.
#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/session/replicas.hpp>
#include <string>
#include <support/temporary_directory.hpp>

namespace kin::test {

struct Plain {
    key<Plain> id{};
    std::string text{};
};

}  // namespace kin::test

template <>
inline constexpr auto kin::table_of<kin::test::Plain> = kin::table("plain");

namespace {

using kin::test::Plain;

/// What the refusal says.
std::string refusal(const char* primary, const kin::replicas& how) {
    try {
        const kin::database db{primary, how};
    } catch (const kin::usage_error& e) {
        return e.message();
    }
    return "none";
}

TEST(replicas_list, is_refused_where_its_urls_cannot_be_right) {
    constexpr const char* primary = "postgresql://me:secret@one/shop";
    EXPECT_EQ(refusal(primary, {}),
              "the list of replicas is empty: name one, or make the database without kin::replicas");
    EXPECT_EQ(refusal(primary, {{"postgresql://two/shop", "postgres://you@one/shop"}}),
              "the replica postgres://you@one/shop is the primary itself: leave it out of the list, as reads go to the "
              "primary where no replica may answer");
    EXPECT_EQ(refusal(primary, {{"postgresql://two/shop", "postgresql://two/shop"}}),
              "the replica postgresql://two/shop stands in the list twice: name it once");
    EXPECT_EQ(refusal(primary, {{"mariadb://two/shop"}}),
              "the replica mariadb://two/shop is of another engine than its primary postgresql://me:***@one/shop: name "
              "a postgresql server that replicates it");
    EXPECT_EQ(refusal(primary, {.urls = {"postgresql://two/shop"}, .lag_milliseconds = 0}),
              "the bounds of kin::replicas are no times: lag_milliseconds is above 0, the others are not below");
    EXPECT_EQ(refusal(primary, {{"postgresql://two/shop?isolation=serializable"}}),
              "postgresql has no serializable transactions on a replica: leave isolation out of "
              "postgresql://two/shop?isolation=serializable");
    EXPECT_EQ(refusal("mariadb://one/shop", {{"mariadb://two/shop?isolation=serializable"}}), "none");
    EXPECT_EQ(refusal("sqlite:shop.db", {{"sqlite:copy.db"}}),
              "sqlite has no replicas that Kin could read from: leave kin::replicas out for sqlite:shop.db");
    EXPECT_EQ(refusal(primary, {{"postgresql://two/shop", "postgresql://one:5433/shop", "postgresql://one/other"}}),
              "none");
}

TEST(replicas_list, of_a_wrong_url_is_refused_as_any) {
    EXPECT_THROW((kin::database{"postgresql://one/shop", kin::replicas{{"two"}}}), kin::usage_error);
    EXPECT_THROW((kin::database{"postgresql://one/shop", kin::replicas{{"oracle://two/shop"}}}), kin::unknown_name);
}

TEST(sqlite_reading, refuses_writes_and_is_over_with_its_transaction) {
    const kin::test::temporary_directory folder;
    kin::database db{folder.sqlite_url("plain.db"), {.max = 1}};
    db.create<kin::models<Plain>>();
    const auto write = [&](const char* text) {
        kin::session s{db};
        s.add(Plain{.text = text});
        s.commit();
    };
    write("one");
    {
        kin::session s{db, kin::read_only, kin::read_your_writes{db}};
        EXPECT_EQ(s.query<Plain>().one()->text, "one");
        s.add(Plain{.text = "two"});
        EXPECT_THROW(s.commit(), kin::read_only_database);
        s.rollback();
        EXPECT_THROW(s.execute("DELETE FROM plain"), kin::read_only_database);
        s.rollback();
        EXPECT_EQ(s.query<Plain>().all().size(), 1U);
        s.commit();
        EXPECT_THROW(s.execute("DELETE FROM plain"), kin::read_only_database);
        s.rollback();
    }
    write("two");  // over the same connection
    kin::session s{db};
    EXPECT_EQ(s.query<Plain>().all().size(), 2U);
}

}  // namespace
