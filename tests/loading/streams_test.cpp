// Streams: a result in chunks, each loaded like a result of its own, in memory that does not grow.
#include <unistd.h>

#include <fstream>

#include <kin/testing.hpp>

#include "support/fixture.hpp"
#include "support/sanitizer.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;
using kin::testing::expect_statements;

class streams : public kin::test::with_database<Blog> {
  protected:
    void fill(int users) {
        run("INSERT INTO users(id, name, email, age, created_at) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(users) +
            ") SELECT i, 'u' || i, i, 1, '2024-01-01 00:00:00' FROM n;"
            "INSERT INTO posts(user_id, title, published, views) SELECT id, 'p' || id, false, 0 FROM users;"
            "INSERT INTO comments(post_id, text) SELECT id, 'c' FROM posts");
        log.clear();
    }

    kin::session s{db};
};

TEST_F(streams, chunks_come_in_order_and_load_eagerly) {
    fill(25);
    std::vector<std::size_t> sizes;
    std::string names;
    s.strict();
    expect_statements(1 + 3 * 2, [&] {
        for (const auto& chunk :
             s.query<User>().with(&User::posts, &Post::comments).order_by(desc(&User::id)).stream(10)) {
            sizes.push_back(chunk.size());
            for (const User& u : chunk) {
                names += u.name + " ";
                EXPECT_EQ(u.posts[0].comments.size(), 1u);
                EXPECT_EQ(u.posts[0].author.get(), &u);
            }
        }
    });
    EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 5}));
    EXPECT_TRUE(names.starts_with("u25 u24 ")) << names;
    EXPECT_TRUE(names.ends_with("u2 u1 ")) << names;
}

TEST_F(streams, an_object_that_a_join_repeats_comes_once_whatever_the_chunks) {
    fill(5);
    run("INSERT INTO posts(user_id, title, published, views) SELECT id, 'q' || id, false, 0 FROM users");
    std::string names;
    expect_statements(1, [&] {
        // Ordered by the post: the two rows of a user are five rows apart.
        for (const auto& chunk : s.query<User>().join(&User::posts).order_by(&Post::id).stream(2)) {
            for (const User& u : chunk) names += u.name + " ";
        }
    });
    EXPECT_EQ(names, "u1 u2 u3 u4 u5 ");
}

TEST_F(streams, a_touch_loads_for_the_chunk) {
    fill(20);
    expect_statements(1 + 2, [&] {
        for (const auto& chunk : s.query<User>().stream(10)) {
            for (const User& u : chunk) EXPECT_EQ(u.posts[0].title, "p" + std::to_string(u.id.value));
        }
    });
    for (const auto& chunk : s.query<User>().with(joined(&User::posts)).stream(15)) {  // the limit is of users
        EXPECT_TRUE(chunk.size() == 15 || chunk.size() == 5);
        EXPECT_TRUE(chunk[0].posts.loaded());
    }
}

TEST_F(streams, aggregates_come_with_each_chunk) {
    fill(20);
    s.strict();
    expect_statements(1 + 2, [&] {
        for (const auto& chunk : s.query<User>().with_count(&User::posts).stream(10)) {
            for (const User& u : chunk) EXPECT_EQ(u.posts.count(), 1);
        }
    });
}

TEST_F(streams, nothing_found_is_no_chunk_and_a_full_last_one_is_the_last) {
    for (const auto& chunk : s.query<User>().stream(10)) ADD_FAILURE() << chunk.size();
    s.rollback();
    fill(20);
    int chunks = 0;
    for (const auto& chunk : s.query<User>().stream(10)) chunks += chunk.size() == 10 ? 1 : 100;
    EXPECT_EQ(chunks, 2);
    EXPECT_THROW((void)s.query<User>().stream(0), kin::usage_error);
}

TEST_F(streams, objects_are_for_reading_and_apart_from_the_session) {
    fill(3);
    const auto mine = s.get<User>(1);
    mine->name = "changed";
    for (const auto& chunk : s.query<User>().order_by(&User::id).stream(2)) {
        const User& u = chunk[0];
        if (u.id.value == 1) {
            EXPECT_NE(&u, mine.get());
            EXPECT_EQ(u.name, "changed");  // flushed before
        }
        const auto handle = chunk.handle(0);
        const auto e = thrown<kin::usage_error>([&] { handle->name = "x"; });
        EXPECT_TRUE(contains(e.message(), "of a stream")) << e.what();
        EXPECT_THROW(s.remove(handle), kin::usage_error);
        s.get<User>(u.id)->bio = "seen";  // how to change what one meets
    }
    s.commit();
    EXPECT_EQ(rows("SELECT name, bio FROM users ORDER BY id"), "changed|seen; u2|NULL; u3|seen");
}

TEST_F(streams, what_is_kept_of_a_chunk_stays_readable) {
    fill(4);
    std::vector<kin::ref<const User>> kept;
    kin::rows<User> first;
    {
        for (const auto& chunk : s.query<User>().with(&User::posts).stream(2)) {
            if (kept.empty()) first = chunk;
            kept.push_back(chunk.handle(1));
        }
    }
    EXPECT_EQ(kept[0]->name, "u2");
    EXPECT_EQ(kept[1]->name, "u4");
    EXPECT_EQ(std::as_const(first)[0].posts[0].author->name, "u1");
    EXPECT_THROW((void)kept[0]->profile.get(), kin::raised_load);
}

