// merge, expunge and objects that move between sessions.
#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace {

using namespace sample;
using kin::ref;
using kin::test::contains;
using kin::test::thrown;

class merging : public kin::test::with_database<Blog, Owning, Values, Keyed, linked::All> {
  protected:
    kin::session s{db};
    merging() {
        (void)s.add(User{.name = "Ada", .email = "ada", .bio = "Countess", .age = 36, .posts = {{.title = "one"}}});
        s.commit();
        s.clear();
        log.clear();
    }
};

TEST_F(merging, copies_the_columns_that_were_set) {
    const auto ada = s.merge(User{.id = {1}, .name = "Grace"});
    EXPECT_EQ(log.count("SELECT"), 1u);
    EXPECT_EQ(ada.get()->name, "Grace");
    EXPECT_EQ(ada.get()->bio, "Countess");
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_TRUE(contains(log.entries().back().sql, "SET \"name\" = ?"));
    EXPECT_EQ(rows("SELECT id, name, email, bio, age FROM users"), "1|Grace|ada|Countess|36");
    log.clear();
    EXPECT_EQ(s.merge(User{.id = {1}, .name = "Grace"}), ada);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(merging, copies_the_columns_that_are_named_whatever_they_hold) {
    const auto ada = s.merge(User{.id = {1}, .name = "nothing of this"}, &User::bio, &User::age);
    EXPECT_EQ(ada.get()->age, 0);
    s.commit();
    EXPECT_TRUE(contains(log.entries().back().sql, "SET \"bio\" = ?, \"age\" = ?")) << log.text();
    EXPECT_EQ(rows("SELECT id, name, email, bio, age FROM users"), "1|Ada|ada|NULL|0");
    const auto eve = s.merge(User{.id = {9}, .name = "Eve", .email = "eve"}, &User::age);
    s.commit();
    EXPECT_EQ(rows("SELECT name, email FROM users WHERE id = 9"), "Eve|eve");  // a new one is what the value says
}

TEST_F(merging, adds_what_has_no_key_or_no_row) {
    (void)s.merge(User{.name = "Bob", .email = "bob"});
    EXPECT_EQ(log.count(), 0u);
    const auto eve = s.merge(User{.id = {9}, .name = "Eve", .email = "eve"});
    EXPECT_EQ(s.merge(User{.id = {9}, .age = 5}), eve);  // pending by now
    const auto de = s.merge(Country{.code = {"de"}, .name = "Germany", .cities = {{.name = "Berlin"}}});
    s.commit();
    EXPECT_EQ(s.merge(Country{.code = {"de"}, .name = "Deutschland"}), de);
    s.commit();
    EXPECT_EQ(rows("SELECT name, age FROM users ORDER BY age DESC"), "Ada|36; Eve|5; Bob|0");
    EXPECT_EQ(rows("SELECT code, country.name, city.name FROM country JOIN city ON country_code = code"),
              "de|Deutschland|Berlin");
}

TEST_F(merging, follows_the_relations) {
    const auto ada = s.merge(User{.id = {1},
                                  .posts = {{.id = {1}, .views = 7, .comments = {{.text = "new"}}}, {.title = "two"}},
                                  .profile = Profile{.text = "profile"}});
    s.commit();
    EXPECT_EQ(ada->posts.size(), 2u);
    EXPECT_EQ(rows("SELECT id, user_id, title, views FROM posts ORDER BY id"), "1|1|one|7; 2|1|two|0");
    EXPECT_EQ(rows("SELECT post_id, text FROM comments"), "1|new");
    EXPECT_EQ(rows("SELECT user_id, text FROM profile"), "1|profile");

    // To the parent, by value, by handle, and to none.
    const auto bob = s.add(User{.name = "Bob", .email = "bob"});
    const auto two = s.merge(Post{.id = {2}, .author = User{.id = {1}, .age = 37}, .editor = bob});
    s.commit();
    EXPECT_EQ(two->author.handle(), ada);
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts WHERE id = 2"), "1|2");
    EXPECT_EQ(rows("SELECT age FROM users WHERE id = 1"), "37");
    (void)s.merge(Post{.id = {2}, .editor = nullptr});
    s.commit();
    EXPECT_EQ(rows("SELECT user_id, editor_id FROM posts WHERE id = 2"), "1|NULL");
}

TEST_F(merging, a_graph_that_is_refused_changes_nothing) {
    kin::session other{db};
    const auto foreign = other.get<User>(1);
    const auto ada = s.get<User>(1);
    log.clear();
    const auto e = thrown<kin::usage_error>(
        [&] { (void)s.merge(User{.id = {1}, .name = "X", .posts = {{.title = "p", .editor = foreign}}}); });
    EXPECT_TRUE(contains(e.message(), "another session"));
    EXPECT_EQ(ada.get()->name, "Ada");
    EXPECT_FALSE(s.dirty());
    other.rollback();
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "1");
}

