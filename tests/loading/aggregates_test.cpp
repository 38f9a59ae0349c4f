// Counts, sums, … over relations, kept beside the objects: with the query, for objects that are here, or when asked.
#include <thread>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;
using linked::Course;
using linked::Enrolment;
using linked::Student;
using sample::Comment;
using sample::Crate;
using sample::Node;
using sample::Post;
using sample::Profile;
using sample::User;
using sample::Warehouse;

class aggregates : public with_database<sample::Blog, models<Student, Course, Enrolment, Node, Warehouse, Crate>> {
  protected:
    aggregates() {
        run("INSERT INTO users (id, name, email, age, created_at) VALUES (1, 'Ada', 'a', 1, '2024-01-01 00:00:00'), "
            "(2, 'Bob', 'b', 1, '2024-01-01 00:00:00'), (3, 'Cid', 'c', 1, '2024-01-01 00:00:00')");
        run("INSERT INTO profile (id, user_id, text) VALUES (1, 1, 'x')");
        run("INSERT INTO posts (id, user_id, editor_id, title, published, views) VALUES "
            "(1, 1, 2, 'one', true, 10), (2, 1, NULL, 'two', false, 20), (3, 1, 3, 'three', true, 30), (4, 2, 1, "
            "'four', false, 5)");
        run("INSERT INTO comments (id, post_id, text) VALUES (1, 1, 'first'), (2, 1, 'again'), (3, 4, 'first')");
        run("INSERT INTO student (id, name) VALUES (1, 'Eve'), (2, 'Fay'), (3, 'Gil')");
        run("INSERT INTO course (id, title) VALUES (1, 'c'), (2, 'd')");
        run("INSERT INTO enrolment (student_id, course_id, grade) VALUES (1, 1, 'A'), (1, 2, 'B'), (2, 1, 'C')");
        run("INSERT INTO node (id, name, parent_id) VALUES (1, 'root', NULL), (2, 'left', 1), (3, 'right', 1)");
        run("INSERT INTO warehouse (region, number, name) VALUES (1, 1, 'n'), (1, 2, 's')");
        run("INSERT INTO crate (id, region, number, label) VALUES (1, 1, 2, 'x'), (2, 1, 2, 'y')");
    }

    session s{db};
};

TEST_F(aggregates, come_with_the_query_in_one_statement) {
    const auto published = col(&Post::published) == true;
    const auto users = s.query<User>()
                           .with_count(&User::posts)
                           .with_count(&User::posts, published, "published")
                           .with_count(&User::edited, "total")
                           .with_exists(&User::profile)
                           .with_sum(&User::posts, &Post::views)
                           .with_min(&User::posts, &Post::views)
                           .with_max(&User::posts, &Post::title)
                           .with_avg(&User::posts, &Post::views, published, "liked")
                           .order_by(&User::id)
                           .all();
    EXPECT_EQ(log.count(), 1U);
    ASSERT_EQ(users.size(), 3U);
    const User& ada = users[0];
    const User& cid = users[2];
    EXPECT_EQ(ada.posts.count(), 3);
    EXPECT_EQ(ada.posts.count("published"), 2);
    EXPECT_EQ(ada.edited.count("total"), 1);
    EXPECT_TRUE(ada.profile.exists());
    EXPECT_EQ(ada.posts.sum(&Post::views), 60);
    EXPECT_EQ(ada.posts.min(&Post::views), 10);
    EXPECT_EQ(ada.posts.max(&Post::title), "two");
    EXPECT_EQ(ada.posts.avg(&Post::views, "liked"), 20.0);
    EXPECT_EQ(users[1].posts.count("published"), 0);
    EXPECT_EQ(cid.posts.count(), 0);
    EXPECT_FALSE(cid.profile.exists());
    EXPECT_EQ(cid.posts.sum(&Post::views), std::nullopt);
    EXPECT_EQ(cid.posts.avg(&Post::views, "liked"), std::nullopt);
    EXPECT_FALSE(ada.posts.loaded());
    EXPECT_EQ(log.count(), 1U);
}

