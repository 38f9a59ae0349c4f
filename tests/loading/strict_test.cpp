// Strict sessions: whatever would load by itself says what, and the line that asked, or the line that loaded its owner
// where an operator can name no line.
#include <kin/testing.hpp>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace strict_sample {

struct Sheet;
struct Folder {
    kin::key<Folder> id{};
    std::string name{};
    kin::has_many<Sheet, kin::keyed_by<"word">> sheets{};
    kin::has_many<Sheet, kin::viewonly> all{};
    kin::proxy<std::string, &Folder::all, "word"> words{};
};
struct Sheet {
    kin::key<Sheet> id{};
    kin::key<Folder> folder_id{};
    std::string word{};
};

}  // namespace strict_sample

namespace {

using namespace sample;
using kin::site;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::thrown;
using strict_sample::Folder;
using strict_sample::Sheet;

/// `touch`, which stands in the line of the call, has to be refused for that relation, and to name the line.
template <class F>
void refused(const char* relation, F touch, const site& where = site::current()) {
    const auto e = thrown<kin::raised_load>(touch, where);
    EXPECT_TRUE(contains(e.message(), std::string{relation} + " is not loaded, and this session is strict"))
        << e.what();
    EXPECT_EQ(e.where().line(), where.line()) << e.what();
    EXPECT_TRUE(ends_with(e.where().file_name(), "strict_test.cpp")) << e.what();
}
/// The same for operators: they name the line of the query.
template <class F>
void refused_at(unsigned line, const char* relation, F touch, const site& where = site::current()) {
    const auto e = thrown<kin::raised_load>(touch, where);
    EXPECT_TRUE(contains(e.message(), std::string{relation} + " is not loaded")) << e.what();
    EXPECT_EQ(e.where().line(), line) << "line " << where.line();
    EXPECT_TRUE(ends_with(e.where().file_name(), "strict_test.cpp")) << e.what();
}

class strict : public kin::test::with_database<Blog, linked::All, kin::models<Folder, Sheet>> {
  protected:
    void SetUp() override {
        kin::session fill{db};
        fill.add(User{.name = "Ada", .email = "a", .posts = {{.title = "p", .comments = {{.text = "c"}}}}});
        fill.add(linked::Article{.title = "x", .topics = {{.name = "t"}}});
        fill.add(Folder{.name = "f"});
        fill.commit();
        log.clear();
        s.strict();
    }
    void TearDown() override { EXPECT_EQ(log.count(), 1u); }  // the query of the test, and nothing after it

