// Relations in conditions: what any, none, count and the rest find, beside the same asked in plain SQL.
#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace existence_models {

struct Address;
struct Member {
    kin::key<Member> id{};
    std::string name{};
    kin::has_many<Address> addresses{};
    kin::has_many<Address, kin::where<"city", "Boston">, kin::viewonly> in_boston{};
};
struct Address {
    kin::key<Address> id{};
    kin::key<Member> member_id{};
    std::string city{};
    kin::belongs_to<Member> member{};
};
struct Wheel {
    int id{};
    int car{};
    std::string side{};
};
struct Car {
    int id{};
    std::string name{};
};

}  // namespace existence_models

template <>
inline constexpr auto kin::table_of<existence_models::Wheel> =
    kin::table("wheels").foreign_key<existence_models::Car>("car");

namespace existence_models {
inline constexpr kin::has_many_between<Car, Wheel, "wheels"> wheels{};
inline constexpr kin::belongs_to_between<Wheel, Car, "of"> of{};
}  // namespace existence_models

namespace kin::test {
namespace {

using namespace kin::expr;
using namespace existence_models;
using linked::Article;
using linked::Course;
using linked::Enrolment;
using linked::Person;
using linked::Student;
using linked::Topic;
using sample::Comment;
using sample::Crate;
using sample::Node;
using sample::Post;
using sample::Profile;
using sample::User;
using sample::Warehouse;

/// The keys of what a query finds, and that it took one statement.
template <class T>
std::string ids(session& s, query<T> q) {
    const std::uint64_t before = s.statements();
    std::string out;
    const auto found = q.order_by(&T::id).all();
    for (const T& each : found) out += (out.empty() ? "" : " ") + describe(to_value(each.id).view());
    EXPECT_EQ(s.statements() - before, 1U);
    return out;
}

class existence : public with_database<sample::Blog, linked::All,
                                       kin::models<Node, Warehouse, Crate, Member, Address, Car, Wheel>> {
  protected:
    existence() {
        run("INSERT INTO users (id, name, email, age, created_at) VALUES (1, 'Ada', 'a', 1, '2024-01-01 00:00:00'), "
            "(2, 'Bob', 'b', 1, '2024-01-01 00:00:00'), (3, 'Cid', 'c', 1, '2024-01-01 00:00:00')");
        run("INSERT INTO profile (id, user_id, text) VALUES (1, 1, 'x'), (2, NULL, 'y')");
        run("INSERT INTO posts (id, user_id, editor_id, title, published, views) VALUES "
            "(1, 1, 2, 'one', true, 10), (2, 1, NULL, 'two', false, 20), (3, 1, 3, 'three', true, 30), (4, 2, 1, "
            "'four', false, 5)");
        run("INSERT INTO comments (id, post_id, text) VALUES (1, 1, 'first'), (2, 1, 'again'), (3, 4, 'first')");
        s.emplace(db);
    }

    /// Rows of others, and a session that sees them.
    void data(std::string_view sql) {
        s.reset();
        run(sql);
        s.emplace(db);
    }

    std::optional<session> s{};
};

TEST_F(existence, any_and_none_are_one_exists) {
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts))), "1 2");
    EXPECT_TRUE(contains(log.entries().back().sql,
                         "WHERE EXISTS (SELECT ? FROM \"posts\" WHERE \"posts\".\"user_id\" = "
                         "\"users\".\"id\")"))
        << log.entries().back().sql;
    EXPECT_EQ(ids(*s, s->query<User>().where(none(&User::posts))), "3");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, col(&Post::published) == true))), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(none(&User::posts, col(&Post::published) == true))), "2 3");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::profile))), "1");
    EXPECT_EQ(ids(*s, s->query<Post>().where(any(&Post::editor, col(&User::name) != "Bob"))), "3 4");
    EXPECT_EQ(ids(*s, s->query<Post>().where(none(&Post::editor))), "2");
}

TEST_F(existence, they_nest_and_see_the_rows_around_them) {
    const auto commented = any(&Post::comments, col(&Comment::text) == "first");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, commented))), "1 2");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, commented && col(&Post::views) > 5))), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, none(&Post::comments)))), "1");
    // Back to where it started: the author of a post of the user is that user, its editor another one.
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, any(&Post::editor, any(&User::posts))))), "1 2");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, count(&Post::comments) == 2))), "1");
    EXPECT_EQ(ids(*s, s->query<Comment>().where(any(&Comment::post, any(&Post::author, col(&User::name) == "Bob")))),
              "3");
}

