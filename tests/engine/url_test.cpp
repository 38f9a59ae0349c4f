// The forms that a database URL can have, and that no password gets out of it.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <kin/engine/url.hpp>
#include <support/temporary_directory.hpp>

#include "support.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;
using kin::engine::url;

TEST(url, sqlite) {
    EXPECT_EQ(url::parse("sqlite::memory:").path, ":memory:");
    EXPECT_EQ(url::parse("sqlite:relative.db").path, "relative.db");
    EXPECT_EQ(url::parse("sqlite:/srv/blog.db").path, "/srv/blog.db");
    EXPECT_EQ(url::parse("sqlite:///srv/blog.db").path, "/srv/blog.db");
    EXPECT_EQ(url::parse("sqlite:a%20b%3Fc.db").path, "a b?c.db");
    const url with = url::parse("sqlite:blog.db?mode=ro&busy_timeout=100&");
    EXPECT_EQ(*with.find("mode"), "ro");
    EXPECT_EQ(*with.find("busy_timeout"), "100");
    EXPECT_EQ(with.find("journal"), nullptr);
}

TEST(url, generic) {
    const url all = url::parse("postgresql://ada%40x:p%40ss%3Aword@db.example.org:5433/blog?sslmode=require");
    EXPECT_EQ(all.scheme, "postgresql");
    EXPECT_EQ(all.user, "ada@x");
    EXPECT_EQ(all.password, "p@ss:word");
    EXPECT_EQ(all.host, "db.example.org");
    EXPECT_EQ(all.port, 5433);
    EXPECT_EQ(all.path, "blog");
    EXPECT_EQ(*all.find("sslmode"), "require");
    const url six = url::parse("mariadb://[::1]:3306/blog");
    EXPECT_EQ(six.host, "::1");
    EXPECT_EQ(six.port, 3306);
    EXPECT_EQ(url::parse("postgresql:///blog").path, "blog");
    EXPECT_EQ(url::parse("postgresql://host").path, "");
}

TEST(url, prints_no_password) {
    EXPECT_EQ(url::parse("postgresql://ada:secret@host:1/db?a=b").printed(), "postgresql://ada:***@host:1/db?a=b");
    EXPECT_EQ(url::parse("postgresql://host/db?user=ada&password=hunter2").printed(),
              "postgresql://host/db?user=ada&password=***");
    EXPECT_EQ(url::parse("mariadb://[::1]:3306/db").printed(), "mariadb://[::1]:3306/db");
    EXPECT_EQ(url::parse("sqlite:a%20b.db?mode=ro").printed(), "sqlite:a%20b.db?mode=ro");
    EXPECT_EQ(url::parse("sqlite:////x").printed(), "sqlite:////x");  // no host of the name x
    EXPECT_EQ(url::parse("postgresql://host//x").printed(), "postgresql://host//x");
    EXPECT_EQ(url::parse(url::parse("postgresql://host//x").printed()).path, "/x");
    EXPECT_EQ(url::parse("sqlite::memory:").printed(), "sqlite::memory:");
}

TEST(url, what_it_cannot_print_again_is_no_address) {
    using namespace std::string_literals;
    for (const std::string& text : {"sqlite:a\0b"s, "sqlite:a?mode=\0"s, "x://a%3Ab/c"s, "x://[a]b]/c"s,
                                    "x://[::1/]/c"s, "x://[::g]/c"s, "x://[::1%eth/0]/c"s, "x://[fe80::1%a]b]"s}) {
        EXPECT_THROW((void)url::parse(text), kin::usage_error) << text;
    }
    EXPECT_EQ(url::parse("x://[fe80::1%eth0]:7/c").printed(), "x://[fe80::1%eth0]:7/c");
    EXPECT_EQ(url::parse("x://[::ffff:1.2.3.4]/c").host, "::ffff:1.2.3.4");
    // What separates is written otherwise where it does not.
    EXPECT_EQ(url::parse("x://a%3Ab%2Fc:d@%2Fvar%2Frun:7/e/f").printed(), "x://a%3Ab%2Fc:***@%2Fvar%2Frun:7/e/f");
}

TEST(url, no_error_repeats_a_password) {
    for (const std::string_view text :
         {"postgresql://ada:hunter2@host:port/db", "postgresql://ada:hunter2/x@host/db", "hunter2", "HUNTER2:hunter2",
          "postgresql://ada:hunter2%zz@host/db", "postgresql://ada:hunter2%00@host/db", "postgresql://hunter2@[::1/db",
          "postgresql://ada:hunter2@[::1]x/db", "postgresql://ada:hunter2@host:99999/db", "x:y?=hunter2"}) {
        const auto e = thrown<kin::usage_error>([&] { (void)url::parse(text); });
        EXPECT_FALSE(contains(e.what(), "hunter2")) << e.what();
    }
    const auto e = thrown<kin::unknown_name>([] { open("postgresq://ada:hunter2@host/db?password=hunter2"); });
    EXPECT_FALSE(contains(e.what(), "hunter2")) << e.what();
}