    kin::session s{db};
};

TEST_F(strict, belongs_to) {
    const unsigned query = __LINE__ + 1;
    const auto posts = s.query<Post>().all();
    const Post& p = posts[0];
    refused("Post.author", [&] { (void)p.author.get(); });
    refused("Post.author", [&] { (void)p.author.handle(); });
    static const User nobody{};
    refused("Post.author", [&] { (void)p.author.value_or(nobody); });
    refused_at(query, "Post.author", [&] { (void)p.author->name; });
    refused_at(query, "Post.author", [&] { (void)(*p.author).name; });
    refused_at(query, "Post.author", [&] { (void)static_cast<bool>(p.author); });
    refused_at(query, "Post.author", [&] { (void)(p.author == nullptr); });
    EXPECT_FALSE(p.author.loaded());
}

TEST_F(strict, has_one) {
    const unsigned query = __LINE__ + 1;
    auto users = s.query<User>().all();
    User& u = users[0];
    refused("User.profile", [&] { (void)u.profile.get(); });
    refused("User.profile", [&] { (void)u.profile.handle(); });
    refused_at(query, "User.profile", [&] { u.profile->text = "x"; });
    refused_at(query, "User.profile", [&] { (*u.profile).text = "x"; });
    refused_at(query, "User.profile", [&] { (void)!u.profile; });
}

TEST_F(strict, has_many) {
    const auto users = s.query<User>().all();
    const User& u = users[0];
    refused("User.posts", [&] { (void)u.posts.begin(); });
    refused("User.posts", [&] { (void)u.posts.end(); });
    refused("User.posts", [&] { (void)u.posts.size(); });
    refused("User.posts", [&] { (void)u.posts.empty(); });
    refused("User.posts", [&] { (void)u.posts[0]; });
    refused("User.posts", [&] { (void)u.posts.front(); });
    refused("User.posts", [&] { (void)u.posts.back(); });
    refused("User.posts", [&] { (void)u.posts.handle(0); });
    refused("User.posts", [&] { (void)u.posts.contains(kin::ref<Post>{}); });
    unsigned loop = 0;
    const auto e = thrown<kin::raised_load>([&] {
        loop = __LINE__ + 1;
        for (const Post& p : u.posts) (void)p;
    });
    EXPECT_EQ(e.where().line(), loop);
}

TEST_F(strict, has_many_for_changing) {
    auto users = s.query<User>().all();
    User& u = users[0];
    refused("User.posts", [&] { u.posts[0].title = "x"; });
    refused("User.posts", [&] { u.posts.front().title = "x"; });
    refused("User.posts", [&] { (void)u.posts.begin(); });
    u.posts.push_back(Post{.title = "adding reads nothing"});
    EXPECT_FALSE(u.posts.loaded());
    refused("User.posts", [&] { (void)u.posts.size(); });  // what was added is not all there is
    s.clear();
}

TEST_F(strict, many_to_many) {
    const auto articles = s.query<linked::Article>().all();
    const linked::Article& a = articles[0];
    refused("Article.topics", [&] { (void)a.topics.begin(); });
    refused("Article.topics", [&] { (void)a.topics.size(); });
    refused("Article.topics", [&] { (void)a.topics[0]; });
    refused("Article.topics", [&] { (void)a.topics.contains(kin::ref<linked::Topic>{}); });
    refused("Article.authors", [&] { (void)a.authors.empty(); });
    unsigned loop = 0;
    const auto e = thrown<kin::raised_load>([&] {
        loop = __LINE__ + 1;
        for (const linked::Topic& t : a.topics) (void)t;
    });
    EXPECT_EQ(e.where().line(), loop);
}

TEST_F(strict, keyed) {
    const unsigned query = __LINE__ + 1;
    const auto folders = s.query<Folder>().all();
    const Folder& f = folders[0];
    refused("Folder.sheets", [&] { (void)f.sheets.find("x"); });
    refused("Folder.sheets", [&] { (void)f.sheets.at("x"); });
    refused("Folder.sheets", [&] { (void)f.sheets.contains("x"); });
    refused_at(query, "Folder.sheets", [&] { (void)f.sheets["x"]; });
}

TEST_F(strict, proxy) {
    const auto folders = s.query<Folder>().all();
    const Folder& f = folders[0];
    refused("Folder.all", [&] { (void)f.words.size(); });
    refused("Folder.all", [&] { (void)f.words[0]; });
    refused("Folder.all", [&] { (void)f.words.begin(); });
    refused("Folder.all", [&] { (void)f.words.contains("x"); });
}

TEST_F(strict, one_object_is_no_exception_and_asking_ahead_is_none_either) {
    kin::testing::expect_statements(3, [&] {
        kin::session t{db};
        t.strict();
        const auto post = t.get<Post>(1);
        refused("Post.comments", [&] { (void)post->comments.size(); });
        t.load(post, &Post::comments);
        EXPECT_EQ(post->comments[0].text, "c");
        EXPECT_EQ(post->comments[0].post->title, "p");  // the other side is known
        t.load(post, &Post::author);
        refused("User.profile", [&] { (void)post->author->profile.get(); });
    });
    log.clear();
    (void)s.query<User>().count();
}

class strict_changes : public kin::test::with_database<Blog, linked::All, kin::models<Citizen, Passport>> {};

TEST_F(strict_changes, read_what_they_need_to_know) {
    kin::session fill{db};
    fill.add(User{.name = "Ada", .email = "a", .profile = Profile{.text = "old"}});
    fill.add(linked::Student{.name = "Bob"});
    fill.add(linked::Course{.title = "Looms"});
    fill.commit();
    log.clear();
    kin::session s{db};
    s.strict();
    auto student = s.get<linked::Student>(1);
    auto course = s.get<linked::Course>(1);
    auto user = s.get<User>(1);
    student->courses.push_back(course);
    s.flush();
    EXPECT_EQ(log.text(2), "SELECT id,; SELECT id,; SELECT id,; SELECT course.id,; INSERT INTO");
    log.clear();
    user->profile = Profile{.text = "new"};
    s.commit();
    EXPECT_EQ(log.text(2), "SELECT id,; INSERT INTO; UPDATE profile");
    EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"), "old|NULL; new|1");
    EXPECT_EQ(rows("SELECT student_id, course_id FROM enrolment"), "1|1");
}

TEST_F(strict_changes, what_displaces_something_unread_is_not_flushed_half_made) {
    for (const bool on : {false, true}) {
        kin::session s{db};
        s.strict(on);
        const auto made = s.add(Citizen{.name = "Ada", .passport = Passport{.number = "old"}});
        s.commit();
        s.clear();
        log.clear();
        auto citizen = s.get<Citizen>(made->id);
        citizen->passport = Passport{.number = "new"};  // its key may not be NULL
        s.commit();
        EXPECT_EQ(log.text(2), "SELECT id,; SELECT id,; INSERT INTO; DELETE FROM");
        EXPECT_EQ(rows("SELECT number FROM passport"), "new");
        s.remove(citizen);
        s.commit();
    }
}

}  // namespace
