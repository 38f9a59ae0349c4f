// Loading relations: which statements are sent, and that what they bring is put together right.

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::ref;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::thrown;

class loading : public kin::test::with_database<Blog> {
  protected:
    /// Users 1 to n with two posts each, of two comments each; every post of an even user is edited by user 1.
    void fill(int users, int step = 1) {
        kin::session s{db};
        for (int u = 1; u <= users; ++u) {
            const std::string n = std::to_string(u);
            const auto user =
                s.add(User{.id = u * step,
                           .name = "user " + n,
                           .email = n,
                           .posts = {{.title = n + "a", .comments = {{.text = n + "ax"}, {.text = n + "ay"}}},
                                     {.title = n + "b", .comments = {{.text = n + "bx"}}}}});
            if (u % 2 == 0) {
                for (Post& p : user->posts) p.editor = user;
            }
        }
        s.commit();
        log.clear();
    }
};

TEST_F(loading, touching_one_collection_loads_all_of_the_same_result) {
    fill(20);
    kin::session s{db};
    const auto users = s.query<User>().all();
    std::string titles;
    for (const User& u : users) {
        for (const Post& p : u.posts) titles += p.title + (p.author.get() == &u ? " " : "! ");
    }
    EXPECT_TRUE(titles.starts_with("1a 1b 2a 2b 3a "));
    EXPECT_FALSE(contains(titles, "!"));
    EXPECT_EQ(log.count(), 2u);
    // The next level, for all posts of all users.
    std::size_t comments = 0;
    for (const User& u : users) {
        for (const Post& p : u.posts) comments += p.comments.size();
    }
    EXPECT_EQ(comments, 60u);
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(s.statements(), 3u);
}

TEST_F(loading, siblings_are_those_of_the_result_and_no_others) {
    fill(10);
    kin::session s{db};
    const auto few = s.query<User>().where(col(&User::id) <= 3).all();
    const auto rest = s.query<User>().where(col(&User::id) > 3).all();
    EXPECT_EQ(few[1].posts.size(), 2u);
    EXPECT_TRUE(few[0].posts.loaded());
    EXPECT_TRUE(few[2].posts.loaded());
    EXPECT_FALSE(rest[0].posts.loaded());
    EXPECT_EQ(rest[6].posts[0].title, "10a");
    EXPECT_TRUE(rest[0].posts.loaded());
    EXPECT_EQ(log.count(), 4u);
}