TEST_F(streams, it_ends_with_its_transaction) {
    fill(10);
    auto stream = s.query<User>().stream(4);
    auto at = stream.begin();
    EXPECT_EQ(at->size(), 4u);
    s.commit();
    EXPECT_EQ((*at)[3].name, "u4");
    EXPECT_THROW((void)(*at)[3].posts.size(), kin::usage_error);
    const auto e = thrown<kin::usage_error>([&] { ++at; });
    EXPECT_TRUE(contains(e.message(), "transaction")) << e.what();
    auto left = s.query<User>().stream(4);
    EXPECT_EQ(left.begin()->size(), 4u);
    s.rollback();
    EXPECT_THROW((void)left.begin(), kin::usage_error);
    std::optional<kin::stream<User>> outlives;
    {
        kin::session inner{db};
        outlives.emplace(inner.query<User>().stream(4));
        EXPECT_EQ(outlives->begin()->size(), 4u);
    }
    EXPECT_THROW((void)outlives->begin(), kin::usage_error);
}

TEST_F(streams, two_at_once_and_left_early) {
    fill(10);
    std::string seen;
    for (const auto& outer : s.query<User>().order_by(&User::id).stream(3)) {
        for (const auto& inner : s.query<Post>().order_by(&Post::id).stream(4)) {
            seen += outer[0].name + inner[0].title + " ";
            break;
        }
        if (outer[0].id.value > 3) break;
    }
    EXPECT_EQ(seen, "u1p1 u4p1 ");
    s.commit();
    EXPECT_EQ(s.query<User>().count(), 10);
}

TEST_F(streams, rows_are_those_of_its_beginning) {
    fill(9);
    std::string seen;
    for (const auto& chunk : s.query<User>().order_by(&User::id).stream(2)) {
        for (const User& u : chunk) seen += u.name + " ";
        if (chunk[0].id.value == 1) {
            s.get<User>(5)->name = "changed";
            s.add(User{.name = "late", .email = "late"});
            s.flush();
            s.execute("UPDATE users SET name = 'also' WHERE id = 9");
            s.remove(s.get<Post>(7));
        }
        if (chunk[0].id.value == 3) {
            auto point = s.savepoint();
            s.execute("UPDATE users SET name = name || '?'");
            point.rollback();
        }
    }
    EXPECT_EQ(seen, "u1 u2 u3 u4 u5 u6 u7 u8 u9 ");
    s.commit();
    EXPECT_EQ(rows("SELECT count(*), max(id) FROM users"), "10|10");
}

TEST_F(streams, who_only_reads_sends_nothing_more) {
    fill(9);
    expect_statements(2, [&] {
        for (const auto& chunk : s.query<User>().stream(2)) {
            if (chunk[0].id.value == 1) (void)s.query<Post>().count();
        }
    });
}

TEST_F(streams, a_stream_that_was_not_begun_yet_and_one_at_its_end) {
    fill(4);
    auto later = s.query<User>().order_by(&User::id).stream(2);
    auto ended = s.query<User>().order_by(&User::id).stream(4);
    auto at = ended.begin();
    s.execute("INSERT INTO users(id, name, email, age, created_at) VALUES (5, 'u5', 'u5', 1, '2024-01-01 00:00:00')");
    ++at;
    EXPECT_TRUE(at == ended.end());
    std::string seen;
    for (const auto& chunk : later) {
        for (const User& u : chunk) seen += u.name + " ";
    }
    EXPECT_EQ(seen, "u1 u2 u3 u4 ");
}

std::size_t resident() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t all = 0;
    std::size_t pages = 0;
    file >> all >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST_F(streams, a_million_rows_in_constant_memory) {
    if (resident() == 0) GTEST_SKIP() << "no /proc here";
    constexpr int many = 1000000;
    run("INSERT INTO users(id, name, email, age, created_at) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
        "SELECT i, 'a name that is too long for a small string ' || i, i, 1, '2024-01-01 "
        "00:00:00' FROM n;"
        "INSERT INTO profile(user_id, text) SELECT id, 't' FROM users WHERE id % 100 = 0");
    log.clear();
    std::size_t before = 0;
    std::size_t most = 0;
    std::int64_t sum = 0;
    int profiles = 0;
    for (const auto& chunk : s.query<User>().with(&User::profile).stream(5000)) {
        for (const User& u : chunk) {
            sum += u.id.value;
            profiles += u.profile ? 1 : 0;
        }
        const std::size_t now = resident();
        if (before == 0) before = now;
        most = std::max(most, now);
    }
    EXPECT_EQ(sum, std::int64_t{many} * (many + 1) / 2);
    EXPECT_EQ(profiles, many / 100);
    EXPECT_EQ(log.count(), 1u + many / 5000);
    if (!kin::test::keeps_freed_memory) {
        EXPECT_LT(most - before, std::size_t{16} << 20);  // all objects together are over 200 MiB
    }
    RecordProperty("bytes", static_cast<int>(most - before));
}

}  // namespace
