// Objects that have left a session that goes on: given back where nobody holds any object of it. (On SQLite alone: what
// is measured is the session's own.)
#include <kin/graph/arena.hpp>

#include "support/blog.hpp"
#include "support/fixture.hpp"

namespace {

using namespace blog;
using namespace kin::expr;

struct Note {
    kin::key<Note> id{};
    std::string title{};
    kin::deferred<std::string> body{};
    static constexpr auto table = kin::table("note");
};

constexpr int many = 4000;  // users enough for several blocks

struct sqlite_departed_objects : kin::test::with_database<blog::all> {
    kin::session s{db};

    /// Nobody holds an object when this is asked.
    std::size_t size() {
        const kin::ref<User> any = s.query<User>().order_by(&User::id).first();
        return static_cast<const kin::graph::arena*>(any.kin_node()->in->home)->size();
    }
    template <class Step>
    void expect_flat(Step step) {
        s.add(User{.name = "Ada", .posts = {{.title = "one"}, {.title = "two"}}});
        s.commit();
        for (int i = 0; i < many; ++i) step(i);
        const std::size_t before = size();
        for (int i = 0; i < 2 * many; ++i) step(i);
        EXPECT_LE(size(), before + kin::graph::block_size);
    }
};

TEST_F(sqlite_departed_objects, new_ones_that_a_rollback_takes_back) {
    expect_flat([&](int i) {
        s.add(User{.name = "nobody " + std::to_string(i)});
        if (i % 2 == 0) s.flush();
        s.rollback();
    });
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "1");
}

TEST_F(sqlite_departed_objects, rows_that_came_and_went) {
    expect_flat([&](int i) {
        {
            const auto ada = s.query<User>().order_by(&User::id).first();
            ada->posts.push_back(Post{.title = "post " + std::to_string(i)});
            s.flush();
            s.remove(ada->posts.handle(ada->posts.size() - 1));
            s.commit();
        }
        if (i % 1000 == 0) {
            EXPECT_EQ(s.query<User>().first()->posts.size(), 2u);
        }
    });
}

TEST_F(sqlite_departed_objects, what_was_expunged) {
    run("WITH RECURSIVE k(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM k WHERE i < 50) INSERT INTO users(id, name) "
        "SELECT i, 'user ' || i FROM k");
    expect_flat([&](int i) {
        const auto u = s.query<User>().where(col(&User::id) == i % 49 + 2).one();
        u->name += "x";
        u->name.pop_back();
        s.expunge(u);
    });
    EXPECT_EQ(s.query<User>().count(), 50);
}

TEST_F(sqlite_departed_objects, hold_nothing_any_more_long_before_their_block_goes) {
    const std::string text(1000, 'x');
    s.add(User{.name = "Ada"});
    s.commit();
    const User* rolled_back = &*s.add(User{.name = text});
    s.rollback();
    const User* removed = nullptr;
    {
        auto u = s.add(User{.name = text});
        s.commit();
        s.remove(u);
        removed = &*u;
        s.commit();
    }
    // In a transaction that has changed something, which a rollback undoes without them.
    s.query<User>().order_by(&User::id).first()->name = "Ada L.";
    s.flush();
    s.execute("INSERT INTO users(id, name) VALUES (7, '" + text + "')");
    const User* expunged = nullptr;
    {
        auto u = s.get<User>(7);
        expunged = &*std::as_const(u);
        s.expunge(u);
    }
    EXPECT_EQ(expunged->name, text);
    for (int i = 0; i < 600; ++i) {
        auto u = s.get<User>(7);
        s.expunge(u);
    }
    EXPECT_EQ(expunged->name, "");
    s.rollback();
    for (int i = 0; i < 600; ++i) {
        s.add(User{.name = "nobody"});
        s.rollback();
    }
    EXPECT_EQ(rolled_back->name, "");
    EXPECT_EQ(removed->name, "");
    EXPECT_EQ(s.query<User>().one()->name, "Ada");
}

TEST_F(sqlite_departed_objects, go_without_reading_what_was_left_out) {
    db.create<kin::models<Note>>();
    run("INSERT INTO note VALUES (1, 'a', 'long'), (2, 'b', 'short')");
    log.clear();
    for (int i = 0; i < 600; ++i) {
        auto note = s.get<Note>(2);
        if (i % 2 == 0) (void)note->body.get();
        s.expunge(note);
    }
    for (int i = 0; i < 600; ++i) {
        s.add(Note{.title = "nobody"});
        s.rollback();
    }
    EXPECT_EQ(log.count("SELECT"), 900u) << "the 600 rows, and the 300 bodies that were asked for";
    EXPECT_EQ(*s.get<Note>(1)->body, "long");
}