TEST_F(existence, counts_compare_order_and_are_projected) {
    EXPECT_EQ(ids(*s, s->query<User>().where(count(&User::posts) >= 3)), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(count(&User::posts) == 0)), "3");
    EXPECT_EQ(ids(*s, s->query<User>().where(count(&User::posts, col(&Post::published) == true) == 2)), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(count(&User::edited) == count(&User::posts, col(&Post::views) < 6))), "2");

    log.clear();
    const auto by_count = s->query<User>().order_by(desc(count(&User::posts)), &User::name).all();
    EXPECT_EQ(by_count[0].name + by_count[1].name + by_count[2].name, "AdaBobCid");
    const auto table = s->query<User>()
                           .order_by(&User::id)
                           .select(&User::id, count(&User::posts), sum(&User::posts, &Post::views),
                                   min(&User::posts, &Post::views), max(&User::posts, &Post::title),
                                   avg(&User::posts, col(&Post::views) * 2, col(&Post::published) == true))
                           .all();
    EXPECT_EQ(log.count(), 2U);
    ASSERT_EQ(table.size(), 3U);
    EXPECT_EQ(table[0],
              std::make_tuple(key<User>{1}, std::int64_t{3}, std::optional<std::int64_t>{60}, std::optional<int>{10},
                              std::optional<std::string>{"two"}, std::optional<double>{40.0}));
    EXPECT_EQ(table[2], std::make_tuple(key<User>{3}, std::int64_t{0}, std::optional<std::int64_t>{},
                                        std::optional<int>{}, std::optional<std::string>{}, std::optional<double>{}));
    EXPECT_EQ(ids(*s, s->query<User>().where(sum(&User::posts, &Post::views) > 50)), "1");
}

TEST_F(existence, many_to_many_with_conditions_on_the_pivot) {
    data("INSERT INTO article (id, title) VALUES (1, 'a'), (2, 'b')");
    data("INSERT INTO topic (id, name) VALUES (1, 'x'), (2, 'y')");
    data("INSERT INTO article_topic (article_id, topic_id) VALUES (1, 1), (1, 2)");
    EXPECT_EQ(ids(*s, s->query<Article>().where(any(&Article::topics))), "1");
    EXPECT_EQ(ids(*s, s->query<Article>().where(none(&Article::topics, col(&Topic::name) == "x"))), "2");
    EXPECT_EQ(ids(*s, s->query<Article>().where(count(&Article::topics) == 2)), "1");
    EXPECT_EQ(ids(*s, s->query<Topic>().where(any(&Topic::articles, any(&Article::topics, col(&Topic::name) == "y")))),
              "1 2");

    data("INSERT INTO student (id, name) VALUES (1, 'Eve'), (2, 'Fay')");
    data("INSERT INTO course (id, title) VALUES (1, 'c'), (2, 'd')");
    data("INSERT INTO enrolment (student_id, course_id, grade) VALUES (1, 1, 'A'), (1, 2, 'B'), (2, 1, 'C')");
    EXPECT_EQ(ids(*s, s->query<Student>().where(any(&Student::courses, col(&Enrolment::grade) == "C"))), "2");
    EXPECT_EQ(ids(*s, s->query<Student>().where(
                          any(&Student::courses, col(&Enrolment::grade) == "A" && col(&Course::title) == "d"))),
              "");
    EXPECT_EQ(ids(*s, s->query<Course>().where(count(&Course::students, col(&Enrolment::grade) < "C") == 1)), "1 2");
    const auto best =
        s->query<Student>().order_by(&Student::id).select(min(&Student::courses, &Enrolment::grade)).all();
    EXPECT_EQ(std::get<0>(best[0]), "A");
    EXPECT_EQ(std::get<0>(best[1]), "C");
}

TEST_F(existence, models_that_refer_to_themselves) {
    data("INSERT INTO node (id, name, parent_id) VALUES (1, 'root', NULL), (2, 'left', 1), (3, 'leaf', 2)");
    EXPECT_EQ(ids(*s, s->query<Node>().where(any(&Node::children))), "1 2");
    EXPECT_EQ(ids(*s, s->query<Node>().where(any(&Node::children, col(&Node::name) == "leaf"))), "2");
    EXPECT_EQ(ids(*s, s->query<Node>().where(any(&Node::children, any(&Node::children)))), "1");
    EXPECT_EQ(ids(*s, s->query<Node>().where(any(&Node::parent, none(&Node::parent)))), "2");
    const auto left = s->get<Node>(2);
    EXPECT_EQ(ids(*s, s->query<Node>().where(col(&Node::parent) == left)), "3");
    EXPECT_EQ(ids(*s, s->query<Node>().where(col(&Node::children).contains(left))), "1");
    EXPECT_EQ(ids(*s, s->query<Node>().where(with_parent(left, &Node::children))), "3");
    EXPECT_EQ(ids(*s, s->query<Node>().where(with_parent(left, &Node::parent))), "1");

    data("INSERT INTO person (id, name) VALUES (1, 'P'), (2, 'Q'), (3, 'R')");
    data("INSERT INTO follow (follower_id, followed_id) VALUES (1, 2), (2, 3)");
    EXPECT_EQ(ids(*s, s->query<Person>().where(any(&Person::following, col(&Person::name) == "Q"))), "1");
    EXPECT_EQ(ids(*s, s->query<Person>().where(any(&Person::following, any(&Person::following)))), "1");
    EXPECT_EQ(ids(*s, s->query<Person>().where(none(&Person::followers))), "1");
    const auto q = s->get<Person>(2);
    EXPECT_EQ(ids(*s, s->query<Person>().where(col(&Person::followers).contains(q))), "3");
    EXPECT_EQ(ids(*s, s->query<Person>().where(with_parent(q, &Person::followers))), "1");
}

