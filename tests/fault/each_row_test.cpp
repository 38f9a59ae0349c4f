// Every single row of a large mixed flush is made to fail in turn, by triggers that count down.
#include "support/countdown.hpp"
#include "support/fixture.hpp"
#include "support/picture.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::rows_of;
using kin::test::thrown;
namespace countdown = kin::test::countdown;

class each_row : public kin::test::with_database<Blog> {
  protected:
    each_row() { run(countdown::script({"users", "profile", "posts", "comments"})); }
    void fail_at(int row) { run(countdown::at(row)); }
    std::string database(kin::engine::connection& c) {
        return rows_of(c, "SELECT * FROM users ORDER BY id") + "\n" + rows_of(c, "SELECT * FROM posts ORDER BY id") +
               "\n" + rows_of(c, "SELECT * FROM comments ORDER BY id") + "\n" +
               rows_of(c, "SELECT * FROM profile ORDER BY id");
    }
    std::string committed() { return database(*outside.connect()); }

    kin::session s{db};
    std::vector<ref<User>> users;
    std::vector<ref<Post>> posts;
    std::vector<ref<Comment>> comments;
    std::vector<ref<Profile>> profiles;

    std::string memory() const {
        std::string out;
        for (const auto& u : users) out += picture(u.get());
        for (const auto& p : posts) out += picture(p.get());
        for (const auto& c : comments) out += picture(c.get());
        for (const auto& p : profiles) out += picture(p.get());
        return out;
    }
    void keep(const ref<User>& user) {
        users.push_back(user);
        for (std::size_t i = 0; i < user->posts.size(); ++i) {
            const ref<Post> post = posts.emplace_back(user->posts.handle(i));
            for (std::size_t k = 0; k < post->comments.size(); ++k) comments.push_back(post->comments.handle(k));
        }
        if (user->profile) profiles.push_back(user->profile.handle());
    }
    void start() {
        for (int u = 0; u < 4; ++u) {
            const std::string n = std::to_string(u);
            const auto user = s.add(User{
                .name = "user " + n,
                .email = "u" + n,
                .posts = {{.title = "p" + n, .comments = {{.text = "a" + n}, {.text = "b" + n}}}, {.title = "q" + n}},
                .profile = Profile{.text = "profile " + n}});
            keep(user);
        }
        s.commit();
    }
    /// Inserts, updates, moves, keys cleared, orphans and removals in one flush.
    void change() {
        users[0]->name = "renamed";
        users[1]->age = 7;
        users[1]->bio = "born";
        posts[0]->author = users[1];
        posts[1]->editor = users[2];
        posts[0]->comments.erase(comments[0]);
        posts[1]->comments.push_back(comments[1]);
        users[2]->profile = profiles[0];
        s.remove(posts[2]);
        s.remove(posts[6]);
        s.remove(posts[7]);
        s.remove(users[3]);
        keep(s.add(User{.name = "new", .email = "new", .posts = {{.title = "n1", .comments = {{.text = "n2"}}}}}));
        users[0]->posts.push_back(Post{.title = "n3", .editor = users[4]});
        posts.push_back(users[0]->posts.handle(users[0]->posts.size() - 1));
    }
    void check_outcome() {
        EXPECT_EQ(rows("SELECT name, age, bio FROM users ORDER BY id"),
                  "renamed|0|NULL; user 1|7|born; user 2|0|NULL; new|0|NULL");
        EXPECT_EQ(rows("SELECT p.title, u.name, e.name FROM posts p JOIN users u ON u.id = p.user_id "
                       "LEFT JOIN users e ON e.id = p.editor_id ORDER BY title"),
                  "n1|new|NULL; n3|renamed|new; p0|user 1|NULL; p2|user 2|NULL; q0|renamed|user 2; q1|user 1|NULL; "
                  "q2|user 2|NULL");
        EXPECT_EQ(rows("SELECT text FROM comments ORDER BY text"), "a2; b0; b2; n2");
        EXPECT_EQ(rows("SELECT text, user_id FROM profile ORDER BY id"),
                  "profile 0|3; profile 1|2; profile 2|NULL; profile 3|NULL");
    }
};

TEST_F(each_row, of_the_first_flush_of_a_transaction) {
    start();
    change();
    const std::string was = memory();
    const std::string rows_were = committed();
    const std::string plan = s.explain_flush();
    int row = 1;
    for (;; ++row) {
        ASSERT_LT(row, 200);
        SCOPED_TRACE(row);
        fail_at(row);
        try {
            s.flush();
            break;
        } catch (const kin::constraint_violation& e) {
            EXPECT_EQ(e.code(), countdown::code());
            EXPECT_TRUE(contains(e.message(), countdown::planned));
            EXPECT_FALSE(e.sql().empty());
        }
        ASSERT_EQ(memory(), was);
        ASSERT_EQ(committed(), rows_were);
        ASSERT_EQ(s.explain_flush(), plan);
    }
    EXPECT_GT(row, 15);  // the flush touches as many rows
    s.commit();
    check_outcome();
    EXPECT_FALSE(s.dirty());
}

TEST_F(each_row, of_a_later_flush_of_a_transaction) {
    start();
    fail_at(0);
    users[2]->age = 1;
    s.flush();
    users[2]->age = 0;
    change();
    const std::string was = memory();
    const std::string rows_were = database(s.connection());
    for (int row = 1;; ++row) {
        ASSERT_LT(row, 200);
        SCOPED_TRACE(row);
        s.connection().execute(countdown::at(row));
        try {
            s.flush();
            break;
        } catch (const kin::constraint_violation&) {
        }
        ASSERT_EQ(memory(), was);
        ASSERT_EQ(database(s.connection()), rows_were);
    }
    s.commit();
    check_outcome();
}

TEST_F(each_row, and_each_failure_can_be_rolled_back) {
    start();
    const std::string at_first = memory();
    const std::string rows_were = committed();
    for (int row = 1; row < 40; row += 3) {
        SCOPED_TRACE(row);
        fail_at(row);
        change();
        try {
            s.flush();
        } catch (const kin::constraint_violation&) {
        }
        s.rollback();
        users.resize(4);
        posts.resize(8);
        comments.resize(8);
        profiles.resize(4);
        ASSERT_EQ(memory(), at_first);
        ASSERT_EQ(committed(), rows_were);
        ASSERT_FALSE(s.dirty());
    }
}

}  // namespace