TEST_F(merging, an_old_version_is_refused) {
    const auto account = s.add(Account{.owner = "Ada", .balance = 10});
    s.commit();
    const Account form = *account.get();
    account->balance = 20;
    s.commit();
    (void)thrown<kin::stale_object>([&] { (void)s.merge(form); });
    EXPECT_EQ(account.get()->balance, 20);
    EXPECT_EQ(s.merge(Account{.id = {1}, .balance = 30, .version = account.get()->version}), account);
    s.commit();
    EXPECT_EQ(rows("SELECT balance, version FROM account"), "30|3");
}

TEST_F(merging, an_expunged_object_takes_what_it_owns_with_it) {
    const auto post = s.get<Post>(1);
    post->comments.push_back(Comment{.text = "owned"});
    s.commit();
    const auto comment = post->comments.handle(0);
    const auto ada = post->author.handle();
    post->title = "never written";
    comment->text = "never written";
    s.expunge(post);
    EXPECT_FALSE(s.dirty());
    EXPECT_EQ(s.get<User>(1), ada);  // not owned: stays
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM posts"), "one");
    EXPECT_EQ(rows("SELECT text FROM comments"), "owned");
    EXPECT_NE(s.get<Comment>(1), comment);
    EXPECT_NE(s.get<Post>(1), post);
}

TEST_F(merging, an_expunged_object_moves_to_another_session) {
    const auto ada = s.get<User>(1);
    s.commit();
    kin::session other{db};
    (void)thrown<kin::usage_error>([&] { (void)other.add(ada); });
    ada->name = "Grace";
    s.expunge(ada);
    const auto merged = other.merge(ada);
    EXPECT_NE(merged, ada);
    EXPECT_EQ(merged->posts.size(), 1u);
    other.commit();
    EXPECT_EQ(rows("SELECT id, name, email FROM users"), "1|Grace|ada");

    kin::test::temporary_directory elsewhere;
    kin::database archive{elsewhere.sqlite_url("archive.db")};
    archive.create<Blog>();
    kin::session writer{archive};
    const auto copy = writer.add(ada);
    EXPECT_NE(copy, ada);
    writer.commit();
    EXPECT_EQ(kin::test::rows_of(*archive.connect(), "SELECT id, name, email, age FROM users"), "1|Grace|ada|36");
}

TEST_F(merging, what_was_merged_is_rolled_back) {
    const auto ada = s.get<User>(1);
    (void)s.merge(User{.id = {1}, .name = "Grace", .posts = {{.id = {1}, .title = "uno"}, {.title = "two"}}});
    s.flush();
    s.rollback();
    EXPECT_EQ(ada.get()->name, "Ada");
    EXPECT_EQ(ada->posts.size(), 1u);
    EXPECT_EQ(ada->posts[0].title, "one");
    EXPECT_FALSE(s.dirty());
}

TEST_F(merging, asks_once_for_each_model) {
    run("INSERT INTO posts (id, user_id, title, published, views) VALUES (2, 1, 'two', false, 0), (3, 1, 'three', "
        "false, 0);"
        "INSERT INTO comments VALUES (1, 2, 'c'), (2, 3, 'd');");
    (void)s.merge(User{.id = {1},
                       .posts = {{.id = {1}, .views = 1},
                                 {.id = {2}, .views = 2, .comments = {{.id = {1}, .text = "C"}}},
                                 {.id = {3}, .views = 3, .comments = {{.id = {2}, .text = "D"}}}}});
    EXPECT_EQ(log.count("SELECT"), 3u) << log.text();
    s.commit();
    EXPECT_EQ(rows("SELECT views FROM posts ORDER BY id"), "1; 2; 3");
    EXPECT_EQ(rows("SELECT text FROM comments ORDER BY id"), "C; D");
}

TEST_F(merging, links_are_added_and_expunged_objects_leave_them_alone) {
    run("INSERT INTO article VALUES (1, 'a'); INSERT INTO topic VALUES (1, 'x'), (2, 'y');"
        "INSERT INTO article_topic VALUES (1, 1);");
    // One pair is there already, one is new, and one leads to a new topic.
    const auto article =
        s.merge(linked::Article{.id = {1}, .topics = {{.id = {1}}, {.id = {2}, .name = "Y"}, {.name = "z"}}});
    s.commit();
    EXPECT_EQ(rows("SELECT topic_id FROM article_topic ORDER BY topic_id"), "1; 2; 3");
    EXPECT_EQ(rows("SELECT name FROM topic ORDER BY id"), "x; Y; z");
    EXPECT_EQ(article->topics.size(), 3u);
    s.expunge(article);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM article_topic"), "3");
    const auto again = s.get<linked::Article>(1);
    EXPECT_NE(again.get(), article.get());
    EXPECT_EQ(again->topics.size(), 3u);
}

}  // namespace
