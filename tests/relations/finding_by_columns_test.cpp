// Who refers to an object is found among many that are loaded, whatever was written, moved, read again or undone since.
#include <kin/graph/arena.hpp>

#include "support/blog.hpp"
#include "support/fixture.hpp"

namespace {

using namespace blog;

/// More comments than a block of memory holds, so that they are not all looked at; no collection of them is loaded.
struct finding_by_columns : kin::test::with_database<all> {
    std::unique_ptr<kin::session> s{};
    kin::rows<Post> posts{};
    kin::rows<Comment> comments{};

    void SetUp() override {
        with_database::SetUp();
        kin::session first{db};
        const auto ada = first.add(User{.name = "Ada"});
        for (int i = 0; i < 12; ++i) ada->posts.push_back(Post{.title = std::to_string(i)});
        first.commit();
        for (int i = 0; i < 2000; ++i) {
            first.add(Comment{.post_id = i < 24 ? std::optional{ada->posts[static_cast<std::size_t>(i / 2)].id}
                                                : std::nullopt});
        }
        first.commit();
        s = std::make_unique<kin::session>(db);
        posts = s->query<Post>().order_by(&Post::id).all();
        comments = s->query<Comment>().order_by(&Comment::id).all();
        // The first ones are looked for among all.
        for (std::size_t i = 0; i < 4; ++i) remove(i);
        for (std::size_t i = 0; i < 8; ++i) expect_without(i);
    }
    void remove(std::size_t post) {
        s->remove(posts.handle(post));
        s->flush();
    }
    void expect_without(std::size_t comment) const {
        EXPECT_FALSE(std::as_const(comments)[comment].post_id) << comment;
    }
    void expect_of(std::size_t comment, std::size_t post) const {
        EXPECT_EQ(std::as_const(comments)[comment].post_id, std::as_const(posts)[post].id) << comment;
    }
};

TEST_F(finding_by_columns, who_has_moved_is_found_where_he_is) {
    comments[100].post_id = posts.handle(5).get()->id;  // by hand
    comments[101].post = posts.handle(5);
    comments[10].post = posts.handle(6);  // from 5
    s->commit();
    remove(5);
    for (const std::size_t each : {11u, 100u, 101u}) expect_without(each);
    expect_of(10, 6);
    s->commit();
    remove(6);
    expect_without(10);
    expect_without(12);
    s->commit();
    EXPECT_EQ(rows("SELECT count(*) FROM comment WHERE post_id IS NOT NULL"), "12");
}

TEST_F(finding_by_columns, what_is_undone_leaves_everybody_where_he_was) {
    s->commit();
    comments[100].post = posts.handle(5);
    s->flush();
    s->rollback();
    remove(5);
    expect_without(10);
    expect_without(11);
    expect_without(100);
    s->rollback();
    expect_of(10, 5);
    expect_of(11, 5);
    auto point = s->savepoint();
    comments[100].post = posts.handle(5);
    remove(4);
    point.rollback();
    expect_of(8, 4);
    remove(4);
    remove(5);
    for (const std::size_t each : {8u, 9u, 10u, 11u, 100u}) expect_without(each);
}

TEST_F(finding_by_columns, what_others_wrote_is_known_once_it_is_read) {
    s->commit();
    run("UPDATE comment SET post_id = 6 WHERE id = 200");
    run("UPDATE comment SET post_id = 7 WHERE id = 201");
    s->refresh(comments.handle(199));
    s->expire(comments.handle(200));
    EXPECT_EQ(std::as_const(comments)[200].post_id->value, 7);
    remove(5);
    remove(6);
    for (const std::size_t each : {10u, 11u, 12u, 13u, 199u, 200u}) expect_without(each);
    s->add(Comment{.post_id = posts.handle(7).get()->id});
    s->flush();
    const auto last = s->get<Comment>(2001);
    remove(7);
    EXPECT_FALSE(last->post_id);
}

}  // namespace