TEST_F(existence, of_rows_under_an_alias) {
    data("INSERT INTO node (id, name, parent_id) VALUES (1, 'root', NULL), (2, 'left', 1), (3, 'leaf', 2)");
    const kin::alias<Node> above{"above"};
    const auto below = [&](const kin::condition& c) {
        return ids(*s, s->query<Node>().join(above, above.col(&Node::id) == col(&Node::parent_id)).where(c));
    };
    EXPECT_EQ(below(any(above, &Node::parent)), "3");
    EXPECT_EQ(below(none(above, &Node::parent)), "2");
    EXPECT_EQ(below(any(above, &Node::children, col(&Node::name) == "left")), "2");
}

TEST_F(existence, composite_keys) {
    data("INSERT INTO warehouse (region, number, name) VALUES (1, 1, 'n'), (1, 2, 's'), (2, 1, 'e')");
    data(
        "INSERT INTO crate (id, region, number, label) VALUES (1, 1, 2, 'x'), (2, 1, 2, 'y'), (3, 2, 1, 'z'), "
        "(4, NULL, 1, 'nowhere')");
    const auto full = s->query<Warehouse>().where(any(&Warehouse::crates)).order_by(&Warehouse::name).all();
    ASSERT_EQ(full.size(), 2U);
    EXPECT_EQ(full[0].name + full[1].name, "es");
    EXPECT_EQ(s->query<Warehouse>().where(count(&Warehouse::crates) == 2).one()->name, "s");
    const auto south = full.handle(1);
    EXPECT_EQ(ids(*s, s->query<Crate>().where(col(&Crate::warehouse) == south)), "1 2");
    EXPECT_EQ(ids(*s, s->query<Crate>().where(col(&Crate::warehouse) != south)), "3 4");
    EXPECT_EQ(ids(*s, s->query<Crate>().where(col(&Crate::warehouse).in(full))), "1 2 3");
    EXPECT_EQ(ids(*s, s->query<Crate>().where(col(&Crate::warehouse).is_null())), "4");
    EXPECT_EQ(ids(*s, s->query<Crate>().where(with_parent(south, &Warehouse::crates))), "1 2");
}

TEST_F(existence, fixed_conditions_and_relations_declared_outside) {
    data("INSERT INTO member (id, name) VALUES (1, 'Ada'), (2, 'Bob')");
    data("INSERT INTO address (id, member_id, city) VALUES (1, 1, 'Rome'), (2, 2, 'Boston'), (3, 2, 'Oslo')");
    EXPECT_EQ(ids(*s, s->query<Member>().where(any(&Member::in_boston))), "2");
    EXPECT_EQ(ids(*s, s->query<Member>().where(count(&Member::in_boston) == 0)), "1");
    EXPECT_EQ(ids(*s, s->query<Address>().where(with_parent(s->get<Member>(2), &Member::in_boston))), "2");

    data("INSERT INTO car (id, name) VALUES (1, 'old'), (2, 'new')");
    data("INSERT INTO wheels (id, car, side) VALUES (1, 2, 'left'), (2, 2, 'right')");
    EXPECT_EQ(ids(*s, s->query<Car>().where(any(wheels))), "2");
    EXPECT_EQ(ids(*s, s->query<Car>().where(any(wheels, col(&Wheel::side) == "none"))), "");
    EXPECT_EQ(ids(*s, s->query<Car>().where(count(wheels) == 2)), "2");
    EXPECT_EQ(ids(*s, s->query<Car>().where(max(wheels, &Wheel::side) == "right")), "2");
    EXPECT_EQ(ids(*s, s->query<Wheel>().where(any(of, col(&Car::name) == "new"))), "1 2");
    const auto modern = s->get<Car>(2);
    EXPECT_EQ(ids(*s, s->query<Wheel>().where(col(of) == modern)), "1 2");
    EXPECT_EQ(ids(*s, s->query<Wheel>().where(with_parent(modern, wheels))), "1 2");
}

