// Objects that no session knows: relations in them are values, copied deeply, moved by taking over.
#include <array>

#include <gtest/gtest.h>

#include "graph/nodes.hpp"

namespace {

using graph_test::counted;

struct Post;
struct Comment;
struct User {
    kin::key<User> id{};
    std::string name{};
    counted mark{};
    kin::has_many<Post> posts{};
    kin::has_one<Comment> pinned{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    counted mark{};
    kin::belongs_to<User> author{};
    kin::has_many<Comment> comments{};
};
struct Comment {
    kin::key<Comment> id{};
    std::optional<kin::key<Post>> post_id{};
    std::optional<kin::key<User>> user_id{};
    std::string text{};
    counted mark{};
};

class Transient : public testing::Test {
  protected:
    Transient() { counted::restart(); }
    ~Transient() override { EXPECT_EQ(counted::alive, alive_before_) << "objects leaked or were destroyed twice"; }

  private:
    int alive_before_ = counted::alive;
};

User ada() {
    return {.name = "Ada",
            .mark = counted{1},
            .posts = {{.title = "On engines",
                       .mark = counted{2},
                       .comments = {{.text = "First!", .mark = counted{3}}, {.text = "Second", .mark = counted{4}}}},
                      {.title = "On looms", .mark = counted{5}}}};
}

TEST_F(Transient, ALiteralIsReadAsItIsWritten) {
    const User user = ada();
    ASSERT_EQ(user.posts.size(), 2u);
    EXPECT_EQ(user.posts[0].title, "On engines");
    ASSERT_EQ(user.posts[0].comments.size(), 2u);
    EXPECT_EQ(user.posts[0].comments[1].text, "Second");
    EXPECT_EQ(user.posts[1].mark.number, 5);
    EXPECT_TRUE(user.posts[1].comments.empty());
    EXPECT_TRUE(user.posts.loaded());
    EXPECT_FALSE(user.pinned);
}

TEST_F(Transient, ALiteralCopiesEachObjectOnce) {
    const User user = ada();
    EXPECT_EQ(counted::copies, 4) << "two posts and two comments; the user itself is made in place";
    EXPECT_EQ(user.mark.number, 1);
}

TEST_F(Transient, AVariableInALiteralStaysWhole) {
    const Post post{.title = "kept", .mark = counted{7}, .comments = {{.text = "with me"}}};
    const User user{.posts = {post, post}};
    ASSERT_EQ(post.comments.size(), 1u);
    ASSERT_EQ(user.posts.size(), 2u);
    EXPECT_EQ(user.posts[0].comments[0].text, "with me");
    EXPECT_EQ(user.posts[1].comments[0].text, "with me");
    EXPECT_NE(&user.posts[0].comments[0], &user.posts[1].comments[0]);
}

TEST_F(Transient, ACopyIsDeep) {
    User user = ada();
    User copy = user;
    EXPECT_EQ(copy.posts[0].comments[0].text, "First!");
    copy.posts[0].comments[0].text = "changed";
    copy.posts[1].title = "changed";
    copy.posts.push_back(Post{.title = "third"});
    EXPECT_EQ(user.posts[0].comments[0].text, "First!");
    EXPECT_EQ(user.posts[1].title, "On looms");
    EXPECT_EQ(user.posts.size(), 2u);
    user = copy;
    EXPECT_EQ(user.posts.size(), 3u);
    EXPECT_EQ(user.posts[2].title, "third");
    EXPECT_EQ(copy.posts.size(), 3u);
}

TEST_F(Transient, AMoveTakesWhatIsThere) {
    User user = ada();
    counted::restart();
    const Post* first = &std::as_const(user).posts[0];
    User taken = std::move(user);
    EXPECT_EQ(&std::as_const(taken).posts[0], first);
    EXPECT_EQ(user.posts.size(), 0u);  // NOLINT(bugprone-use-after-move): that is what is asked
    User other;
    other.posts.push_back(Post{.title = "dropped"});
    other = std::move(taken);
    EXPECT_EQ(&std::as_const(other).posts[0], first);
    EXPECT_EQ(counted::copies, 0);
}

TEST_F(Transient, TwoCanBeSwapped) {
    User a = ada();
    User b{.name = "Bo", .posts = {{.title = "only one"}}};
    counted::restart();
    std::swap(a, b);
    EXPECT_EQ(a.name, "Bo");
    ASSERT_EQ(a.posts.size(), 1u);
    EXPECT_EQ(a.posts[0].title, "only one");
    EXPECT_EQ(b.posts.size(), 2u);
    EXPECT_EQ(counted::copies, 0);
}

TEST_F(Transient, AssignmentToItselfChangesNothing) {
    User user = ada();
    User& same = user;
    user = same;
    EXPECT_EQ(user.posts.size(), 2u);
    user = std::move(same);
    EXPECT_EQ(user.posts.size(), 2u);
    EXPECT_EQ(user.posts[0].comments.size(), 2u);
}

TEST_F(Transient, ACollectionIsChangedLikeAContainer) {
    User user;
    EXPECT_TRUE(user.posts.empty());
    for (int i = 0; i < 40; ++i) user.posts.push_back(Post{.title = std::to_string(i)});
    EXPECT_EQ(user.posts.size(), 40u);
    EXPECT_EQ(user.posts.back().title, "39");
    EXPECT_EQ(counted::copies, 0);
    auto at = user.posts.erase(user.posts.begin() + 1);
    EXPECT_EQ(at->title, "2");
    EXPECT_EQ(user.posts.size(), 39u);
    EXPECT_EQ(user.posts[1].title, "2");
    EXPECT_EQ(user.posts.front().title, "0");
    std::string all;
    for (const Post& post : std::as_const(user).posts) all += post.title;
    EXPECT_EQ(all.substr(0, 4), "0234");
    user.posts.clear();
    EXPECT_TRUE(user.posts.empty());
    EXPECT_EQ(user.posts.emplace_back(Post{.title = "again"}).title, "again");
}

TEST_F(Transient, AToOneHoldsAnObjectOrNothing) {
    Post post{.title = "t", .author = User{.name = "Ada", .mark = counted{8}}};
    ASSERT_TRUE(post.author);
    EXPECT_EQ(post.author->name, "Ada");
    Post copy = post;
    copy.author->name = "Bo";
    EXPECT_EQ(post.author->name, "Ada");
    post.author = nullptr;
    EXPECT_FALSE(post.author);
    EXPECT_TRUE(post.author == nullptr);
    EXPECT_EQ(post.author.get(), nullptr);
    EXPECT_THROW((void)post.author->name, kin::not_found);
    post.author = User{.name = "Cy"};
    EXPECT_EQ(post.author->name, "Cy");
    const User fallback{.name = "nobody"};
    EXPECT_EQ(Post{}.author.value_or(fallback).name, "nobody");
    EXPECT_EQ(copy.author.value_or(fallback).name, "Bo");
}

TEST_F(Transient, AHandleInItKeepsTheArena) {
    const graph_test::home arena;
    {
        const auto handle = kin::ref<User>::of(arena.add(User{.name = "Ada"}));
        Post post{.title = "t", .author = handle};
        const Post copy = post;
        EXPECT_TRUE(copy.author == handle);
        EXPECT_EQ(copy.author->name, "Ada");
        const User list{.posts = {kin::ref<Post>::of(arena.add(Post{.title = "shared"}))}};
        EXPECT_EQ(list.posts[0].title, "shared");
        EXPECT_FALSE(arena->sole());
    }
    EXPECT_TRUE(arena->sole()) << "a handle was counted once too often";
}

TEST_F(Transient, WhatItOwnsHasNoHandleYet) {
    const User user = ada();
    EXPECT_THROW((void)user.posts.handle(0), kin::usage_error);
    const Post post{.author = User{.name = "Ada"}};
    EXPECT_THROW((void)post.author.handle(), kin::usage_error);
    EXPECT_FALSE(Post{}.author.handle());
}

TEST_F(Transient, AnEmptyHandleIsNoChild) {
    User user;
    EXPECT_THROW(user.posts.push_back(kin::ref<Post>{}), kin::usage_error);
    EXPECT_THROW(user.posts.erase(kin::ref<Post>{}), kin::usage_error);
    EXPECT_TRUE(user.posts.empty());
}

}  // namespace
