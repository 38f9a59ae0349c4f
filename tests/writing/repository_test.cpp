// repository<T>, and filters from values and from requests.
#include <kin/repository.hpp>
#include <map>

#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;
using sample::Comment;
using sample::Post;
using sample::User;

struct Stock {
    kin::key<Stock> id{};
    std::string shop{};
    std::string article{};
    int amount{};
    std::string note{};
    kin::created_at created_at{};

    static constexpr auto table = kin::table("stock").unique("shop", "article");
};
struct Grade {
    kin::key<User> user_id{};
    kin::key<Post> post_id{};
    int points{};

    static constexpr auto table = kin::table("grade").primary_key("user_id", "post_id");
};

using base = with_database<sample::Blog, models<Stock, Grade>>;
class repositories : public base {
  protected:
    repositories() {
        session s{db};
        auto ada = s.add(User{.name = "Ada", .email = "a@x", .bio = "Engines"});
        auto bob = s.add(User{.name = "Bob", .email = "b@x"});
        for (int i = 1; i <= 5; ++i) {
            auto p = s.add(Post{.title = "Post " + std::to_string(i), .published = i % 2 == 1, .views = i * 10});
            p->author = i < 4 ? ada : bob;
            p->comments.push_back(Comment{.text = "on " + std::to_string(i)});
        }
        s.commit();
        log.clear();
    }
    template <class Range>
    static std::string titles(const Range& range) {
        std::string all;
        for (const Post& p : range) all += (all.empty() ? "" : " ") + p.title.substr(5);
        return all;
    }
    using request = std::map<std::string, std::string>;
};

TEST_F(repositories, load_what_was_said_once) {
    session s{db};
    repository<Post> posts{s, with(&Post::author), with(&Post::comments)};
    const auto first = posts.get(1);
    EXPECT_EQ(log.count(), 3u) << log.text();
    EXPECT_EQ(first->author->name, "Ada");
    EXPECT_EQ(first->comments.size(), 1u);
    EXPECT_EQ(log.count(), 3u);
    log.clear();
    const auto all = posts.list(asc(&Post::id));
    s.strict();
    for (const Post& p : all) EXPECT_EQ(p.comments.size(), 1u);
    EXPECT_EQ(all.size(), 5u);
    s.strict(false);

    session other{db};
    repository<Post> joining{other, joined(&Post::author)};
    log.clear();
    EXPECT_EQ(joining.get(4)->author->name, "Bob");
    EXPECT_EQ(log.count(), 1u);
    // A call says otherwise.
    log.clear();
    EXPECT_EQ(joining.list(selectin(&Post::author)).size(), 5u);
    EXPECT_EQ(log.count(), 2u) << log.text();
}

TEST_F(repositories, get) {
    session s{db};
    const repository<Post> posts{s};
    EXPECT_EQ(posts.get(2)->title, "Post 2");
    EXPECT_FALSE(posts.find(99));
    (void)thrown<not_found>([&] { (void)posts.get(99); });
    EXPECT_EQ(posts.get_one(col(&Post::title) == "Post 3")->views, 30);
    EXPECT_FALSE(posts.get_one_or_none(col(&Post::title) == "none"));
    (void)thrown<not_found>([&] { (void)posts.get_one(col(&Post::title) == "none"); });
    (void)thrown<multiple_found>([&] { (void)posts.get_one_or_none(col(&Post::published) == true); });
    EXPECT_TRUE(posts.exists(col(&Post::views) > 40));
    EXPECT_FALSE(posts.exists(col(&Post::views) > 50));
}

TEST_F(repositories, calls_replace_what_is_loaded) {
    session s{db};
    const repository<Post> posts{s, joined(&Post::author), with(&Post::comments)};
    s.strict();
    log.clear();
    EXPECT_EQ(posts.get(1, selectin(&Post::author))->comments.size(), 1u);  // of one relation: the others stay
    EXPECT_EQ(log.count(), 3u) << log.text();
    log.clear();
    const auto bare = posts.with_loads().list(asc(&Post::id));
    EXPECT_EQ(log.count(), 1u) << log.text();
    session other{db};
    other.strict();
    const repository<Post> again{other, joined(&Post::author), with(&Post::comments)};
    const auto all = again.with_loads(selectin(&Post::comments)).list();
    EXPECT_EQ(all[0].comments.size(), 1u);
    (void)thrown<raised_load>([&] { (void)all[0].author->name; });
}

