// Calls that the rules of a session forbid: each is a usage_error, at once and by name.
#include <thread>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::thrown;

class misuse : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    ref<User> ada = s.add(User{.name = "Ada", .email = "ada", .posts = {{.title = "one"}}});
    misuse() { s.commit(); }
};

TEST_F(misuse, a_second_thread_inside_the_session) {
    std::string message;
    std::string file;
    // The statement is running in this thread, inside the session: the other thread is sure to be the second.
    bool once = false;
    db.on_statement([&](const kin::engine::statement_event&) {
        if (std::exchange(once, true)) return;
        std::thread{[&] {
            try {
                (void)s.get<User>(1);
            } catch (const kin::usage_error& e) {
                message = e.message();
                file = e.where().file_name();
            }
        }}.join();
    });
    EXPECT_EQ(s.query<User>().all().size(), 1u);
    s.rollback();
    EXPECT_TRUE(once);
    EXPECT_TRUE(contains(message, "two threads")) << message;
    EXPECT_TRUE(ends_with(file, "misuse_test.cpp")) << file;
}

TEST_F(misuse, one_thread_after_the_other_is_fine) {
    std::thread{[&] { ada->name = s.get<User>(1)->name + "!"; }}.join();
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users"), "Ada!");
}

TEST_F(misuse, an_object_of_another_session) {
    kin::session t{db};
    const auto theirs = t.get<User>(1);
    const auto their_post = t.get<Post>(1);
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::usage_error>([&] { s.remove(theirs); });
    EXPECT_TRUE(contains(e.message(), "User belongs to another session"));
    EXPECT_EQ(e.where().line(), line);
    EXPECT_TRUE(ends_with(e.where().file_name(), "misuse_test.cpp"));
    EXPECT_THROW(s.refresh(theirs), kin::usage_error);
    EXPECT_THROW(s.expire(theirs), kin::usage_error);
    EXPECT_THROW(s.expunge(theirs), kin::usage_error);
    EXPECT_THROW(s.add(theirs), kin::usage_error);
    EXPECT_THROW(ada->posts.push_back(their_post), kin::usage_error);
    EXPECT_THROW(ada->posts[0].author = theirs, kin::usage_error);
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(ada->posts[0].author.get(), ada.get());
    EXPECT_FALSE(s.dirty());
    EXPECT_FALSE(t.dirty());
}

TEST_F(misuse, an_empty_handle) {
    const ref<User> empty;
    EXPECT_FALSE(empty);
    EXPECT_EQ(empty, nullptr);
    EXPECT_THROW((void)empty->name, kin::usage_error);
    EXPECT_THROW((void)*empty, kin::usage_error);
    const auto e = thrown<kin::usage_error>([&] { s.remove(empty); });
    EXPECT_TRUE(contains(e.message(), "empty kin::ref"));
    EXPECT_THROW(s.add(empty), kin::usage_error);
    EXPECT_THROW(s.refresh(empty), kin::usage_error);
    EXPECT_THROW(s.load(empty, &User::posts), kin::usage_error);
}

TEST_F(misuse, an_object_that_is_a_copy) {
    const User copy = *ada;
    const auto e = thrown<kin::usage_error>([&] { s.remove(copy); });
    EXPECT_TRUE(contains(e.message(), "does not belong to the session"));
    EXPECT_THROW((void)s.edit(copy), kin::usage_error);
    User other = copy;
    EXPECT_THROW((void)s.handle(other), kin::usage_error);
    EXPECT_EQ(s.handle(*ada), ada);
    s.remove(ada->posts[0]);  // a reference into the session is its object
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "0");
}

TEST_F(misuse, an_object_that_left_the_session) {
    s.expunge(ada);
    EXPECT_THROW(s.remove(ada), kin::usage_error);
    EXPECT_THROW(s.refresh(ada), kin::usage_error);
}

TEST_F(misuse, a_relation_that_is_null_names_itself) {
    const auto post = s.add(Post{.title = "x", .author = ada});
    s.commit();
    EXPECT_FALSE(post->editor);
    const auto e = thrown<kin::not_found>([&] { (void)post->editor->name; });
    EXPECT_EQ(e.message(), "Post.editor is null");
    const User nobody{.name = "nobody"};
    EXPECT_EQ(std::as_const(*post).editor.value_or(nobody).name, "nobody");
}

TEST_F(misuse, get_one) {
    EXPECT_EQ(s.get_one<User>(1), ada);
    const auto e = thrown<kin::not_found>([&] { (void)s.get_one<User>(2); });
    EXPECT_TRUE(contains(e.message(), "User"));
    EXPECT_TRUE(ends_with(e.where().file_name(), "misuse_test.cpp"));
    EXPECT_FALSE(s.get<User>(2));
}

TEST_F(misuse, a_wrong_url_is_refused_at_once) {
    EXPECT_THROW((void)kin::database{"sqlite:"}.connect(), kin::usage_error);
    EXPECT_THROW((void)kin::database{"nothing:x"}.connect(), kin::error);
    EXPECT_THROW((void)kin::database{"sqlite::memory:?nonsense=1"}.connect(), kin::unknown_name);
}

}  // namespace
