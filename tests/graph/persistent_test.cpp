// Objects of a session as values: a copy is detached from it, an assigned struct is a change.
#include <gtest/gtest.h>

#include "support/blog.hpp"

namespace {

using blog::Comment;
using blog::Post;
using blog::User;

class Persistent : public testing::Test {
  protected:
    Persistent() {
        db_.create<blog::all>();
        kin::session s{db_};
        s.add(User{.name = "Ada", .posts = {{.title = "On engines", .comments = {{.text = "First!"}}}}});
        s.commit();
    }
    kin::database db_{"sqlite::memory:"};
};

TEST_F(Persistent, ACopyIsAValueOfItsOwn) {
    kin::session s{db_};
    const auto ada = s.get<User>(1);
    ASSERT_EQ(ada->posts.size(), 1u);
    User copy = *ada;
    EXPECT_EQ(copy.id, ada->id);
    EXPECT_EQ(copy.name, "Ada");
    EXPECT_TRUE(copy.posts.empty()) << "its columns say what it refers to; its relations stay behind";
    copy.name = "Bo";
    copy.posts.push_back(Post{.title = "of the copy"});
    EXPECT_EQ(ada->name, "Ada");
    EXPECT_EQ(ada->posts.size(), 1u);
    const auto before = s.statements();
    s.commit();
    EXPECT_EQ(s.statements(), before) << "a change of the copy was sent";
}

TEST_F(Persistent, ACopyOutlivesItsSession) {
    User copy;
    kin::ref<User> handle;
    {
        kin::session s{db_};
        handle = s.get<User>(1);
        ASSERT_EQ(handle->posts[0].comments.size(), 1u);
        copy = *handle;
    }
    EXPECT_EQ(copy.name, "Ada");
    EXPECT_EQ(handle->posts[0].comments[0].text, "First!");
    EXPECT_EQ(handle->posts[0].author->name, "Ada");
}

TEST_F(Persistent, ARelationNeverLoadedSaysSoWithoutItsSession) {
    kin::ref<User> handle;
    {
        kin::session s{db_};
        handle = s.get<User>(1);
    }
    EXPECT_THROW((void)handle->posts.size(), kin::raised_load);
}

TEST_F(Persistent, AnAssignedStructIsAChange) {
    {
        kin::session s{db_};
        const auto post = s.get<Post>(1);
        ASSERT_EQ(post->comments.size(), 1u);
        *post = Post{.id = post->id,
                     .user_id = post->user_id,
                     .title = "On looms",
                     .views = 3,
                     .comments = {{.text = "New"}, {.text = "Newer"}}};
        EXPECT_EQ(post->title, "On looms");
        EXPECT_EQ(post->comments.size(), 2u);
        EXPECT_EQ(post->author->name, "Ada") << "of which the value said nothing";
        s.commit();
    }
    kin::session s{db_};
    const auto post = s.get<Post>(1);
    EXPECT_EQ(post->title, "On looms");
    EXPECT_EQ(post->views, 3);
    ASSERT_EQ(post->comments.size(), 2u);
    EXPECT_EQ(post->comments[1].text, "Newer");
    EXPECT_FALSE(s.get<Comment>(1)->post_id) << "it was taken out";
}

TEST_F(Persistent, ANewObjectIsAssignedToARelation) {
    {
        kin::session s{db_};
        const auto post = s.get<Post>(1);
        post->author = User{.name = "Bo"};
        EXPECT_EQ(post->author->name, "Bo");
        EXPECT_TRUE(s.get<User>(1)->posts.empty()) << "both sides agree";
        s.commit();
    }
    kin::session s{db_};
    EXPECT_EQ(s.get<Post>(1)->author->name, "Bo");
}

TEST_F(Persistent, ALiteralCanNameObjectsOfTheSession) {
    {
        kin::session s{db_};
        const auto ada = s.get<User>(1);
        s.add(Post{.title = "Third", .author = ada});
        s.commit();
    }
    kin::session s{db_};
    const auto ada = s.get<User>(1);
    ASSERT_EQ(ada->posts.size(), 2u);
    EXPECT_EQ(ada->posts[1].title, "Third");
}

}  // namespace
