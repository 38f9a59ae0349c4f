// Batch loading in the small print: a touch serves a thousand siblings, the touched one and those after it, for every
// kind of relation and at every level.
#include <kin/testing.hpp>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::testing::expect_statements;

constexpr int many = 2500;

class batches : public kin::test::with_database<Blog, linked::All> {
  protected:
    /// So many users, each with a post, that has two comments, and a profile.
    void fill(int step = 1) {
        run("INSERT INTO users(id, name, email, age, created_at) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i * " +
            std::to_string(step) +
            ", 'u' || i, i, 1, '2024-01-01 00:00:00' FROM n;"
            "INSERT INTO profile(id, user_id, text) SELECT id, id, 't' || id FROM users;"
            "INSERT INTO posts(id, user_id, title, published, views) SELECT id, id, 'p' || id, false, 0 FROM users;"
            "INSERT INTO comments(post_id, text) SELECT id, 'a' FROM posts UNION ALL SELECT id, 'b' FROM posts;"
            "INSERT INTO article(id, title) SELECT id, 'x' || id FROM users;"
            "INSERT INTO topic(id, name) SELECT id, 'y' || id FROM users;"
            "INSERT INTO article_topic(article_id, topic_id) SELECT id, id FROM users UNION ALL SELECT id, (SELECT "
            "min(id) FROM topic) "
            "FROM users WHERE id > (SELECT min(id) FROM topic)");
    }

    kin::session s{db};
};

TEST_F(batches, has_many) {
    fill();
    expect_statements(1 + 3, [&] {
        const auto users = s.query<User>().order_by(&User::id).all();
        for (const User& u : users) ASSERT_EQ(u.posts[0].title, "p" + std::to_string(u.id.value));
    });
}

TEST_F(batches, has_one) {
    fill();
    expect_statements(1 + 3, [&] {
        const auto users = s.query<User>().order_by(&User::id).all();
        for (const User& u : users) ASSERT_EQ(u.profile->text, "t" + std::to_string(u.id.value));
    });
}

TEST_F(batches, belongs_to) {
    fill();
    expect_statements(1 + 3, [&] {
        const auto posts = s.query<Post>().order_by(&Post::id).all();
        for (const Post& p : posts) ASSERT_EQ(p.author->name, "u" + std::to_string(p.id.value));
    });
    kin::session t{db};
    expect_statements(1 + 3, [&] {
        const auto profiles = t.query<Profile>().order_by(&Profile::id).all();
        for (const Profile& p : profiles) ASSERT_EQ(p.user->name, "u" + std::to_string(p.id.value));
    });
}

TEST_F(batches, many_to_many) {
    fill();
    expect_statements(1 + 3, [&] {
        const auto articles = s.query<linked::Article>().order_by(&linked::Article::id).all();
        for (const linked::Article& a : articles) {
            ASSERT_EQ(a.topics.size(), a.id.value == 1 ? 1u : 2u);
            ASSERT_TRUE(a.topics[0].name == "y1" && a.topics.back().name == "y" + std::to_string(a.id.value));
        }
    });
}

TEST_F(batches, the_touched_one_and_those_after_it_then_from_the_start) {
    fill();
    const auto users = s.query<User>().order_by(&User::id).all();
    expect_statements(1, [&] { (void)users[1000].posts.size(); });
    EXPECT_FALSE(users[999].posts.loaded());
    EXPECT_TRUE(users[1999].posts.loaded());
    EXPECT_FALSE(users[2000].posts.loaded());
    expect_statements(1, [&] { (void)users[2100].posts.size(); });
    EXPECT_FALSE(users[2000].posts.loaded() && users[600].posts.loaded());
    EXPECT_TRUE(users[2499].posts.loaded());
    EXPECT_TRUE(users[0].posts.loaded());  // 400 to the end, 600 from the start
    EXPECT_TRUE(users[599].posts.loaded());
    expect_statements(1, [&] {
        for (const User& u : users) (void)u.posts.size();
    });
}

TEST_F(batches, levels_below_are_batches_of_their_own) {
    fill();
    const auto users = s.query<User>().order_by(&User::id).all();
    std::size_t comments = 0;
    expect_statements(3 + 3, [&] {
        for (const User& u : users) {
            for (const Post& p : u.posts) comments += p.comments.size();
        }
    });
    EXPECT_EQ(comments, 2u * many);
    expect_statements(0, [&] {
        for (const User& u : users) ASSERT_EQ(u.posts[0].comments[1].post->author.get(), &u);
    });
}

TEST_F(batches, through_a_to_one_and_a_many_to_many) {
    fill();
    expect_statements(1 + 3 + 3, [&] {
        const auto posts = s.query<Post>().order_by(&Post::id).all();
        for (const Post& p : posts) ASSERT_EQ(p.author->profile->text, "t" + std::to_string(p.id.value));
    });
    // The topics' articles are the ones at hand and come in whole batches again; topic 1 is in each of them.
    const auto articles = s.query<linked::Article>().order_by(&linked::Article::id).all();
    std::size_t back = 0;
    expect_statements(3 + 3, [&] {
        for (const linked::Article& a : articles) back += a.topics.back().articles.size();
    });
    EXPECT_EQ(back, std::size_t{many} + (many - 1));
}

TEST_F(batches, keys_far_apart_are_named_a_thousand_at_a_time) {
    fill(1000);
    expect_statements(1 + 3, [&] {
        const auto users = s.query<User>().order_by(&User::id).all();
        for (const User& u : users) ASSERT_EQ(u.posts.size(), 1u);
    });
}

}  // namespace
