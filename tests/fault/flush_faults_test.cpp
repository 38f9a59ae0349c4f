// A flush that fails, whatever the reason: a typed error that says what and where, a database without half of it, and
// memory as it was, so that the caller can mend it and flush again.
#include <limits>

#include "support/fixture.hpp"
#include "support/picture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::engine_says;
using kin::test::rows_of;
using kin::test::thrown;

class flush_faults : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    ref<User> ada = s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "one"}, {.title = "two"}}});
    ref<User> bob = s.add(User{.name = "Bob", .email = "bob"});
    ref<Post> one = ada->posts.handle(0);
    ref<Post> two = ada->posts.handle(1);
    flush_faults() {
        s.commit();
        log.clear();
    }
    std::string database() {
        return rows("SELECT * FROM users ORDER BY id") + "\n" + rows("SELECT * FROM posts ORDER BY id") + "\n" +
               rows("SELECT * FROM comments ORDER BY id") + "\n" + rows("SELECT * FROM profile ORDER BY id");
    }

    /// Changes of every kind around `breaking`, which makes the flush fail with Error; then `mending`.
    template <class Error>
    void fails(std::string_view statement, auto&& breaking, auto&& mending) {
        one->author = bob;
        ada->name = "Grace";
        const ref<User> eve = s.add(User{.name = "Eve", .email = "eve", .posts = {{.title = "new"}}});
        const ref<Post> fresh = eve->posts.handle(0);
        breaking();
        const auto memory = [&] { return picture_of(ada, bob, one, two, eve, fresh); };
        const std::string was = memory();
        const std::string rows_were = database();
        const std::string plan = s.explain_flush();

        // Twice, to see that the first failure left nothing behind; then inside a transaction that holds a flush.
        for (int round = 0; round < 2; ++round) {
            SCOPED_TRACE(round);
            const unsigned line = __LINE__ + 1;
            const auto e = thrown<Error>([&] { s.flush(); });
            EXPECT_TRUE(contains(e.sql(), statement)) << e.what();
            EXPECT_TRUE(ends_with(e.where().file_name(), "flush_faults_test.cpp")) << e.what();
            EXPECT_EQ(e.where().line(), line);
            EXPECT_EQ(memory(), was);
            EXPECT_EQ(database(), rows_were);
            EXPECT_EQ(s.explain_flush(), plan);
        }
        mending();
        s.commit();
        EXPECT_EQ(rows("SELECT user_id FROM posts WHERE title = 'one'"), "2");
        EXPECT_EQ(rows("SELECT u.name FROM posts p JOIN users u ON u.id = p.user_id WHERE title = 'new'"), "Eve");
        EXPECT_EQ(rows("SELECT name FROM users WHERE id = 1"), "Grace");
        EXPECT_EQ(s.get<User>(eve->id), eve);
        EXPECT_FALSE(s.dirty());
    }
};

TEST_F(flush_faults, unique) {
    ref<User> twin;
    fails<kin::unique_violation>(
        "INSERT INTO \"users\"", [&] { twin = s.add(User{.name = "twin", .email = "ada"}); },
        [&] { twin->email = "twin"; });
    EXPECT_EQ(rows("SELECT email FROM users ORDER BY id"), "ada; bob; eve; twin");
}

TEST_F(flush_faults, unique_of_an_update) {
    fails<kin::unique_violation>(
        "UPDATE \"users\"", [&] { bob->email = "ada"; }, [&] { bob->email = "robert"; });
}

TEST_F(flush_faults, foreign_key) {
    ref<Post> lost;
    fails<kin::foreign_key_violation>(
        "INSERT INTO \"posts\"", [&] { lost = s.add(Post{.user_id = 12345, .title = "lost"}); },
        [&] { lost->user_id = 2; });
    EXPECT_EQ(lost->author.get(), bob.get());
}

TEST_F(flush_faults, check) {
    fails<kin::check_violation>(
        "UPDATE \"users\"", [&] { bob->age = -1; }, [&] { bob->age = 1; });
}

TEST_F(flush_faults, not_null) {
    run(engine_says(
        "DROP TABLE profile; CREATE TABLE profile(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, text TEXT)",
        "ALTER TABLE profile ALTER user_id SET NOT NULL", "ALTER TABLE profile MODIFY user_id BIGINT NOT NULL"));
    ref<Profile> profile;
    fails<kin::not_null_violation>(
        "INSERT INTO \"profile\"", [&] { profile = s.add(Profile{.text = "nobody's"}); }, [&] { profile->user = bob; });
    EXPECT_EQ(bob->profile.get(), profile.get());
}

TEST_F(flush_faults, invalid_text) {
    fails<kin::conversion_error>(
        "UPDATE \"users\"", [&] { bob->bio = "\xff\xfe"; }, [&] { bob->bio = "fine"; });
    EXPECT_EQ(rows("SELECT bio FROM users WHERE id = 2"), "fine");
}

TEST_F(flush_faults, a_stale_row) {
    fails<kin::stale_object>(
        "UPDATE \"users\"",
        [&] {
            // A row above keeps its key from being given to another one.
            run("DELETE FROM users WHERE id = 2;"
                "INSERT INTO users(id, name, email, age, created_at) VALUES (9, 'z', 'z', 0, '2024-01-01 00:00:00')");
            one->author = ada;  // nothing but bob's own update may meet the gap
            bob->name = "gone";
        },
        [&] {
            run("INSERT INTO users(id, name, email, age, created_at) VALUES (2, 'b', 'b', 0, '2024-01-01 00:00:00')");
            one->author = bob;
        });
}