TEST_F(existence, relations_compare_with_objects) {
    const auto ada = s->get<User>(1);
    const auto bob = s->get<User>(2);
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::author) == ada)), "1 2 3");
    EXPECT_TRUE(contains(log.entries().back().sql, "WHERE \"user_id\" = ?")) << log.entries().back().sql;
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::author) != ada)), "4");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor) == nullptr)), "2");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor) != nullptr)), "1 3 4");
    // Who has no editor has another one than Bob, whatever NULL is for SQL.
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor) != bob)), "2 3 4");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).in({ada, bob}))), "1 4");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).in({bob, nullptr}))), "1 2");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).not_in({ada, bob}))), "2 3");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).not_in({bob, nullptr}))), "3 4");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).in(std::vector<ref<User>>{}))), "");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).not_in(std::vector<ref<User>>{}))), "1 2 3 4");
    const auto all = s->query<User>().where(col(&User::name) != "Ada").all();
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).in(all))), "1 3");
    EXPECT_EQ(ids(*s, s->query<Post>().where(col(&Post::editor).is_null() || col(&Post::author) == bob)), "2 4");

    // Where the other side has the key: EXISTS.
    const auto profile = s->get<Profile>(1);
    EXPECT_EQ(ids(*s, s->query<User>().where(col(&User::profile) == profile)), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(col(&User::profile) != profile)), "2 3");
    EXPECT_EQ(ids(*s, s->query<User>().where(col(&User::profile) == nullptr)), "2 3");
    EXPECT_EQ(ids(*s, s->query<User>().where(col(&User::profile).is_not_null())), "1");
    EXPECT_EQ(ids(*s, s->query<User>().where(col(&User::posts).contains(s->get<Post>(4)))), "2");
    EXPECT_EQ(ids(*s, s->query<Post>().where(with_parent(ada, &User::edited))), "4");
    EXPECT_EQ(ids(*s, s->query<User>().where(with_parent(s->get<Post>(1), &Post::editor))), "2");
    EXPECT_EQ(ids(*s, s->query<User>().where(any(&User::posts, col(&Post::editor) == bob))), "1");
}

TEST_F(existence, an_object_without_a_row_names_none) {
    const auto eve = s->add(User{.name = "Eve", .email = "e"});
    const auto refused = thrown<usage_error>([&] { (void)(col(&Post::author) == eve); });
    EXPECT_TRUE(contains(refused.what(), "this User has no row yet")) << refused.what();
    (void)thrown<usage_error>([&] { (void)with_parent(eve, &User::posts); });
    (void)thrown<usage_error>([&] { (void)with_parent(ref<User>{}, &User::posts); });
    (void)thrown<usage_error>([&] { (void)col(&User::posts).contains(s->add(Post{.title = "new", .author = eve})); });
    s->flush();
    EXPECT_EQ(s->query<Post>().where(col(&Post::author) == eve).count(), 1);
}

TEST_F(existence, what_is_pending_is_flushed_for_the_tables_inside) {
    const auto cid = s->get<User>(3);
    cid->posts.push_back(Post{.title = "new"});
    EXPECT_EQ(s->query<User>().where(any(&User::posts)).count(), 3);
    const auto post = s->query<Post>().where(with_parent(cid, &User::posts)).one();
    post->comments.push_back(Comment{.text = "late"});
    EXPECT_EQ(s->query<User>().where(any(&User::posts, any(&Post::comments, col(&Comment::text) == "late"))).count(),
              1);
    EXPECT_EQ(s->query<User>().order_by(&User::id).select(count(&User::posts)).all().back(),
              std::make_tuple(std::int64_t{1}));
}

TEST_F(existence, in_updates_removals_and_loadings) {
    EXPECT_EQ(s->query<Post>().where(none(&Post::comments)).update(set(&Post::views, 0)), 2);
    s->commit();
    EXPECT_EQ(rows("SELECT id FROM posts WHERE views = 0"), "2; 3");
    const auto users = s->query<User>()
                           .order_by(&User::id)
                           .with(selectin(&User::posts).where(any(&Post::comments)),
                                 joined(&User::edited).where(none(&Post::comments)))
                           .all();
    EXPECT_EQ(users[0].posts.size(), 1U);
    EXPECT_EQ(users[1].posts.size(), 1U);
    EXPECT_EQ(users[1].edited.size(), 0U);
    EXPECT_EQ(users[2].edited.size(), 1U);
    EXPECT_EQ(s->query<Post>().where(none(&Post::comments)).remove(), 2);
    s->commit();
    EXPECT_EQ(rows("SELECT id FROM posts ORDER BY id"), "1; 4");
}

}  // namespace
}  // namespace kin::test