TEST_F(aggregates, stand_beside_every_way_of_loading) {
    const auto users = s.query<User>()
                           .with(joined(&User::posts).with(joined(&Post::comments)))
                           .with(&User::edited)
                           .with_count(&User::posts)
                           .where(any(&User::posts))
                           .order_by(&User::name)
                           .limit(2)
                           .all();
    EXPECT_EQ(log.count(), 2U);
    ASSERT_EQ(users.size(), 2U);
    EXPECT_EQ(users[0].posts.count(), 3);
    EXPECT_EQ(users[0].posts.size(), 3U);
    EXPECT_EQ(users[1].posts.count(), 1);

    // The same table twice: the count is of the row that the query is about.
    const auto nodes =
        s.query<Node>().with(joined(&Node::parent)).with_count(&Node::children).order_by(&Node::id).all();
    EXPECT_EQ(log.count(), 3U);
    EXPECT_EQ(nodes[0].children.count(), 2);
    EXPECT_EQ(nodes[1].children.count(), 0);

    const auto stores = s.query<Warehouse>().with_count(&Warehouse::crates).order_by(&Warehouse::name).all();
    EXPECT_EQ(stores[0].crates.count(), 0);
    EXPECT_EQ(stores[1].crates.count(), 2);
    EXPECT_EQ(s.query<Crate>().with_exists(&Crate::warehouse).first()->warehouse.exists(), true);
}

TEST_F(aggregates, over_an_association_object) {
    const auto students = s.query<Student>()
                              .with_count(&Student::courses)
                              .with_count(&Student::courses, col(&Enrolment::grade) == "A", "best")
                              .with_min(&Student::courses, &Enrolment::grade)
                              .with_max(&Student::courses, &Course::title)
                              .order_by(&Student::id)
                              .all();
    EXPECT_EQ(students[0].courses.count(), 2);
    EXPECT_EQ(students[0].courses.count("best"), 1);
    EXPECT_EQ(students[0].courses.min(&Enrolment::grade), "A");
    EXPECT_EQ(students[1].courses.max(&Course::title), "c");
    EXPECT_EQ(students[2].courses.max(&Course::title), std::nullopt);
    EXPECT_EQ(log.count(), 1U);
}

TEST_F(aggregates, asked_of_one_object_are_counted_for_its_siblings) {
    const auto users = s.query<User>().order_by(&User::id).all();
    log.clear();
    EXPECT_EQ(users[0].posts.count(), 3);
    EXPECT_EQ(users[1].posts.count(), 1);
    EXPECT_EQ(users[2].posts.count(), 0);
    EXPECT_EQ(log.count(), 1U);
    EXPECT_EQ(users[1].posts.max(&Post::views), 5);
    EXPECT_EQ(users[0].posts.max(&Post::views), 30);
    EXPECT_EQ(log.count(), 2U);
    EXPECT_EQ(users[2].profile.exists(), false);
    EXPECT_EQ(users[0].profile.exists(), true);
    EXPECT_EQ(log.count(), 3U);
    EXPECT_EQ(log.entries().back().where.line(), static_cast<unsigned>(__LINE__ - 3));
}

