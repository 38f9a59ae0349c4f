// Objects that are read again: what is staged of them, what is loaded of them, and who is read together.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::thrown;
using kin::testing::expect_statements;

class expiry : public kin::test::with_database<Blog> {
  protected:
    expiry() {
        kin::session fill{db};
        for (int i = 1; i <= 3; ++i) {
            const std::string n = std::to_string(i);
            fill.add(User{.name = "u" + n,
                          .email = n,
                          .posts = {{.title = "p" + n, .comments = {{.text = "c" + n}}}, {.title = "q" + n}},
                          .profile = Profile{.text = n}});
        }
        fill.commit();
        log.clear();
    }

    kin::session s{db};
};

TEST_F(expiry, what_came_together_is_read_again_together) {
    const auto users = s.query<User>().order_by(&User::id).all();
    s.commit();
    run("UPDATE users SET name = name || '!'; DELETE FROM profile; DELETE FROM comments; DELETE FROM posts;"
        "DELETE FROM users WHERE id = 2");
    s.expire_all();
    std::string names;
    expect_statements(1, [&] { names += std::as_const(users)[0].name + std::as_const(users)[2].name; });
    EXPECT_EQ(names, "u1!u3!");
    // Who is gone says so when he is looked at himself, whoever else is.
    expect_statements(1, [&] { (void)thrown<kin::not_found>([&] { (void)std::as_const(users)[1].name; }); });
}

TEST_F(expiry, after_a_rollback_too) {
    s.execute("UPDATE users SET age = 9");
    const auto users = s.query<User>().all();
    s.rollback();
    int ages = 0;
    expect_statements(1, [&] {
        for (const User& u : std::as_const(users)) ages += u.age;
    });
    EXPECT_EQ(ages, 0);
}

TEST_F(expiry, a_rollback_does_not_bring_back_what_was_loaded_before) {
    const auto post = s.get<Post>(1);
    post->editor = s.get<User>(1);
    s.commit();
    post->editor = s.get<User>(2);
    s.flush();
    s.expire_all();
    s.rollback();
    run("UPDATE posts SET editor_id = NULL WHERE id = 1");
    const kin::ref<const Post> now{post};
    EXPECT_FALSE(now->editor_id);
    EXPECT_TRUE(now->editor == nullptr);
}

TEST_F(expiry, a_rollback_does_not_lead_to_what_was_expunged_since) {
    const auto one = s.get<User>(1), two = s.get<User>(2);
    const auto post = one->posts.handle(0);
    (void)two->posts.size();
    post->author = two;
    s.flush();
    s.expunge(one);
    EXPECT_NE(s.get<User>(1), one);
    s.rollback();
    EXPECT_EQ(post->author.handle(), s.get<User>(1));
    EXPECT_EQ(s.get<User>(1)->posts.handle(0), post);
    EXPECT_EQ(two->posts.size(), 2u);
    // Nor to one that was new, and is a plain value from then on.
    auto fresh = s.add(Post{.title = "new", .author = two});
    s.flush();
    s.expunge(fresh);
    s.rollback();
    EXPECT_EQ(two->posts.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "6");
}

TEST_F(expiry, nor_do_two_rollbacks_to_savepoints_one_behind_the_other) {
    const auto one = s.get<User>(1), two = s.get<User>(2);
    const auto post = one->posts.handle(0);
    (void)two->posts.size();
    auto first = s.savepoint();
    post->author = two;
    auto second = s.savepoint();
    s.expunge(one);
    second.rollback();
    first.rollback();
    EXPECT_NE(s.get<User>(1), one);
    EXPECT_EQ(post->author.handle(), s.get<User>(1));
    EXPECT_EQ(s.get<User>(1)->posts.handle(0), post);
    s.rollback();
    EXPECT_EQ(post->author.handle(), s.get<User>(1));
}

TEST_F(expiry, a_query_that_refreshes_shows_on_both_sides_where_the_rows_say) {
    const auto one = s.get<User>(1), two = s.get<User>(2);
    const auto post = one->posts.handle(0);
    EXPECT_EQ(one->posts.size(), 2u);
    EXPECT_EQ(two->posts.size(), 2u);
    s.execute("UPDATE posts SET user_id = 2 WHERE id = ?", post->id.value);
    EXPECT_EQ(s.query<Post>().refresh().all().size(), 6u);
    EXPECT_EQ(post->author.handle(), two);
    EXPECT_EQ(one->posts.size(), 1u);
    EXPECT_EQ(two->posts.size(), 3u);
    EXPECT_FALSE(s.dirty());
}

TEST_F(expiry, columns_that_were_left_out_stay_so) {
    const auto users = s.query<User>().only(&User::name).order_by(&User::id).all();
    s.expire_all();
    expect_statements(1, [&] { (void)std::as_const(users)[0].name; });
    EXPECT_FALSE(s.is_loaded(users.handle(0), &User::age));
    EXPECT_EQ(std::as_const(users)[2].name, "u3");
}