TEST_F(repositories, errors_name_the_line_of_the_call) {
    session s{db};
    repository<Post> posts{s};
    const auto at = [](const auto& action) { return thrown<multiple_found>(action).where(); };
    site here = site::current();
    const site found = at([&] { (void)posts.get_one(col(&Post::published) == true, asc(&Post::id)); });
    EXPECT_EQ(found.line(), here.line() + 1);
    EXPECT_STREQ(found.file_name(), here.file_name());
    here = site::current();
    EXPECT_EQ(at([&] { (void)posts.get_one_or_none(col(&Post::published) == true); }).line(), here.line() + 1);
    here = site::current();
    EXPECT_EQ(thrown<not_found>([&] { (void)posts.get(99, with(&Post::author)); }).where().line(), here.line() + 1);
    s.commit();
    run("ALTER TABLE posts RENAME TO elsewhere");
    const condition c = col(&Post::views) > 1;
    const auto line = [](const auto& action) { return thrown<database_error>(action).where().line(); };
    session other{db};
    const repository<Post> gone{other};
    const auto line_of = [&](const auto& action) {
        const auto found_at = line(action);
        other.rollback();
        return found_at;
    };
    here = site::current();
    EXPECT_EQ(line_of([&] { (void)gone.list(c, asc(&Post::id)); }), here.line() + 1);
    EXPECT_EQ(line_of([&] { (void)gone.list(); }), here.line() + 2);
    EXPECT_EQ(line_of([&] { (void)gone.list_and_count(c, filters::page(1, 2)); }), here.line() + 3);
    EXPECT_EQ(line_of([&] { (void)gone.count(c, c); }), here.line() + 4);
    EXPECT_EQ(line_of([&] { (void)gone.exists(c, c); }), here.line() + 5);
    EXPECT_EQ(line_of([&] { repository<Post>{other}.remove_where(c, c); }), here.line() + 6);
}

TEST_F(repositories, errors_speak_in_words_of_their_own) {
    session s{db};
    const auto users = repository<User>{s}.with_messages(
        {.not_found = "no such user", .multiple_found = "which one?", .unique = "that address is taken"});
    EXPECT_EQ(thrown<not_found>([&] { (void)users.get(99); }).message(), "no such user");
    EXPECT_EQ(thrown<not_found>([&] { (void)users.get_one(col(&User::name) == "none"); }).message(), "no such user");
    EXPECT_EQ(thrown<multiple_found>([&] { (void)users.get_one(col(&User::age) == 0); }).message(), "which one?");
    auto writing = users;
    const auto e = thrown<unique_violation>([&] { writing.add({.name = "Eve", .email = "a@x"}); });
    EXPECT_EQ(e.message(), "that address is taken");
    EXPECT_TRUE(contains(e.sql(), "INSERT INTO")) << e.sql();
    s.rollback();
    // Where nothing is said they have Kin's.
    EXPECT_TRUE(
        contains(thrown<not_found>([&] { (void)repository<User>{s}.get(99); }).message(), "no row with this key"));
    EXPECT_TRUE(contains(thrown<unknown_name>([&] {
                             (void)users.list(users.filters(request{{"colour", "red"}}));
                         }).message(),
                         "colour"));
}