TEST_F(sqlite_departed_objects, are_not_found_by_a_key_that_was_written_while_they_were_expired) {
    run("INSERT INTO users(id, name) VALUES (1, 'Ada'), (2, 'Bob')");
    {
        User& kept = *s.get<User>(1);
        s.commit();
        s.expire(kept);
        kept.id.value = 99;
        s.expunge(kept);
    }
    EXPECT_EQ(s.get<User>(1)->name, "Ada");
    EXPECT_EQ(s.query<User>().where(col(&User::name) == "Ada").one()->id.value, 1);
    EXPECT_FALSE(s.get<User>(99));
    // The block of those who go with it is given back; nothing leads there.
    for (int i = 0; i < many; ++i) {
        User& one = *s.get<User>(1);
        s.commit();
        s.expire(one);
        one.id.value = 100 + i;
        s.expunge(one);
    }
    EXPECT_EQ(s.get<User>(1)->name, "Ada");
    EXPECT_EQ(s.get<User>(2)->name, "Bob");
}

TEST_F(sqlite_departed_objects, stay_as_long_as_anybody_holds_one) {
    expect_flat([&](int) {});
    kin::ref<User> gone = s.add(User{.name = "gone"});
    s.rollback();
    for (int i = 0; i < many; ++i) {
        s.add(User{.name = "nobody"});
        s.rollback();
        if (i % 100 == 0) (void)s.query<User>().all();
    }
    EXPECT_EQ(gone->name, "gone");
    s.add(gone);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users WHERE name = 'gone'"), "gone");
}

TEST_F(sqlite_departed_objects, stay_where_an_object_that_is_there_shows_them) {
    s.add(User{.name = "Ada", .posts = {{.title = "one"}, {.title = "two"}}});
    s.commit();
    s.expunge(s.query<Post>().order_by(&Post::id).first()->author.handle());
    for (int i = 0; i < many; ++i) {
        s.add(User{.name = "nobody " + std::to_string(i)});
        s.rollback();
        if (i % 100 == 0) (void)s.query<Post>().all();
    }
    EXPECT_EQ(s.query<Post>().order_by(&Post::id).first()->author->name, "Ada");
}

TEST_F(sqlite_departed_objects, leave_those_who_are_there_as_they_were) {
    for (int i = 0; i < 300; ++i)
        s.add(User{.name = "user " + std::to_string(i), .posts = {{.title = "a"}, {.title = "b"}}});
    s.commit();
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < many / 8; ++i) {
            s.add(User{.name = "nobody", .posts = {{.title = "none"}}});
            if (i % 3 == 0) s.flush();
            s.rollback();
        }
        std::size_t posts = 0;
        for (User& u : s.query<User>().with(&User::posts).all()) {
            posts += u.posts.size();
            if (u.id.value % 50 == round) u.name += '!';
        }
        EXPECT_EQ(posts, 600u);
        // One is removed, and so are its posts; another one has one more.
        const auto last = s.query<User>().with(&User::posts).order_by(desc(&User::id)).first();
        while (!last->posts.empty()) s.remove(last->posts.handle(0)), last->posts.erase(last->posts.handle(0));
        s.remove(last);
        s.query<User>().order_by(&User::id).first()->posts.push_back(Post{.title = "c"});
        s.query<User>().order_by(&User::id).first()->posts.push_back(Post{.title = "d"});
        s.commit();
    }
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "288");
    EXPECT_EQ(rows("SELECT count(*) FROM post"), "600");
    EXPECT_EQ(s.query<User>().order_by(&User::id).first()->posts.size(), 26u);
}

// -- a transaction that goes on -------------------------------------------------------------------------------------

TEST_F(sqlite_departed_objects, a_transaction_remembers_the_first_of_many_writes) {
    expect_flat([&](int i) {
        const auto ada = s.query<User>().order_by(&User::id).first();
        ada->name = std::string(200, static_cast<char>('a' + i % 26));
        s.flush();
    });
    s.rollback();
    EXPECT_EQ(s.query<User>().first()->name, "Ada");
}

TEST_F(sqlite_departed_objects, a_savepoint_remembers_its_own) {
    const auto ada = s.add(User{.name = "Ada"});
    s.commit();
    const auto write = [&](const std::string& last) {
        for (int i = 0; i < 2000; ++i) {
            ada->name = "name " + std::to_string(i);
            s.flush();
        }
        ada->name = last;
        s.flush();
    };
    write("before");
    {
        auto point = s.savepoint();
        write("within");
        auto inner = s.savepoint();
        write("innermost");
        inner.rollback();
        EXPECT_EQ(ada->name, "within");
        point.rollback();
    }
    EXPECT_EQ(ada->name, "before");
    write("after");
    EXPECT_EQ(s.query<User>().where(col(&User::name) == "after").count(), 1);
    s.rollback();
    EXPECT_EQ(ada->name, "Ada");
    ada->name = "Ada Lovelace";
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada Lovelace");
}

}  // namespace