TEST_F(expiry, reading_the_row_again_leaves_relations_alone) {
    const auto ada = s.get<User>(1);
    s.expire(ada);
    s.load(ada, &User::posts);
    s.strict();
    EXPECT_EQ(ada->name, "u1");
    EXPECT_EQ(std::as_const(*ada).posts.size(), 2u);
}

TEST_F(expiry, a_query_that_returns_an_expired_object_has_read_it) {
    const auto ada = s.get<User>(1);
    (void)ada->posts.size();
    s.commit();
    run("UPDATE users SET name = 'new' WHERE id = 1");
    s.expire(ada);
    const auto all = s.query<User>().where(col(&User::id) == 1).all();
    expect_statements(0, [&] { EXPECT_EQ(ada->name, "new"); });
    s.expire(ada);
    const auto posts = s.query<Post>().where(col(&Post::id) == 1).with(&Post::author).all();
    expect_statements(0, [&] { EXPECT_EQ(std::as_const(posts)[0].author->name, "new"); });
    s.expire(ada);
    const auto more = s.query<Post>().where(col(&Post::id) == 2).with(joined(&Post::author)).all();
    expect_statements(0, [&] { EXPECT_EQ(std::as_const(more)[0].author->name, "new"); });
    // What was loaded before is not any more.
    expect_statements(1, [&] { EXPECT_EQ(ada->posts.size(), 2u); });
}

TEST_F(expiry, a_load_reads_keys_that_may_have_changed) {
    const auto post = s.get<Post>(1);
    s.commit();
    s.expire(post);
    run("UPDATE posts SET user_id = 3 WHERE id = 1");
    s.load(post, &Post::author);
    EXPECT_EQ(std::as_const(*post).author->name, "u3");
}

TEST_F(expiry, children_are_expired_with_their_owner_and_not_when_it_is_read) {
    const auto posts = s.query<Post>().order_by(&Post::id).all();
    s.expire_all();
    EXPECT_EQ(std::as_const(posts)[0].comments.size(), 1u);
    s.get<Comment>(2)->text = "changed";
    (void)posts[2].title;
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM comments ORDER BY id"), "c1; changed; c3");

    const auto post = s.get<Post>(1);
    post->comments[0].text = "lost";
    s.expire(post);
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM comments ORDER BY id"), "c1; changed; c3");
    EXPECT_EQ(std::as_const(*post).comments[0].text, "c1");
}

TEST_F(expiry, a_child_that_moves_to_an_expired_owner_moves) {
    const auto one = s.get<Post>(1);
    const auto two = s.get<Post>(3);
    const auto c = one->comments.handle(0);
    (void)two->comments.size();
    s.expire(two);
    c->post = two;
    EXPECT_EQ(two->title, "p2");
    s.commit();
    EXPECT_EQ(rows("SELECT id, post_id FROM comments ORDER BY id"), "1|3; 2|3; 3|5");
    EXPECT_EQ(one->comments.size(), 0u);
    EXPECT_EQ(two->comments.size(), 2u);
}

TEST_F(expiry, what_was_added_to_an_owner_stays_when_it_expires) {
    const auto post = s.get<Post>(1);
    (void)post->comments.size();
    post->comments.push_back({.text = "new"});
    post->title = "lost";
    s.expire(post);
    EXPECT_EQ(post->title, "p1");
    EXPECT_EQ(post->comments.size(), 2u);
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM comments WHERE post_id = 1 ORDER BY id"), "c1; new");
    EXPECT_EQ(rows("SELECT title FROM posts WHERE id = 1"), "p1");
}

TEST_F(expiry, what_arrives_is_in_the_list_that_is_read_again) {
    for (const bool loaded : {false, true}) {
        kin::session other{db};
        other.autoflush(false);
        const auto one = other.get<User>(1);
        const auto post = other.get<Post>(3);
        if (loaded) (void)one->posts.size();
        one->posts.push_back(post);
        other.refresh(one);
        EXPECT_EQ(one->posts.size(), 3u);
        other.expire(one);
        EXPECT_EQ(one->posts.size(), 3u);
        EXPECT_EQ(post->author, one);
    }
}

TEST_F(expiry, a_staged_parent_goes_with_refresh_and_expire_and_both_sides_agree) {
    for (const bool refreshes : {false, true}) {
        const auto one = s.get<User>(1);
        const auto two = s.get<User>(2);
        const auto post = s.get<Post>(1);
        (void)(one->posts.size() + two->posts.size());
        post->author = two;
        post->title = "lost";
        EXPECT_EQ(one->posts.size(), 1u);
        refreshes ? s.refresh(post) : s.expire(post);
        EXPECT_EQ(one->posts.size(), 2u);
        EXPECT_EQ(two->posts.size(), 2u);
        EXPECT_EQ(post->author, one);
        EXPECT_EQ(post->title, "p1");
        EXPECT_FALSE(s.dirty());
        s.commit();
        EXPECT_EQ(log.count("UPDATE"), 0u);
        s.clear();
    }
}