TEST_F(repositories, a_default_value_can_be_written) {
    session s{db};
    repository<Post> posts{s};
    s.execute("UPDATE posts SET views = 7, published = true, title = 'kept' WHERE id = 1");
    posts.update({.id = 1, .published = false, .views = 0});
    s.clear();
    EXPECT_EQ(rows("SELECT views FROM posts WHERE id = 1"), "10")
        << "not committed: the other connection sees no change";
    EXPECT_EQ(s.get_one<Post>(1)->views, 7) << "what equals a fresh Post says nothing";
    log.clear();
    posts.update({.id = 1, .published = false, .views = 0}, &Post::views, &Post::published);
    EXPECT_EQ(log.count("UPDATE"), 1u);
    s.clear();
    EXPECT_EQ(s.get_one<Post>(1)->views, 0);
    EXPECT_FALSE(s.get_one<Post>(1)->published);
    EXPECT_EQ(s.get_one<Post>(1)->title, "kept");
    const std::int64_t author = s.get_one<Post>(1)->user_id.value;
    posts.replace({.id = 1, .user_id = author, .title = "", .views = 3});
    s.clear();
    EXPECT_EQ(s.get_one<Post>(1)->title, "");
    EXPECT_EQ(s.get_one<Post>(1)->views, 3);
    thrown<not_found>([&] { posts.replace({.id = 99, .user_id = author}); });
    thrown<not_found>([&] { posts.update({.id = 99}, &Post::views); });
    thrown<usage_error>([&] { posts.replace({.title = "no key"}); });
    const auto said =
        thrown<usage_error>([&] { posts.replace({.id = 1, .user_id = author, .comments = {{.text = "one"}}}); });
    EXPECT_TRUE(contains(said.message(), "columns are written, no relations: set Post.comments")) << said.what();
}

TEST_F(repositories, named_columns_are_written_whatever_they_become) {
    session s{db};
    repository<Post> posts{s};
    s.execute("UPDATE posts SET views = 7, published = true, title = 'kept' WHERE id = 1");
    log.clear();
    const auto post = posts.update(1, set(&Post::views, 0), set(&Post::published, false));
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(post->views, 0);
    EXPECT_FALSE(post->published);
    EXPECT_EQ(post->title, "kept");
    const auto gone = thrown<not_found>([&] { posts.update(99, set(&Post::views, 0)); });
    EXPECT_TRUE(contains(gone.where().file_name(), "repository_test"));
    EXPECT_TRUE(contains(thrown<usage_error>([&] { posts.update(1, set(&Post::id, 7)); }).what(), "Post.id"));

    repository<User> users{s};
    s.execute("UPDATE users SET age = 50");
    const auto found = users.upsert_many({{.name = "other", .email = "a@x", .age = 0}, {.name = "new", .email = "n@x"}},
                                         {&User::email}, {&User::age});
    EXPECT_EQ(found[0]->age, 0);
    EXPECT_NE(found[0]->name, "other") << "not among those that are written";
    EXPECT_EQ(found[1]->name, "new");
}

TEST_F(repositories, rows_are_locked_for_a_call) {
    session s{db};
    const repository<Post> posts{s, with(&Post::comments)};
    const auto first = posts.get(1);
    s.commit();
    run("UPDATE posts SET views = 99 WHERE id = 1");
    log.clear();
    EXPECT_EQ(posts.get(1, filters::for_update())->views, 99);  // what is locked is what is there
    EXPECT_EQ(first->views, 99);
    EXPECT_EQ(log.count(), 1u);  // what was loaded before stays
    EXPECT_EQ(contains(log.entries()[0].sql, "FOR UPDATE"), can(capability::row_locks)) << log.entries()[0].sql;
    EXPECT_EQ(posts.list_and_count(filters::for_share(), filters::limit_offset(2)).total, 5);
    EXPECT_EQ(posts.count(filters::for_update()), 5);
    s.commit();
}

TEST_F(repositories, composite_keys) {
    session s{db};
    repository<Grade> grades{s};
    grades.add_many({{.user_id = 1, .post_id = 1, .points = 3}, {.user_id = 1, .post_id = 2, .points = 4}});
    EXPECT_EQ(grades.get({1, 2})->points, 4);
    EXPECT_EQ(grades.update({.user_id = 1, .post_id = 2, .points = 5})->points, 5);
    EXPECT_EQ(grades.remove_many({{1, 1}, {1, 2}, {1, 3}}), 2);
    (void)thrown<not_found>([&] { grades.update({.user_id = 2, .post_id = 2}); });
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM grade"), "0");
}