TEST(url, refuses_an_option_that_is_given_twice) {
    thrown<kin::usage_error>([] { (void)url::parse("sqlite:a.db?mode=ro&mode=rw"); });
}

TEST(url, unknown_names_list_what_there_is) {
    const auto scheme = thrown<kin::unknown_name>([] { open("oracle://host/db"); });
    EXPECT_TRUE(contains(scheme.message(), "oracle") && contains(scheme.message(), "sqlite")) << scheme.message();
    const auto option = thrown<kin::unknown_name>([] { open("sqlite::memory:?jurnal=wal"); });
    EXPECT_TRUE(contains(option.message(), "jurnal") && contains(option.message(), "busy_timeout")) << option.message();
    for (const std::string_view bad :
         {"mode=x", "cache=x", "journal=x", "foreign_keys=x", "synchronous=x", "begin=x"}) {
        const auto e = thrown<kin::unknown_name>([&] { open("sqlite::memory:?" + std::string{bad}); });
        EXPECT_TRUE(contains(e.message(), bad.substr(0, bad.find('=')))) << e.message();
    }
    thrown<kin::usage_error>([] { open("sqlite::memory:?busy_timeout=soon"); });
    thrown<kin::usage_error>([] { open("sqlite::memory:?busy_timeout=-1"); });
    thrown<kin::usage_error>([] { open("sqlite:"); });
    thrown<kin::usage_error>([] { open("sqlite://host/blog.db"); });
}

TEST(url, sqlite_options_arrive) {
    const kin::test::temporary_directory place;
    connection standard{open(place.sqlite_url("a.db"))};
    auto text = [](connection& db, std::string_view sql) {
        auto rows = db.run(sql);
        EXPECT_TRUE(rows.next());
        return std::string{rows.cell(0).bytes};
    };
    EXPECT_EQ(text(standard, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(single(standard, "PRAGMA foreign_keys"), 1);
    EXPECT_EQ(single(standard, "PRAGMA busy_timeout"), 5000);
    connection other{open(place.sqlite_url(
        "b.db?journal=delete&foreign_keys=off&busy_timeout=7&synchronous=off&max_page_count=9&cache=private"))};
    EXPECT_EQ(text(other, "PRAGMA journal_mode"), "delete");
    EXPECT_EQ(single(other, "PRAGMA foreign_keys"), 0);
    EXPECT_EQ(single(other, "PRAGMA busy_timeout"), 7);
    EXPECT_EQ(single(other, "PRAGMA synchronous"), 0);
    EXPECT_EQ(single(other, "PRAGMA max_page_count"), 9);
    other.script("CREATE TABLE t (v)");
    connection immutable{open(place.sqlite_url("b.db?immutable=on"))};
    thrown<kin::read_only_database>([&] { immutable.execute("INSERT INTO t VALUES (1)"); });
}

TEST(url, sqlite_keeps_the_journal_of_a_file_that_is_there) {
    const kin::test::temporary_directory place;
    const auto bytes = [&](const char* name) {
        std::ifstream file{place.file(name), std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    };
    const auto journal = [](connection& db) {
        auto rows = db.run("PRAGMA journal_mode");
        EXPECT_TRUE(rows.next());
        return std::string{rows.cell(0).bytes};
    };
    open(place.sqlite_url("theirs.db?journal=delete"))->execute("CREATE TABLE t(a); INSERT INTO t VALUES (7)");
    const std::string before = bytes("theirs.db");
    {
        connection db{open(place.sqlite_url("theirs.db"))};
        EXPECT_EQ(single(db, "SELECT a FROM t"), 7);
        EXPECT_EQ(journal(db), "delete");
    }
    EXPECT_EQ(bytes("theirs.db"), before);
    // Asked for, it is changed; the file keeps that for those who do not ask.
    { connection db{open(place.sqlite_url("theirs.db?journal=wal"))}; }
    connection again{open(place.sqlite_url("theirs.db"))};
    EXPECT_EQ(journal(again), "wal");
    // A file that Kin makes has WAL, whoever opens it next.
    open(place.sqlite_url("ours.db"))->execute("CREATE TABLE t(a)");
    connection ours{open(place.sqlite_url("ours.db"))};
    EXPECT_EQ(journal(ours), "wal");
}

TEST(url, file_names_are_taken_literally) {
    const kin::test::temporary_directory place;
    const std::string name = "100% of?what#this &that=.db";
    connection{open("sqlite:" + place.path().string() + "/100%25%20of%3Fwhat%23this%20%26that%3D.db")}.script(
        "CREATE TABLE t (v)");
    EXPECT_TRUE(std::filesystem::exists(place.path() / name));
}

TEST(url, named_memory_is_one_database) {
    connection one{open("sqlite:kin-url-test?mode=memory&cache=shared")};
    connection two{open("sqlite:kin-url-test?mode=memory&cache=shared")};
    one.script("CREATE TABLE t (v)");
    EXPECT_EQ(single(two, "SELECT count(*) FROM t"), 0);
    EXPECT_FALSE(std::filesystem::exists("kin-url-test"));
}

}  // namespace