TEST_F(expiry, a_has_one_that_was_taken_over_goes_back) {
    const auto one = s.get<User>(1);
    const auto two = s.get<User>(2);
    const kin::ref<Profile> mine = one->profile.handle();
    (void)two->profile.get();
    mine->user = two;
    s.refresh(mine);
    EXPECT_EQ(mine->user, one);
    EXPECT_EQ(one->profile.handle(), mine);
    s.commit();
    s.clear();
    EXPECT_EQ(s.get<User>(1)->profile->text, "1");
    EXPECT_FALSE(s.get<User>(2)->profile);  // whose own one let go
    EXPECT_EQ(rows("SELECT id, user_id FROM profile ORDER BY id"), "1|1; 2|NULL; 3|3");
}

TEST_F(expiry, refresh_follows_a_row_that_others_moved) {
    const auto one = s.get<User>(1);
    const auto two = s.get<User>(2);
    const auto post = s.get<Post>(1);
    (void)(one->posts.size() + two->posts.size());
    s.commit();
    run("UPDATE posts SET user_id = 2 WHERE id = 1");
    s.refresh(post);
    EXPECT_EQ(one->posts.size(), 1u);
    EXPECT_EQ(two->posts.size(), 3u);
    EXPECT_EQ(post->author, two);
    EXPECT_FALSE(s.dirty());
}

TEST_F(expiry, expire_all_drops_every_staged_parent) {
    const auto one = s.get<User>(1);
    const auto two = s.get<User>(2);
    const auto post = s.get<Post>(1);
    auto fresh = s.add(User{.name = "new", .email = "new"});
    post->author = fresh;
    s.get<Post>(2)->author = two;
    s.expire_all();
    EXPECT_EQ(std::as_const(*fresh).posts.size(), 0u);
    EXPECT_EQ(post->author, one);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "1; 1; 2; 2; 3; 3");
}

TEST_F(expiry, what_was_staged_from_the_other_side_goes_as_well) {
    const auto one = s.get<User>(1);
    const auto two = s.get<User>(2);
    for (const bool refreshes : {false, true}) {
        const auto post = s.get<Post>(3);
        one->posts.push_back(post);
        refreshes ? s.refresh(post) : s.expire(post);
        EXPECT_EQ(one->posts.size(), 2u);
        EXPECT_EQ(two->posts.size(), 2u);
        s.commit();
    }
    EXPECT_EQ(rows("SELECT user_id FROM posts ORDER BY id"), "1; 1; 2; 2; 3; 3");
}

TEST_F(expiry, a_key_set_by_hand_is_forgotten_and_can_be_said_again) {
    const auto two = s.get<User>(2);
    const auto post = s.get<Post>(1);
    post->user_id = two->id;
    s.expire_all();
    two->posts.push_back(post);
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts WHERE id = 1"), "2");
    s.expire(post);
    run("UPDATE posts SET user_id = 1 WHERE id = 1");
    post->author = two;  // compared with what the row says now
    s.commit();
    EXPECT_EQ(rows("SELECT user_id FROM posts WHERE id = 1"), "2");
}

TEST_F(expiry, an_expired_object_that_is_to_be_removed_can_be_walked_over) {
    const auto ada = s.get<User>(1);
    (void)ada->posts.size();
    const auto post = ada->posts.handle(1);
    s.expire(post);
    s.remove(post);
    std::string titles;
    for (const Post& p : std::as_const(*ada).posts) titles += p.title + " ";
    EXPECT_EQ(titles, "p1 q1 ");
    s.commit();
    EXPECT_EQ(ada->posts.size(), 1u);
}

TEST_F(expiry, what_was_expired_and_is_new_again_needs_no_row) {
    const auto eve = s.add(User{.name = "eve", .email = "e"});
    s.flush();
    s.expire(eve);
    s.rollback();
    EXPECT_EQ(eve->name, "eve");
    s.add(eve);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users WHERE id = " + std::to_string(eve->id.value)), "eve");
}

TEST_F(expiry, what_goes_before_it_is_read_again_goes_with_what_its_row_holds) {
    const auto comment = s.get_one<Comment>(1);
    for (const bool to_savepoint : {true, false}) {
        SCOPED_TRACE(to_savepoint);
        auto point = s.savepoint();
        comment->text = "undone";
        s.flush();
        s.expire(comment);
        to_savepoint ? point.rollback() : s.rollback();
        s.remove(s.get_one<Post>(to_savepoint ? 1 : 2));
        s.flush();
        comment->post = s.get_one<Post>(to_savepoint ? 2 : 3);
        s.commit();
        EXPECT_EQ(rows("SELECT text, post_id FROM comments WHERE id = 1"), to_savepoint ? "c1|2" : "c1|3");
    }
}

TEST_F(expiry, what_goes_before_it_is_read_again_does_not_name_who_went_earlier) {
    auto eve = s.add(User{.name = "eve", .email = "e"});
    auto post = s.get_one<Post>(2);
    post->editor = eve;
    s.commit();
    s.expire_all();
    s.remove(eve);
    s.flush();
    s.remove(post);
    s.flush();
    s.add(post);
    s.commit();
    EXPECT_EQ(rows("SELECT title, count(editor_id) FROM posts WHERE title = 'q1' GROUP BY title"), "q1|0");
    EXPECT_FALSE(post->editor);
}

}  // namespace