TEST_F(aggregates, are_loaded_for_objects_that_are_here) {
    const auto users = s.query<User>().order_by(&User::id).all();
    const auto ada = users.handle(0);
    log.clear();
    s.load_count(users, &User::posts);
    s.load_count(users, &User::posts, col(&Post::published) == true, "published");
    s.load_sum(ada, &User::posts, &Post::views);
    s.load_avg(ada, &User::posts, &Post::views);
    s.load_min(ada, &User::posts, &Post::views);
    s.load_max(ada, &User::posts, &Post::views, col(&Post::views) < 30, "small");
    s.load_exists(ref<const User>{ada}, &User::edited);
    EXPECT_EQ(log.count(), 7U);
    EXPECT_EQ(users[0].posts.count(), 3);
    EXPECT_EQ(users[0].posts.count("published"), 2);
    EXPECT_EQ(users[0].posts.sum(&Post::views), 60);
    EXPECT_EQ(users[0].posts.avg(&Post::views), 20.0);
    EXPECT_EQ(users[0].posts.min(&Post::views), 10);
    EXPECT_EQ(users[0].posts.max(&Post::views, "small"), 20);
    EXPECT_TRUE(users[0].edited.exists());
    EXPECT_EQ(users[1].posts.count("published"), 0);
    EXPECT_EQ(log.count(), 7U);
    s.load_count(s.query<User>().where(col(&User::id) > 7).all(), &User::posts);
    EXPECT_EQ(log.count(), 8U);  // the query alone
    (void)thrown<usage_error>([&] { s.load_count(ref<User>{}, &User::posts); });
}

TEST_F(aggregates, are_asked_again_after_a_flush) {
    const auto liked = col(&Post::views) >= 10;
    const auto users = s.query<User>().with_count(&User::posts, liked, "liked").with_count(&User::posts).all();
    s.get<User>(2)->posts.push_back(Post{.title = "new", .views = 10});
    EXPECT_EQ(users[1].posts.count(), 1);  // as it was found
    s.flush();
    log.clear();
    EXPECT_EQ(users[1].posts.count(), 2);
    EXPECT_EQ(users[0].posts.count(), 3);
    EXPECT_EQ(log.count(), 1U);
    EXPECT_EQ(users[1].posts.count("liked"), 1);
    EXPECT_EQ(users[0].posts.count("liked"), 3);
    EXPECT_EQ(log.count(), 2U);
    s.rollback();
    EXPECT_EQ(users[1].posts.count(), 1);
    s.query<Post>().where(col(&Post::id) == 2).remove();
    EXPECT_EQ(users[0].posts.count(), 2);
}

TEST_F(aggregates, of_something_pending_flush_it) {
    const auto dan = s.add(User{.name = "Dan", .email = "d", .posts = {{.title = "p"}}});
    EXPECT_EQ(dan->posts.count(), 1);
    s.autoflush(false);
    const auto eve = s.add(User{.name = "Eve", .email = "e"});
    (void)thrown<usage_error>([&] { (void)eve->posts.count(); });
    const User plain{.name = "Fay"};
    (void)thrown<usage_error>([&] { (void)plain.posts.count(); });
}

TEST_F(aggregates, strict_sessions_send_nothing_unasked) {
    s.strict();
    const auto users = s.query<User>().with_count(&User::posts).order_by(&User::id).all();
    EXPECT_EQ(users[0].posts.count(), 3);
    const auto refused = thrown<raised_load>([&] { (void)users[0].edited.count(); });
    EXPECT_TRUE(contains(refused.what(), "User.edited.count() is not loaded")) << refused.what();
    EXPECT_EQ(refused.context().where.line(), static_cast<unsigned>(__LINE__ - 2));
    (void)thrown<raised_load>([&] { (void)users[0].posts.sum(&Post::views); });
    EXPECT_EQ(log.count(), 1U);
}

TEST_F(aggregates, unknown_names_and_columns_are_refused) {
    const auto ada = s.query<User>().with_count(&User::posts, "total").order_by(&User::id).first();
    const auto unknown = thrown<usage_error>([&] { (void)ada->posts.count("toatl"); });
    EXPECT_TRUE(contains(unknown.what(), "the names are: total")) << unknown.what();
    (void)thrown<usage_error>([&] { (void)ada->posts.sum(&Comment::id); });
}