TEST_F(repositories, list_and_count_counts_only_where_it_must) {
    session s{db};
    const repository<Post> posts{s};
    auto [items, total] = posts.list_and_count(col(&Post::views) > 10, desc(&Post::views), filters::limit_offset(2));
    EXPECT_EQ(titles(items), "5 4");
    EXPECT_EQ(total, 4);
    EXPECT_EQ(log.count(), 2u);
    log.clear();
    EXPECT_EQ(posts.list_and_count(col(&Post::views) > 10).total, 4);
    EXPECT_EQ(posts.list_and_count(filters::page(2, 3)).total, 5);
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(posts.list_and_count(filters::page(9, 3)).total, 5);
    EXPECT_EQ(posts.count(filters::limit_offset(2), desc(&Post::id)), 5);
}

TEST_F(repositories, filters_are_values) {
    session s{db};
    const repository<Post> posts{s};
    const auto by_id = asc(&Post::id);
    EXPECT_EQ(titles(posts.list(by_id, filters::collection(&Post::views, {10, 30}))), "1 3");
    EXPECT_EQ(titles(posts.list(by_id, filters::collection(&Post::views, {}))), "");
    EXPECT_EQ(titles(posts.list(by_id, filters::not_in_collection(&Post::views, {10, 30}))), "2 4 5");
    EXPECT_EQ(titles(posts.list(by_id, filters::before_after(&Post::views, {40}, {10}))), "2 3");
    EXPECT_EQ(titles(posts.list(by_id, filters::on_before_after(&Post::views, {40}, {10}))), "1 2 3 4");
    EXPECT_EQ(titles(posts.list(by_id, filters::before_after(&Post::views, {}, {30}))), "4 5");
    EXPECT_EQ(titles(posts.list(by_id, filters::search("OST 4", &Post::title))), "4");
    EXPECT_EQ(titles(posts.list(by_id, filters::search("%", &Post::title))), "");
    EXPECT_EQ(titles(posts.list(by_id, filters::not_in_search("post 4", &Post::title))), "1 2 3 5");
    EXPECT_EQ(titles(posts.list(by_id, any(&Post::author, col(&User::name) == "Bob"))), "4 5");
    const repository<User> users{s};
    EXPECT_EQ(users.count(filters::is_null(&User::bio)), 1);
    EXPECT_EQ(users.count(filters::not_null(&User::bio)), 1);
    EXPECT_EQ(users.count(filters::not_in_search("engine", &User::bio, &User::name)), 1);
    // Kept for later.
    const std::vector<filter_of<Post>> kept{col(&Post::views) > 20, desc(&Post::views), selectin(&Post::author)};
    EXPECT_EQ(titles(posts.list(kept[0], kept[1], kept[2])), "5 4 3");
}

