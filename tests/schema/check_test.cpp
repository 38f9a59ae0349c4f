// What check says, compared with what queries do.
#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/schema/check.hpp>
#include <kin/value/decimal.hpp>

#include "support/fixture.hpp"

namespace checked_models {

struct Author {
    kin::key<Author> id{};
    std::string name{};
    std::optional<int> born{};
};
struct Label {
    kin::key<Label> id{};
    std::string text{};
};
struct Book {
    kin::key<Book> id{};
    kin::key<Author> author_id{};
    std::string title{};
    kin::belongs_to<Author> author{};
    kin::many_to_many<Label> labels{};
    static constexpr auto table = kin::table("books");
};
using Shelf = kin::models<Author, Book, Label>;

/// One column of a type.
template <class T>
struct Probe {
    kin::key<Probe> id{};
    T held{};
    static constexpr auto table = kin::table("probe");
};
enum class Colour { red, blue };
struct Alias {
    kin::key<Alias> rowid{};
    std::optional<std::string> name{};
    static constexpr auto table = kin::table("aliases");
};
struct Numberless {
    kin::key<Numberless> rowid{};
    static constexpr auto table = kin::table("other").ignored("code");
};

}  // namespace checked_models

namespace {

using namespace kin::expr;
using namespace checked_models;
using kin::test::contains;
using kin::test::engine_says;
using kin::test::thrown;

bool on_postgresql() { return kin::test::engine_name() == "postgresql"; }

struct check_test : kin::test::with_database<> {
    template <class Models = Shelf>
    std::string said() {
        try {
            db.check<Models>();
        } catch (const kin::schema_mismatch& e) {
            return e.message();
        }
        return "";
    }
};

TEST_F(check_test, finds_nothing_where_the_models_made_the_tables) {
    db.create<Shelf>();
    log.clear();
    EXPECT_EQ(said(), "");
    EXPECT_LE(log.count(), 9u);
}

TEST_F(check_test, lists_everything_in_one_message) {
    db.create<Shelf>();
    run("DROP TABLE book_label; ALTER TABLE author RENAME COLUMN name TO called; "
        "ALTER TABLE books ADD COLUMN pages INTEGER NOT NULL DEFAULT 1");
    if (on_postgresql()) run("ALTER TABLE books ALTER COLUMN pages DROP DEFAULT");
    const std::string message = said();
    EXPECT_TRUE(contains(message, "\n  book_label: the table book_label is not there")) << message;
    EXPECT_TRUE(contains(message, "\n  Author: author.name is not there")) << message;
    if (on_postgresql()) {
        EXPECT_TRUE(contains(message, "\n  Book: books.pages has to be given, and no member does")) << message;
        EXPECT_TRUE(contains(message, "\n  Author: author.called has to be given, and no member does")) << message;
    }
    EXPECT_TRUE(contains(message, "up to date")) << message;
}

TEST_F(check_test, says_where_null_may_come_or_not_go) {
    run("CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, born INTEGER NOT NULL)");
    const std::string message = said<kin::models<Author>>();
    EXPECT_TRUE(contains(message, "author.name can be NULL, and the member name is not optional")) << message;
    EXPECT_TRUE(contains(message, "author.born cannot be NULL, and the member born is optional")) << message;
}

TEST_F(check_test, more_than_the_models_need_is_nothing) {
    db.create<Shelf>();
    run("CREATE TABLE others (id INTEGER); ALTER TABLE books ADD COLUMN note TEXT; "
        "ALTER TABLE books ADD COLUMN pages INTEGER NOT NULL DEFAULT 7");
    EXPECT_EQ(said(), "");
}

TEST_F(check_test, the_number_of_a_row_is_there_where_nothing_lists_it) {
    if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "rowid is SQLite's";
    run("CREATE TABLE aliases (name TEXT); CREATE TABLE other (code INTEGER PRIMARY KEY) WITHOUT ROWID");
    EXPECT_EQ(said<kin::models<Alias>>(), "");
    EXPECT_TRUE(contains(said<kin::models<Numberless>>(), "other.rowid is not there"));
}

/// What a program does with a column.
template <class T>
bool works(const std::string& url, T held) {
    try {
        kin::database fresh{url};  // knows no statement over the table that was there before
        kin::session s{fresh};
        const auto probe = s.add(Probe<T>{.held = held});
        s.flush();
        s.clear();
        (void)s.query<Probe<T>>().where(col(&Probe<T>::held) == held).one();
        return true;
    } catch (const kin::error&) {
        return false;
    }
}

TEST_F(check_test, says_of_a_type_what_queries_do) {
    if (kin::test::can(kin::test::capability::loose_types)) GTEST_SKIP() << "its columns hold values of any type";
    const std::vector<std::string> of_postgresql{
        "boolean",  "smallint", "integer", "bigint", "real", "double precision", "numeric(10,2)", "text", "varchar(80)",
        "char(80)", "name",     "bytea",   "date",   "time", "timestamp",        "timestamptz",   "uuid", "json",
        "jsonb",    "bigint[]", "text[]"};
    const std::vector<std::string> of_mariadb{"boolean",     "tinyint",      "smallint",      "int",      "bigint",
                                              "float",       "double",       "decimal(10,2)", "longtext", "varchar(80)",
                                              "char(80)",    "longblob",     "varbinary(80)", "date",     "time(6)",
                                              "datetime(6)", "timestamp(6)", "uuid",          "json"};
    const std::vector<std::string>& types = on_postgresql() ? of_postgresql : of_mariadb;
    const std::string key{
        engine_says({}, "BIGINT PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY", "BIGINT PRIMARY KEY AUTO_INCREMENT")};
    std::string differ;
    const auto compare = [&]<class T>(const char* what, T held) {
        for (const std::string& type : types) {
            // Whether these work depends on the text.
            if (std::string_view{what} == "text" && (type == "uuid" || type.starts_with("json"))) continue;
            run("DROP TABLE IF EXISTS probe; CREATE TABLE probe (id " + key + ", held " + type + " NOT NULL)");
            const bool fits = said<kin::models<Probe<T>>>().empty();
            if (fits == works(url, held)) continue;
            differ += std::string{what} + " in " + type + (fits ? ": fails\n" : ": works\n");
        }
    };
    compare("bool", true);
    compare("int", 7);
    compare("int64", std::int64_t{7});
    compare("double", 7.0);
    compare("text", std::string{"seven"});
    compare("enum", Colour::blue);
    compare("bytes", std::vector<std::byte>{std::byte{7}});
    compare("decimal", kin::decimal{"7"});
    compare("uuid", kin::uuid::v7());
    compare("moment", std::chrono::sys_time<std::chrono::microseconds>{std::chrono::seconds{1'700'000'000}});
    compare("day", std::chrono::year_month_day{std::chrono::year{2024}, std::chrono::February, std::chrono::day{29}});
    EXPECT_EQ(differ, "");
}

}  // namespace