TEST_F(loading, belongs_to_asks_only_for_parents_that_are_not_known) {
    fill(6);
    kin::session s{db};
    const auto first = s.get<User>(1);
    const auto posts = s.query<Post>().order_by(&Post::id).all();
    log.clear();
    EXPECT_EQ(posts[0].author.get(), first.get());
    EXPECT_EQ(log.count(), 1u);  // for the five others
    EXPECT_FALSE(contains(log.entries()[0].parameters, "[1,"));
    for (const Post& p : posts) EXPECT_EQ(p.author->id, p.user_id);
    EXPECT_EQ(log.count(), 1u);
    // The editors are among the authors, or NULL: nothing is sent.
    int edited = 0;
    for (const Post& p : posts) edited += p.editor ? 1 : 0;
    EXPECT_EQ(edited, 6);
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(loading, with_paths_send_one_statement_for_each_step) {
    fill(12);
    kin::session s{db};
    s.strict();
    const auto users =
        s.query<User>().with(&User::posts, &Post::comments).with(&User::profile).order_by(&User::id).all();
    EXPECT_EQ(log.count(), 4u);
    std::size_t comments = 0;
    for (const User& u : users) {
        EXPECT_EQ(u.profile, nullptr);
        for (const Post& p : u.posts) comments += p.comments.size();
    }
    EXPECT_EQ(comments, 36u);
    EXPECT_EQ(users[4].posts[1].comments[0].text, "5bx");
    EXPECT_EQ(users[4].posts[1].comments[0].post->title, "5b");
    EXPECT_EQ(log.count(), 4u);

    const auto again = s.query<User>().with("posts.comments").with(&User::posts, &Post::editor).all();
    EXPECT_EQ(log.count(), 5u);  // all of it is known
    EXPECT_EQ(again.size(), 12u);
    const auto e = thrown<kin::unknown_name>([&] { (void)s.query<User>().with("posts.comment"); });
    EXPECT_TRUE(contains(e.message(), "comments"));
}

TEST_F(loading, two_ways_to_one_row_give_one_object) {
    fill(4);
    kin::session s{db};
    const auto posts = s.query<Post>().where(col(&Post::user_id) == 2).with(&Post::author).with(&Post::editor).all();
    EXPECT_EQ(posts[0].author.get(), posts[1].author.get());
    EXPECT_EQ(posts[0].author.get(), posts[0].editor.get());
    EXPECT_EQ(s.get<User>(2).get(), posts[0].author.get());
    const auto user = s.query<User>().where(col(&User::email) == "2").one();
    EXPECT_EQ(&user->posts[0], &posts[0]);
    EXPECT_EQ(user->edited.size(), 2u);
}

TEST_F(loading, shuffled_children_find_their_parents) {
    {
        kin::session s{db};
        for (int u = 1; u <= 7; ++u) s.add(User{.id = u, .name = "u", .email = std::to_string(u)});
        s.flush();
        for (int i = 0; i < 70; ++i) s.add(Post{.user_id = 1 + (i * 5) % 7, .title = std::to_string(i)});
        s.commit();
    }
    kin::session s{db};
    const auto users = s.query<User>().with(&User::posts).all();
    for (const User& u : users) {
        ASSERT_EQ(u.posts.size(), 10u);
        std::int64_t last = 0;
        for (const Post& p : u.posts) {
            EXPECT_EQ(p.user_id, u.id);
            EXPECT_GT(p.id.value, last);  // in the order of the rows
            last = p.id.value;
        }
    }
}

TEST_F(loading, more_than_a_thousand_parents_far_apart) {
    fill(2500, 1000);
    kin::session s{db};
    const auto users = s.query<User>().where(col(&User::id) > 0).with(&User::posts).order_by(&User::id).all();
    EXPECT_EQ(log.count(), 4u);  // lists of a thousand keys
    for (const User& u : users) ASSERT_EQ(u.posts.size(), 2u);
    EXPECT_EQ(users[2499].posts[1].title, "2500b");
    log.clear();
    kin::session t{db};
    const auto posts = t.query<Post>().where(col(&Post::id) > 0).with(&Post::author).all();
    EXPECT_EQ(log.count(), 4u);
    for (const Post& p : posts) ASSERT_EQ(p.author->id, p.user_id);
}

TEST_F(loading, dense_keys_are_asked_for_as_a_range) {
    fill(2500);
    kin::session s{db};
    const auto users = s.query<User>().where(col(&User::id) > 500).with(&User::posts).all();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_TRUE(contains(log.entries()[1].sql, "BETWEEN"));
    for (const User& u : users) ASSERT_EQ(u.posts.size(), 2u);
}

TEST_F(loading, keys_from_one_end_of_the_numbers_to_the_other) {
    constexpr auto low = std::numeric_limits<std::int64_t>::min();
    constexpr auto high = std::numeric_limits<std::int64_t>::max();
    {
        kin::session s{db};
        for (const std::int64_t id : {low, std::int64_t{-7}, std::int64_t{3}, std::int64_t{5}, std::int64_t{4}, high}) {
            s.add(User{.id = id, .name = "u", .email = std::to_string(id), .posts = {{.title = std::to_string(id)}}});
        }
        s.commit();
    }
    kin::session s{db};
    const auto users = s.query<User>().where(col(&User::name) == "u").with(&User::posts).all();
    ASSERT_EQ(users.size(), 6u);
    for (const User& u : users) {
        ASSERT_EQ(u.posts.size(), 1u);
        EXPECT_EQ(u.posts[0].title, u.email);
    }
    EXPECT_TRUE(s.get<User>(low));
    EXPECT_TRUE(s.get<User>(high));
}

TEST_F(loading, a_to_one_with_more_than_one_row_is_an_error_every_time) {
    fill(2);
    run("INSERT INTO profile(id, user_id, text) VALUES (1, 2, 'x'), (2, 2, 'y')");
    kin::session s{db};
    const auto users = s.query<User>().all();
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::multiple_found>([&] { (void)users[1].profile.get(); });
    EXPECT_TRUE(contains(e.message(), "User.profile"));
    EXPECT_EQ(e.where().line(), line);
    EXPECT_THROW((void)users[1].profile.get(), kin::multiple_found);
    // Nobody else has to do with it, and the error says whose it is.
    EXPECT_TRUE(contains(e.message(), "User 2")) << e.message();
    EXPECT_EQ(users[0].profile.get(), nullptr);
    s.clear();
    const auto again = s.query<User>().order_by(&User::id).with(&User::profile).all();
    EXPECT_EQ(again[0].profile.get(), nullptr);
    s.strict();
    EXPECT_THROW((void)again[1].profile.get(), kin::multiple_found);
    s.strict(false);
    EXPECT_THROW((void)again[1].profile.get(), kin::multiple_found);
    run("DELETE FROM profile WHERE id = 2");
    s.rollback();
    EXPECT_EQ(again[1].profile->text, "x");
}

TEST_F(loading, strict_sessions_load_nothing_by_themselves) {
    fill(2);
    kin::session s{db};
    s.strict();
    const auto users = s.query<User>().all();
    const unsigned line = __LINE__ + 1;
    const auto e = thrown<kin::raised_load>([&] { (void)users[0].posts.size(); });
    EXPECT_TRUE(contains(e.message(), "User.posts is not loaded"));
    EXPECT_TRUE(contains(e.message(), ".with(&User::posts)"));
    EXPECT_EQ(e.where().line(), line);
    EXPECT_TRUE(ends_with(e.where().file_name(), "loading_test.cpp"));
    const auto one = s.get<User>(1);  // a single object is no exception
    EXPECT_THROW((void)one->posts.size(), kin::raised_load);
    EXPECT_EQ(log.count(), 1u);
    s.load(users, &User::posts);
    EXPECT_EQ(users[1].posts.size(), 2u);
    s.strict(false);
    EXPECT_EQ(users[0].posts[0].comments.size(), 2u);
}

TEST_F(loading, load_and_load_missing) {
    fill(5);
    kin::session s{db};
    const auto users = s.query<User>().all();
    s.load(users, &User::posts, &Post::comments);
    EXPECT_EQ(log.count(), 3u);
    s.load_missing(users, &User::posts, &Post::comments);
    EXPECT_EQ(log.count(), 3u);
    s.commit();  // the transaction would not see what others do
    run("DELETE FROM comments; DELETE FROM posts WHERE user_id > 1");
    EXPECT_EQ(users[1].posts.size(), 2u);
    s.load(users, &User::posts);
    EXPECT_EQ(users[0].posts.size(), 2u);
    EXPECT_TRUE(users[1].posts.empty());
    const auto one = s.get<User>(1);
    s.load(one, &User::profile);
    EXPECT_TRUE(one->profile.loaded());
}

TEST_F(loading, results_stay_readable_after_the_session) {
    fill(3);
    kin::rows<User> users;
    ref<Post> post;
    {
        kin::session s{db};
        users = s.query<User>().with(&User::posts).all();
        post = s.get<Post>(1);
    }
    std::string titles;
    for (const User& u : users.view()) {
        for (const Post& p : u.posts) titles += p.title + " of " + p.author->name + "; ";
    }
    EXPECT_TRUE(titles.starts_with("1a of user 1; 1b of user 1; 2a"));
    const auto e = thrown<kin::raised_load>([&] { (void)post->comments.size(); });
    EXPECT_EQ(e.message(), "Post.comments was not loaded, and its session is gone");
    EXPECT_EQ(post->author->name, "user 1");
    post->title = "a plain value now";
    EXPECT_EQ(post->title, "a plain value now");
    users = {};
    EXPECT_EQ(post->author->name, "user 1");  // any handle keeps all of it
}

TEST_F(loading, what_is_pending_is_part_of_what_is_loaded) {
    fill(2);
    kin::session s{db};
    const auto user = s.get<User>(1);
    const auto other = s.get<User>(2);
    user->posts.push_back(Post{.title = "new"});
    s.get<Post>(1)->author = other;
    s.remove(s.get<Post>(2));
    ASSERT_EQ(user->posts.size(), 1u);
    EXPECT_EQ(user->posts[0].title, "new");
    EXPECT_EQ(other->posts.size(), 3u);
}

class strategies : public kin::test::with_database<Strategies> {
  protected:
    strategies() {
        kin::session s{db};
        for (int b = 1; b <= 3; ++b) {
            const kin::key<Branch> key{b};
            s.add(Branch{.id = b, .name = "branch " + std::to_string(b)});
            for (int l = 0; l < 4; ++l) {
                s.add(Leaf{.name = std::string(1, static_cast<char>('d' - l)),
                           .weight = l / 2,
                           .one_id = key,
                           .with_id = key,
                           .never_id = key,
                           .sorted_id = key});
            }
        }
        s.commit();
        log.clear();
    }
};

TEST_F(strategies, select_asks_for_each_object) {
    kin::session s{db};
    const auto branches = s.query<Branch>().all();
    log.clear();
    for (const Branch& b : branches) EXPECT_EQ(b.one_by_one.size(), 4u);
    EXPECT_EQ(log.count(), 3u);
    kin::session t{db};
    const auto leaves = t.query<Leaf>().all();
    log.clear();
    for (const Leaf& l : leaves) EXPECT_EQ(l.one->id, *l.one_id);
    // One for each branch, that the identity map then knows, and one for what a branch says comes with it.
    EXPECT_EQ(log.count(), 6u);
}

TEST_F(strategies, selectin_comes_with_the_parents) {
    kin::session s{db};
    const auto branches = s.query<Branch>().all();
    EXPECT_EQ(log.count(), 2u);
    for (const Branch& b : branches) EXPECT_EQ(b.with_it.size(), 4u);
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(strategies, raise_is_refused_unless_asked_for) {
    kin::session s{db};
    const auto branches = s.query<Branch>().all();
    const auto e = thrown<kin::raised_load>([&] { (void)branches[0].never.size(); });
    EXPECT_TRUE(contains(e.message(), "Branch.never is not loaded, and its declaration says load::raise"));
    const auto asked = s.query<Branch>().with(&Branch::never).all();
    for (const Branch& b : asked) EXPECT_EQ(b.never.size(), 4u);

    kin::session t{db};
    const auto leaf = t.get<Leaf>(1);
    EXPECT_THROW((void)leaf->never.get(), kin::raised_load);
}

TEST_F(strategies, the_declared_order) {
    kin::session s{db};
    for (int round = 0; round < 2; ++round) {
        const auto branches = round == 0 ? s.query<Branch>().all() : s.query<Branch>().with(&Branch::sorted).all();
        for (const Branch& b : branches) {
            std::string names;
            for (const Leaf& l : b.sorted) names += l.name;
            EXPECT_EQ(names, "abcd");
        }
        s.clear();
    }
}

class keyed_loading : public kin::test::with_database<Keyed> {};

TEST_F(keyed_loading, composite_keys_in_lists) {
    {
        kin::session s{db};
        for (int i = 0; i < 1200; ++i) {
            s.add(Warehouse{.region = i % 40, .number = i / 40, .name = "w", .crates = {{.label = std::to_string(i)}}});
        }
        s.commit();
    }
    kin::session s{db};
    const auto stores = s.query<Warehouse>().where(col(&Warehouse::name) == "w").with(&Warehouse::crates).all();
    ASSERT_EQ(stores.size(), 1200u);
    for (const Warehouse& w : stores) {
        ASSERT_EQ(w.crates.size(), 1u);
        EXPECT_EQ(w.crates[0].label, std::to_string(w.number * 40 + w.region));
        EXPECT_EQ(w.crates[0].warehouse.get(), &w);
    }
    kin::session t{db};
    const auto crates = t.query<Crate>().with(&Crate::warehouse).all();
    for (const Crate& c : crates) ASSERT_EQ(c.warehouse->region, *c.region);

    // All of them go in a few statements.
    auto all = t.query<Warehouse>().all();
    log.clear();
    for (std::size_t i = 0; i < all.size(); ++i) t.remove(all.handle(i));
    t.commit();
    EXPECT_LE(log.count(), 10u);
    EXPECT_EQ(rows("SELECT count(*) FROM warehouse"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM crate WHERE region IS NULL AND number IS NULL"), "1200");
}

TEST_F(keyed_loading, a_composite_key_that_is_partly_null_has_no_parent) {
    run("INSERT INTO warehouse(region, number, name) VALUES (1, 1, 'w');"
        "INSERT INTO crate(id, region, number, label) VALUES (1, 1, NULL, 'a'), (2, 1, 1, 'b'), (3, NULL, NULL, 'c')");
    kin::session s{db};
    const auto crates = s.query<Crate>().order_by(&Crate::id).all();
    EXPECT_EQ(crates[0].warehouse, nullptr);
    EXPECT_EQ(crates[1].warehouse->name, "w");
    EXPECT_EQ(crates[2].warehouse, nullptr);
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(keyed_loading, text_and_uuid_keys) {
    {
        kin::session s{db};
        for (int i = 0; i < 30; ++i) {
            const std::string code = "c" + std::to_string(i);
            s.add(Country{.code = {code}, .name = code, .cities = {{.name = code + "x"}, {.name = code + "y"}}});
            s.add(Device{.id = {kin::uuid::v4()}, .name = code, .readings = {{.value = i + 0.5}}});
        }
        s.commit();
    }
    kin::session s{db};
    const auto countries = s.query<Country>().all();
    for (const Country& c : countries) {
        ASSERT_EQ(c.cities.size(), 2u);
        EXPECT_EQ(c.cities[1].name, c.name + "y");
    }
    const auto readings = s.query<Reading>().all();
    for (const Reading& r : readings) EXPECT_EQ(r.device->name, "c" + std::to_string(static_cast<int>(r.value)));
    s.commit();
    EXPECT_EQ(s.statements(), 4u);
}

}  // namespace
