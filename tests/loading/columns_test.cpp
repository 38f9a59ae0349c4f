// After the fact: columns and relations of objects that are here already, and what is loaded of them.
#include <kin/testing.hpp>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;
using kin::testing::expect_statements;

class columns : public kin::test::with_database<Blog, linked::All> {
  protected:
    void fill(int users) {
        kin::session fill{db};
        for (int u = 1; u <= users; ++u) {
            const std::string n = std::to_string(u);
            fill.add(User{.id = u,
                          .name = "n" + n,
                          .email = "e" + n,
                          .bio = "b" + n,
                          .posts = {{.title = "p" + n, .comments = {{.text = "c" + n}}}}});
        }
        fill.commit();
        log.clear();
    }

    kin::session s{db};
};

TEST_F(columns, what_was_left_out_is_read_for_all_that_lack_it) {
    fill(2500);
    const auto users = s.query<User>().defer(&User::name, &User::bio).order_by(&User::id).all();
    EXPECT_EQ(users[7].name, "");
    EXPECT_FALSE(s.is_loaded(users.handle(7), &User::name));
    EXPECT_TRUE(s.is_loaded(users.handle(7), &User::email));
    expect_statements(3, [&] { s.load(users, &User::name); });  // a thousand at a time
    for (const User& u : users) ASSERT_EQ(u.name, "n" + std::to_string(u.id.value));
    EXPECT_TRUE(s.is_loaded(users.handle(7), &User::name));
    EXPECT_FALSE(s.is_loaded(users.handle(7), &User::bio));
    EXPECT_FALSE(contains(log.entries().back().sql, "bio"));
    expect_statements(0, [&] { s.load(users, &User::name, &User::email); });
    expect_statements(1, [&] { s.load(users.handle(7), &User::name, &User::bio); });
    EXPECT_EQ(users[7].bio, "b8");
    EXPECT_EQ(users[8].bio, std::nullopt);
    expect_statements(0, [&] { s.flush(); });  // none of it is a change
}

TEST_F(columns, siblings_stay_siblings) {
    fill(3);
    const auto users = s.query<User>().only(&User::email).all();
    s.load(users, &User::name);
    expect_statements(1, [&] {
        for (const User& u : users) EXPECT_EQ(u.posts.size(), 1u);
    });
}

TEST_F(columns, what_was_assigned_before_stays) {
    fill(2);
    auto users = s.query<User>().defer(&User::name, &User::bio).all();
    users[0].name = "mine";
    s.load(users, &User::name, &User::bio);
    EXPECT_EQ(users[0].name, "mine");
    EXPECT_EQ(users[0].bio, "b1");
    EXPECT_EQ(users[1].name, "n2");
    EXPECT_EQ(s.history(users.handle(0), &User::name).old, "n1");
    s.commit();
    EXPECT_EQ(rows("SELECT name, bio FROM users ORDER BY id"), "mine|b1; n2|b2");
    EXPECT_EQ(log.count("UPDATE"), 1u);
}

TEST_F(columns, a_refresh_of_everything_brings_what_was_left_out) {
    fill(1);
    const auto user = s.query<User>().only(&User::email).one();
    s.refresh(user);
    EXPECT_EQ(user->name, "n1");
    EXPECT_TRUE(s.is_loaded(user, &User::name));
}

TEST_F(columns, refresh_of_named_members_reads_just_these) {
    fill(1);
    const auto user = s.get<User>(1);
    (void)user->posts.size();
    s.rollback();
    run("UPDATE users SET name = 'theirs', email = 'theirs'; INSERT INTO posts(user_id, title, published, views) "
        "VALUES "
        "(1, 'new', false, 0)");
    user->email = "mine too";
    user->name = "mine";
    expect_statements(2, [&] { s.refresh(user, &User::name, &User::posts); });
    EXPECT_EQ(user->name, "theirs");
    EXPECT_EQ(user->email, "mine too");
    EXPECT_EQ(user->posts.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT name, email FROM users"), "theirs|mine too");
    kin::session other{db};
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::usage_error>([&] { other.refresh(user, &User::name); });
    EXPECT_EQ(e.where().line(), line);
    expect_statements(1, [&] { s.refresh(user, &User::posts); });
    expect_statements(1, [&] { s.refresh(user, &User::bio, &User::age); });
    const auto pending = s.add(Profile{.text = "new"});
    EXPECT_THROW(s.refresh(pending, &Profile::text), kin::usage_error);
    s.rollback();
    run("DELETE FROM comments; DELETE FROM posts; DELETE FROM users");
    EXPECT_THROW(s.refresh(user, &User::bio), kin::not_found);
}

TEST_F(columns, a_relation_is_loaded_or_not) {
    fill(1);
    const auto user = s.get<User>(1);
    EXPECT_FALSE(s.is_loaded(user, &User::posts));
    EXPECT_FALSE(s.is_loaded(user, &User::profile));
    s.load(user, &User::posts);
    s.load(user, &User::profile);
    expect_statements(0, [&] {
        EXPECT_TRUE(s.is_loaded(user, &User::posts));
        EXPECT_TRUE(s.is_loaded(user, &User::profile));
        EXPECT_FALSE(s.is_loaded(user->posts.handle(0), &Post::comments));
    });
    s.expire(user);
    expect_statements(0, [&] { EXPECT_FALSE(s.is_loaded(user, &User::name)); });
}

TEST_F(columns, what_a_relation_leads_to_is_loaded_like_a_result) {
    fill(2);
    const auto user = s.get<User>(2);
    (void)user->posts.size();
    expect_statements(1, [&] { s.load(user->posts, &Post::comments); });
    expect_statements(0, [&] { s.load_missing(user->posts, &Post::comments); });
    expect_statements(0, [&] { EXPECT_EQ(user->posts[0].comments[0].text, "c2"); });
    expect_statements(1, [&] { s.load(user->posts, &Post::comments, &Comment::post); });  // the posts are at hand
    const auto comment = s.query<Comment>().where(col(&Comment::text) == "c1").one();
    expect_statements(2, [&] { s.load(comment->post, &Post::author); });  // the post itself is not here yet
    expect_statements(1, [&] { s.load(comment->post, selectin(&Post::comments).limit(1)); });
    expect_statements(0, [&] { EXPECT_EQ(comment->post->author->name, "n1"); });

    const auto article = s.add(linked::Article{.topics = {{.name = "t", .articles = {}}, {.name = "v"}}});
    s.commit();
    expect_statements(1, [&] { s.load(article->topics, &linked::Topic::articles); });
    EXPECT_EQ(article->topics[1].articles.size(), 1u);
}

TEST_F(columns, the_line_of_the_call_is_named) {
    fill(1);
    const auto users = s.query<User>().defer(&User::name).all();
    const unsigned line = __LINE__ + 1;
    s.load(users, &User::name);
    EXPECT_EQ(log.entries().back().where.line(), line);
    s.load(users, &User::posts);
    EXPECT_EQ(log.entries().back().where.line(), line + 2);
    s.load_missing(users, &User::profile);
    EXPECT_EQ(log.entries().back().where.line(), line + 4);
}

}  // namespace
