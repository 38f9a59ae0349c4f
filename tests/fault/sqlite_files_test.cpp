// What goes wrong with SQLite's files: a full disk, a damaged file, one that is not there or may not be written.
#include <fstream>

#include "support/fixture.hpp"
#include "support/picture.hpp"

namespace {

using namespace sample;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::rows_of;
using kin::test::thrown;

TEST(sqlite_disk, full_in_the_first_flush_and_in_a_later_one) {
    const kin::test::temporary_directory directory;
    kin::database db{directory.sqlite_url("small.db") + "?synchronous=off&max_page_count=40"};
    db.create<Blog>();
    kin::session s{db};
    const auto ada = s.add(User{.name = "Ada", .email = "ada"});
    s.commit();

    const auto big = s.add(Post{.title = std::string(400'000, 'x'), .author = ada});
    const std::string was = picture_of(ada, big);
    const auto e = thrown<kin::disk_full>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.sql(), "INSERT INTO \"posts\""));
    EXPECT_EQ(e.code(), "SQLITE_FULL");
    EXPECT_EQ(picture_of(ada, big), was);
    big->title = "fits";
    s.commit();
    EXPECT_EQ(rows_of(s.connection(), "SELECT title FROM posts"), "fits");
    s.commit();

    // SQLite may give up the whole transaction: then memory goes back to its start, and never says more than the rows.
    const std::string before = picture_of(ada, big);
    ada->name = "flushed";
    const auto early = s.add(Post{.title = "early", .author = ada});
    s.flush();
    s.add(Post{.title = std::string(400'000, 'y'), .author = ada});
    (void)thrown<kin::disk_full>([&] { s.flush(); });
    if (rows_of(s.connection(), "SELECT name FROM users") == "flushed") {
        EXPECT_EQ(ada->name, "flushed");
        EXPECT_NE(early->id.value, 0);
        s.rollback();
    }
    EXPECT_EQ(picture_of(ada, big), before);
    EXPECT_EQ(early->id.value, 0);
    s.add(early);
    s.commit();
    EXPECT_EQ(rows_of(s.connection(), "SELECT title FROM posts ORDER BY id"), "fits; early");
}

TEST(sqlite_files, damaged_read_only_and_missing) {
    const kin::test::temporary_directory directory;
    {
        std::ofstream{directory.file("text.db")} << std::string(4096, 'x');
        kin::database db{directory.sqlite_url("text.db")};
        kin::session s{db};
        const auto e = thrown<kin::corrupt_database>([&] { (void)s.query<User>().all(); });
        EXPECT_TRUE(ends_with(e.where().file_name(), "sqlite_files_test.cpp"));
    }
    {
        kin::database db{directory.sqlite_url("read.db")};
        db.create<Blog>();
    }
    {
        kin::database db{directory.sqlite_url("read.db") + "?mode=ro"};
        kin::session s{db};
        const auto ada = s.add(User{.name = "Ada", .email = "ada"});
        (void)thrown<kin::read_only_database>([&] { s.flush(); });
        EXPECT_EQ(ada->id.value, 0);
    }
    {
        kin::database db{directory.sqlite_url("none.db") + "?mode=ro"};
        kin::session s{db};
        EXPECT_THROW((void)s.query<User>().all(), kin::database_error);
    }
}

}  // namespace