TEST_F(flush_faults, a_locked_database) {
    auto other = outside.connect();
    s.execute(engine_says("SELECT 1", "SET lock_timeout = 20", "SET innodb_lock_wait_timeout = 0"));
    s.commit();
    fails<kin::database_locked>(
        "INSERT INTO \"users\"",
        [&] {
            other->begin();
            other->execute(engine_says("DELETE FROM comments", "LOCK TABLE users IN SHARE MODE",
                                       "SELECT * FROM users FOR UPDATE"));
        },
        [&] { other->rollback(); });
}

TEST_F(flush_faults, earlier_flushes_of_the_transaction_survive) {
    ada->name = "first";
    const ref<Post> early = s.add(Post{.title = "early", .author = bob});
    s.flush();
    const std::string in_transaction = rows_of(s.connection(), "SELECT id, user_id, title FROM posts ORDER BY id");
    ada->name = "second";
    early->title = "late";
    const ref<User> twin = s.add(User{.name = "twin", .email = "bob", .posts = {{.title = "p"}}});
    const auto memory = [&] { return picture_of(ada, bob, one, two, early, twin); };
    const std::string was = memory();
    (void)thrown<kin::unique_violation>([&] { s.flush(); });
    EXPECT_EQ(memory(), was);
    EXPECT_EQ(rows_of(s.connection(), "SELECT id, user_id, title FROM posts ORDER BY id"), in_transaction);
    EXPECT_EQ(rows_of(s.connection(), "SELECT name FROM users ORDER BY id"), "first; Bob");
    twin->email = "twin";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "second; Bob; twin");
    EXPECT_EQ(rows("SELECT title FROM posts ORDER BY id"), "one; two; late; p");
}

TEST_F(flush_faults, what_sql_of_ones_own_did_survives_a_failed_flush) {
    s.execute("UPDATE users SET name = ? WHERE id = ?", "by hand", 2);
    s.add(User{.name = "twin", .email = "ada"});
    (void)thrown<kin::unique_violation>([&] { s.flush(); });
    EXPECT_EQ(rows_of(s.connection(), "SELECT name FROM users ORDER BY id"), "Ada; by hand");
    s.query<User>().where(kin::expr::col(&User::id) == 1).refresh();
    s.rollback();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "Ada; Bob");
}

TEST_F(flush_faults, an_error_in_the_middle_of_a_query_names_the_query) {
    s.add(User{.name = "twin", .email = "ada"});
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::unique_violation>([&] { (void)s.query<User>().all(); });
    EXPECT_EQ(e.where().line(), line);
    EXPECT_TRUE(contains(e.sql(), "INSERT INTO \"users\""));
    EXPECT_EQ(e.code(), engine_says("SQLITE_CONSTRAINT_UNIQUE", "23505", "23000"));
    s.rollback();

    const unsigned raw_line = __LINE__ + 1;
    const auto raw = thrown<kin::database_error>([&] { s.execute("UPDATE nowhere SET x = 1"); });
    EXPECT_EQ(raw.where().line(), raw_line);
    EXPECT_TRUE(ends_with(raw.where().file_name(), "flush_faults_test.cpp"));
    s.rollback();
    const unsigned rows_line = __LINE__ + 1;
    const auto read = thrown<kin::database_error>([&] { (void)s.raw<User>("SELECT * FROM nowhere"); });
    EXPECT_EQ(read.where().line(), rows_line);
}

using value_faults = kin::test::with_database<Values>;

TEST_F(value_faults, a_number_out_of_range) {
    kin::session s{db};
    const auto small = s.add(Everything{.big = 1, .text = "fits"});
    const auto big = s.add(Everything{.big = std::numeric_limits<std::uint64_t>::max(), .text = "does not"});
    const auto e = thrown<kin::conversion_error>([&] { s.flush(); });
    EXPECT_TRUE(contains(e.message(), "Everything.big"));
    EXPECT_TRUE(contains(e.message(), "18446744073709551615"));
    EXPECT_TRUE(contains(e.sql(), "INSERT INTO \"everything\""));
    EXPECT_EQ(small->id.value, 0);
    EXPECT_EQ(small->created.microseconds, 0);
    big->big = 2;
    s.commit();
    EXPECT_EQ(rows("SELECT big FROM everything ORDER BY id"), "1; 2");
}

TEST_F(value_faults, a_row_that_does_not_fit) {
    KIN_NEEDS(loose_types);
    kin::session s{db};
    s.add(Everything{.text = "one"});
    s.add(Everything{.text = "two"});
    s.commit();
    run("UPDATE everything SET small = 5000000000 WHERE id = 1");
    kin::session t{db};
    const auto read = thrown<kin::conversion_error>([&] { (void)t.query<Everything>().all(); });
    EXPECT_TRUE(contains(read.message(), "Everything.small"));
    EXPECT_TRUE(ends_with(read.where().file_name(), "flush_faults_test.cpp"));
    EXPECT_TRUE(t.get<Everything>(2));  // the session goes on
}

}  // namespace