TEST_F(repositories, filters_come_from_requests) {
    session s{db};
    const repository<Post> posts{s};
    const auto rules = filter_rules<Post>{}.every_column().related(
        &Post::author,
        filter_rules<User>{}.columns(&User::name).related(&User::posts, filter_rules<Post>{}.columns(&Post::views)));
    const auto ask = [&](const request& said) {
        return titles(posts.list(posts.filters(said, rules), asc(&Post::id)));
    };
    EXPECT_EQ(ask({{"views", "30"}}), "3");
    EXPECT_EQ(ask({{"views__ge", "30"}, {"views__lt", "50"}}), "3 4");
    EXPECT_EQ(ask({{"published", "true"}, {"views__ne", "10"}}), "3 5");
    EXPECT_EQ(ask({{"views__in", "10,20,99"}}), "1 2");
    EXPECT_EQ(ask({{"views__in", ""}}), "");
    EXPECT_EQ(ask({{"views__not_in", "10,20"}}), "3 4 5");
    EXPECT_EQ(ask({{"title__contains", "ST 2"}}), "2");
    EXPECT_EQ(ask({{"title__not_contains", "2"}}), "1 3 4 5");
    EXPECT_EQ(ask({{"title__starts_with", "post"}, {"title__ends_with", "5"}}), "5");
    EXPECT_EQ(ask({{"editor_id__null", "false"}}), "");
    EXPECT_EQ(ask({{"author.name", "Bob"}}), "4 5");
    EXPECT_EQ(ask({{"author.posts.views__ge", "50"}}), "4 5");
    EXPECT_EQ(ask({{"order_by", "-views"}, {"page", "2"}, {"page_size", "2"}}), "3 2");
    EXPECT_EQ(ask({{"limit", "1"}, {"offset", "3"}}), "4");
    EXPECT_EQ(titles(posts.list(posts.filters(request{{"search", "5"}}, filter_rules<Post>{}.search(&Post::title)))),
              "5");
    EXPECT_EQ(posts.list_and_count(posts.filters(request{{"page", "1"}, {"page_size", "2"}})).total, 5);
    EXPECT_EQ(s.query<User>().where(col(&User::bio) == nullptr).count(), 1);
    // The most that may be asked for.
    EXPECT_EQ(
        titles(posts.list(posts.filters(request{{"page", "2"}, {"page_size", "99"}}, filter_rules<Post>{}.pages(1, 2)),
                          asc(&Post::id))),
        "3 4");
}

TEST_F(repositories, requests_are_verified) {
    session s{db};
    const repository<Post> posts{s};
    const auto refused = [&]<class Error>(Error*, const request& said, std::string_view text,
                                          const filter_rules<Post>& rules = filter_rules<Post>{}.every_column()) {
        const Error e = thrown<Error>([&] { (void)posts.filters(said, rules); });
        EXPECT_TRUE(contains(e.what(), text)) << e.what();
    };
    unknown_name* name = nullptr;
    conversion_error* text = nullptr;
    usage_error* usage = nullptr;
    refused(name, {{"colour", "red"}}, "the columns are: id, user_id, editor_id, title, published, views");
    refused(name, {{"views__about", "3"}}, "the comparisons are eq, ne");
    refused(name, {{"order_by", "id; DROP TABLE posts"}}, "the columns are: id");
    refused(name, {{"author.secret", "x"}}, "Post cannot be filtered by 'author.secret'; the columns are: id");
    refused(name, {{"views", "3"}}, "its rules open no column: kin::filter_rules<Post>{}.columns(", {});
    refused(name, {{"order_by", "views"}}, "its rules open no column", {});
    refused(text, {{"views__ge", "many"}}, "views__ge: 'many' is no int32");
    refused(text, {{"published", "perhaps"}}, "'perhaps' is no boolean");
    refused(text, {{"page", "0"}}, "a number from 1");
    refused(usage, {{"search", "x"}}, "filter_rules");
    refused(usage, {{"views__contains", "1"}}, "only text is searched");
    const auto rules = filter_rules<Post>{}.columns(&Post::title, &Post::views);
    refused(name, {{"published", "true"}}, "the columns are: title, views", rules);
    refused(name, {{"author.name", "Ada"}}, "the columns are: title, views", rules);
    const auto further = filter_rules<Post>{}.related(&Post::author, filter_rules<User>{}.columns(&User::name));
    refused(name, {{"title", "x"}}, "the columns are: author.name", further);
    refused(name, {{"author.email", "x"}}, "the columns are: author.name", further);
    refused(name, {{"author.posts.title", "x"}}, "the columns are: author.name", further);
    refused(text, {{"views", "99999999999"}}, "views: ");
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(repositories, writes_are_flushed) {
    session s{db};
    repository<User> users{s};
    const auto cyd = users.add({.name = "Cyd", .email = "c@x", .bio = "Looms"});
    EXPECT_NE(cyd->id.value, 0);
    EXPECT_EQ(log.count("INSERT"), 1u);
    log.clear();
    const auto many = users.add_many({{.name = "Dan", .email = "d@x"}, {.name = "Eve", .email = "e@x"}});
    EXPECT_EQ(many[1]->name, "Eve");
    EXPECT_EQ(log.count("INSERT"), 1u);
    // What it says nothing of stays.
    const auto changed = users.update({.id = cyd->id, .name = "Cydney"});
    EXPECT_EQ(changed, cyd);
    EXPECT_EQ(*cyd->bio, "Looms");
    (void)thrown<not_found>([&] { users.update({.id = 99, .name = "Nobody"}); });
    (void)thrown<usage_error>([&] { users.update({.name = "Nobody"}); });
    EXPECT_EQ(users.update_many({{.id = 1, .age = 3}, {.id = 2, .age = 4}}).size(), 2u);
    EXPECT_EQ(users.upsert({.name = "Fay", .email = "f@x"})->name, "Fay");
    s.commit();
    EXPECT_EQ(rows("SELECT name, age FROM users ORDER BY id"), "Ada|3; Bob|4; Cydney|0; Dan|0; Eve|0; Fay|0");

    EXPECT_EQ(users.remove(cyd->id)->name, "Cydney");
    EXPECT_EQ(users.remove_many({many[0]->id, many[1]->id, 99}), 2);
    EXPECT_EQ(users.remove_where(col(&User::name) == "Fay"), 1);
    (void)thrown<not_found>([&] { users.remove(99); });
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "Ada; Bob");
}