TEST_F(aggregates, stay_readable_without_the_session_and_from_several_threads) {
    kin::rows<User> kept;
    {
        session other{db};
        kept =
            other.query<User>().with_count(&User::posts).with_max(&User::posts, &Post::title).order_by(&User::id).all();
        other.execute("UPDATE posts SET views = 0");
    }
    const auto& users = std::as_const(kept);
    std::int64_t seen[2]{};
    {
        std::thread first{[&] {
            for (const User& u : users) seen[0] += u.posts.count();
        }};
        std::thread second{[&] {
            for (const User& u : users) seen[1] += u.posts.count();
        }};
        first.join();
        second.join();
    }
    EXPECT_EQ(seen[0], 4);
    EXPECT_EQ(seen[1], 4);
    EXPECT_EQ(users[0].posts.max(&Post::title), "two");
    (void)thrown<raised_load>([&] { (void)users[0].edited.count(); });
    s.clear();
}

TEST_F(aggregates, agree_with_plain_sql) {
    std::string ours;
    const auto users =
        s.query<User>().with_count(&User::posts).with_sum(&User::posts, &Post::views).order_by(&User::id).all();
    for (const User& u : users) {
        const auto sum = u.posts.sum(&Post::views);
        ours += (ours.empty() ? "" : "; ") + std::to_string(u.id.value) + "|" + std::to_string(u.posts.count()) + "|" +
                (sum ? std::to_string(*sum) : "NULL");
    }
    EXPECT_EQ(ours, rows("SELECT u.id, count(p.id), sum(p.views) FROM users u LEFT JOIN posts p ON p.user_id = u.id "
                         "GROUP BY u.id ORDER BY u.id"));
}

// -- parents filtered by their children, and names from outside ----------------------------------------------------

TEST_F(aggregates, with_where_has_loads_what_it_filtered_by) {
    const auto users = s.query<User>().with_where_has(&User::posts, col(&Post::published) == true).all();
    EXPECT_EQ(log.count(), 2U);
    ASSERT_EQ(users.size(), 1U);
    EXPECT_EQ(users[0].posts.size(), 2U);
    EXPECT_EQ(log.count(), 2U);
    // It is a part, and knows it.
    (void)thrown<usage_error>([&] { s.handle(const_cast<User&>(users[0]))->posts.clear(); });
}

TEST_F(aggregates, names_from_outside) {
    const auto names = [&](query<User> q) {
        std::string out;
        const auto found = q.order_by("name").all();
        for (const User& u : found) out += u.name;
        return out;
    };
    EXPECT_EQ(names(s.query<User>().where_has("posts")), "AdaBob");
    EXPECT_TRUE(contains(log.entries().back().sql, "WHERE EXISTS (")) << log.entries().back().sql;
    EXPECT_EQ(names(s.query<User>().where_doesnt_have("posts")), "Cid");
    EXPECT_EQ(names(s.query<User>().where_has("posts", ">=", 3)), "Ada");
    EXPECT_EQ(names(s.query<User>().where_has("posts", "<", 1)), "Cid");
    EXPECT_EQ(names(s.query<User>().where_has("posts", "=", 1)), "Bob");
    EXPECT_EQ(names(s.query<User>().where_has("posts.comments", ">=", 2)), "Ada");
    EXPECT_EQ(names(s.query<User>().where_has("posts.comments")), "AdaBob");
    EXPECT_EQ(names(s.query<User>().where_doesnt_have("posts.comments")), "Cid");
    EXPECT_EQ(names(s.query<User>().where("posts.title", "=", "four")), "Bob");
    EXPECT_EQ(names(s.query<User>().where("posts.comments.text", "like", "ag%")), "Ada");
    EXPECT_EQ(names(s.query<User>().where("posts.views", ">=", 20)), "Ada");

    const auto unknown = thrown<unknown_name>([&] { (void)s.query<User>().where_has("posts.coments"); });
    EXPECT_TRUE(contains(unknown.what(), "comments")) << unknown.what();
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where_has("posts", "~", 3); });
    (void)thrown<usage_error>([&] { (void)s.query<User>().where_has("posts", "like", 3); });
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where_has(""); });
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where_has("posts."); });
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where("posts.titel", "=", "x"); });
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where("postz.title", "=", "x"); });
    (void)thrown<unknown_name>([&] { (void)s.query<User>().where("posts", "=", "x"); });
}

}  // namespace
}  // namespace kin::test