TEST_F(repositories, upsert_many_by_a_natural_key) {
    run("INSERT INTO stock VALUES (1, 'A', 'loom', 1, 'old', '2020-01-01 00:00:00')");
    session s{db};
    repository<Stock> stock{s};
    auto all = stock.upsert_many({{.shop = "A", .article = "loom", .amount = 7},
                                  {.shop = "A", .article = "bread", .amount = 3},
                                  {.shop = "B", .article = "loom", .amount = 2}},
                                 &Stock::shop, &Stock::article);
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(log.count("UPDATE"), 1u);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0]->id.value, 1);
    EXPECT_EQ(all[0]->note, "old");
    s.commit();
    EXPECT_EQ(rows("SELECT shop, article, amount, note FROM stock ORDER BY id"), "A|loom|7|old; A|bread|3|; B|loom|2|");
    EXPECT_EQ(rows("SELECT created_at FROM stock WHERE id = 1"), "2020-01-01 00:00:00");
    // Again: nothing changes, so nothing is written.
    log.clear();
    stock.upsert_many({{.shop = "B", .article = "loom", .amount = 2}}, &Stock::shop, &Stock::article);
    EXPECT_EQ(log.count("UPDATE"), 0u);
    (void)thrown<mapping_error>([&] { stock.upsert_many({{.shop = "B"}}, &Stock::shop); });
}

TEST_F(repositories, what_cannot_be_added_does_not_stay_in_the_session) {
    session s{db};
    repository<User> users{s};
    const auto ada = s.get_one<User>(1);
    ASSERT_EQ(ada->posts.size(), 3u);
    ada->name = "Countess";  // staged before, and so after
    const auto refused = thrown<unique_violation>([&] {
        users.add({.name = "Eve",
                   .email = ada->email,
                   .posts = {{.title = "lost"}},
                   .profile = sample::Profile{.text = "lost"}});
    });
    EXPECT_TRUE(contains(refused.what(), "repository_test.cpp")) << refused.what();
    (void)thrown<unique_violation>([&] {
        users.add_many({{.name = "Fay", .email = "f@x"}, {.name = "Gus", .email = ada->email}});
    });
    repository<Post> posts{s};
    (void)thrown<check_violation>([&] { posts.add({.title = "lost", .author = User{.age = -1}}); });
    EXPECT_EQ(s.explain_flush(), "1. update 1 row of users, set name: User 1\n");
    EXPECT_EQ(users.add({.name = "Hal", .email = "h@x"})->name, "Hal");
    EXPECT_EQ(ada->posts.size(), 3u);
    s.commit();
    EXPECT_EQ(rows("SELECT name FROM users ORDER BY id"), "Countess; Bob; Hal");
    EXPECT_EQ(rows("SELECT count(*) FROM posts"), "5");
}

}  // namespace
}  // namespace kin::test
