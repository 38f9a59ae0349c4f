// Queries against real rows: every condition, names from outside, joins, groups, projections, bulk changes, raw SQL.
#include <algorithm>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::condition;
using kin::test::contains;
using kin::test::ends_with;
using kin::test::thrown;

class queries : public kin::test::with_database<Blog> {
  protected:
    kin::session s{db};
    queries() {
        // 1 Ada 36, 2 Bob 17, 3 Cyd 17 without a post, 4 "50%_\" 80
        s.add(User{
            .name = "Ada",
            .email = "ada@x.org",
            .bio = "Countess",
            .age = 36,
            .posts = {{.title = "engines", .published = true, .views = 100, .comments = {{.text = "c"}, {.text = "d"}}},
                      {.title = "looms", .views = 5}}});
        s.add(User{.name = "Bob",
                   .email = "bob@y.org",
                   .age = 17,
                   .posts = {{.title = "birds", .published = true, .views = 5}}});
        s.add(User{.name = "Cyd", .email = "cyd@x.org", .bio = "", .age = 17});
        s.add(User{.name = "50%_\\", .email = "odd@z.org", .bio = "50% off", .age = 80, .posts = {{.title = "odd"}}});
        s.commit();
        s.query<Post>().where(col(&Post::title) == "birds").one()->editor = s.get<User>(1);
        s.commit();
        s.clear();
        log.clear();
    }
    /// The ids of the users that a condition finds: `1 3 `.
    std::string users(const condition& c) {
        std::string ids;
        const auto found = s.query<User>().where(c).order_by(&User::id).all();
        for (const User& u : found) ids += std::to_string(u.id.value) + " ";
        return ids;
    }
    std::string posts(const condition& c) {
        std::string ids;
        const auto found = s.query<Post>().where(c).order_by(&Post::id).all();
        for (const Post& p : found) ids += p.title + " ";
        return ids;
    }
};

TEST_F(queries, comparisons) {
    EXPECT_EQ(users(col(&User::age) == 17), "2 3 ");
    EXPECT_EQ(users(col(&User::age) != 17), "1 4 ");
    EXPECT_EQ(users(col(&User::age) < 36), "2 3 ");
    EXPECT_EQ(users(col(&User::age) <= 36), "1 2 3 ");
    EXPECT_EQ(users(col(&User::age) > 36), "4 ");
    EXPECT_EQ(users(col(&User::age) >= 36), "1 4 ");
    EXPECT_EQ(users(36 <= col(&User::age)), "1 4 ");
    EXPECT_EQ(users(col(&User::id) == kin::key<User>{3}), "3 ");
    EXPECT_EQ(users(col(&User::name) == "Ada"), "1 ");
    EXPECT_EQ(users(col(&User::name) > "Ada" && col(&User::name) < "C"), "2 ");
    EXPECT_EQ(posts(col(&Post::published) == true), "engines birds ");
    EXPECT_EQ(posts(col(&Post::views) * 2 == col(&Post::views) + 5), "looms birds ");
}

TEST_F(queries, null) {
    EXPECT_EQ(users(col(&User::bio) == nullptr), "2 ");
    EXPECT_EQ(users(col(&User::bio) != nullptr), "1 3 4 ");
    EXPECT_EQ(users(col(&User::bio).is_null()), "2 ");
    EXPECT_EQ(users(col(&User::bio).is_not_null()), "1 3 4 ");
    EXPECT_EQ(users(col(&User::bio) == std::optional<std::string>{}), "2 ");
    EXPECT_EQ(users(col(&User::bio) == std::optional<std::string>{""}), "3 ");
    EXPECT_EQ(posts(col(&Post::editor_id) == kin::key<User>{1}), "birds ");
}

TEST_F(queries, lists_and_ranges) {
    EXPECT_EQ(users(col(&User::age).in({17, 80})), "2 3 4 ");
    EXPECT_EQ(users(col(&User::age).not_in({17, 80})), "1 ");
    const std::vector<std::string> names{"Bob", "Cyd", "nobody"};
    EXPECT_EQ(users(col(&User::name).in(names)), "2 3 ");
    EXPECT_EQ(users(col(&User::name).in(std::vector<std::string>{})), "");
    EXPECT_EQ(users(col(&User::name).not_in(std::vector<std::string>{})), "1 2 3 4 ");
    const std::vector<std::optional<std::string>> bios{std::nullopt, ""};
    EXPECT_EQ(users(col(&User::bio).in(bios)), "2 3 ");
    EXPECT_EQ(users(col(&User::age).between(18, 80)), "1 4 ");
}

TEST_F(queries, text_patterns) {
    EXPECT_EQ(users(col(&User::name).like("%d%")), "1 3 ");
    EXPECT_EQ(users(col(&User::name).like("_d_")), "1 ");
    EXPECT_EQ(users(col(&User::name).not_like("%d%")), "2 4 ");
    EXPECT_EQ(users(col(&User::name).like("50\\%%")), "4 ");
    EXPECT_EQ(users(col(&User::name).contains("%_")), "4 ");
    EXPECT_EQ(users(col(&User::name).starts_with("50%")), "4 ");
    EXPECT_EQ(users(col(&User::name).ends_with("\\")), "4 ");
    EXPECT_EQ(users(col(&User::email).ends_with("@x.org")), "1 3 ");
    EXPECT_EQ(users(col(&User::bio).contains("50%")), "4 ");
}

TEST_F(queries, patterns_tell_capitals_in_every_database) {
    EXPECT_EQ(users(col(&User::name).like("a%")), "");
    EXPECT_EQ(users(col(&User::name).not_like("A%")), "2 3 4 ");
    EXPECT_EQ(users(col(&User::name).contains("DA")), "");
    EXPECT_EQ(users(col(&User::name).starts_with("ad") || col(&User::name).ends_with("B")), "");
    EXPECT_EQ(s.query<User>().where("name", "like", "a%").count(), 0);
    EXPECT_EQ(users(lower(col(&User::name)).like("a%")), "1 ");
    EXPECT_EQ(users(lower(col(&User::name)).contains("da")), "1 ");
    s.execute("UPDATE users SET name = 'a*b?[c]\\d' WHERE id = 2");
    EXPECT_EQ(users(col(&User::name).contains("*b?[c]\\")), "2 ");
    EXPECT_EQ(users(col(&User::name).like("a*_?[c]\\\\_")), "2 ");
    EXPECT_EQ(users(col(&User::name).like("a*b*")), "") << "GLOB's own signs mean themselves";
    EXPECT_EQ(users(col(&User::name).starts_with("[a]")), "");
}

TEST_F(queries, logic_and_conditions_built_at_run_time) {
    EXPECT_EQ(users(col(&User::age) == 17 || col(&User::name) == "Ada"), "1 2 3 ");
    EXPECT_EQ(users((col(&User::age) == 17 || col(&User::name) == "Ada") && col(&User::bio).is_not_null()), "1 3 ");
    EXPECT_EQ(users(!(col(&User::age) == 17)), "1 4 ");
    condition wanted;
    EXPECT_EQ(users(wanted), "1 2 3 4 ");
    for (const int age : {36, 80}) wanted = wanted || col(&User::age) == age;
    EXPECT_EQ(users(wanted), "1 4 ");
    // An or inside one where does not escape the other.
    EXPECT_EQ(s.query<User>().where(col(&User::age) == 17).where(wanted || col(&User::name) == "Bob").count(), 1);
}

TEST_F(queries, functions_and_arithmetic) {
    EXPECT_EQ(users(lower(col(&User::name)) == "ada"), "1 ");
    EXPECT_EQ(users(upper(col(&User::name)) == "BOB"), "2 ");
    EXPECT_EQ(users(length(col(&User::name)) == 5), "4 ");
    EXPECT_EQ(users(coalesce(col(&User::bio), "none") == "none"), "2 ");
    EXPECT_EQ(users(col(&User::age) * 2 - 4 == 30), "2 3 ");
    EXPECT_EQ(users(col(&User::age) % 2 == 1), "2 3 ");
    EXPECT_EQ(users(col(&User::name) + "!" == "Ada!"), "1 ");
    EXPECT_EQ(users(-col(&User::age) < -50), "4 ");
    EXPECT_EQ(users(abs(col(&User::age) - 50) <= 30), "1 4 ");
    EXPECT_EQ(users(raw<bool>("? BETWEEN ? AND ?", col(&User::age), 30, 40)), "1 ");
}

TEST_F(queries, names_from_outside_are_verified) {
    EXPECT_EQ(s.query<User>().where("age", ">=", 36).where("name", "like", "A%").count(), 1);
    EXPECT_EQ(s.query<User>().where("age", "<>", 17).count(), 2);
    EXPECT_EQ(s.query<User>().where("name", "NOT LIKE", "%d%").count(), 2);
    EXPECT_EQ(s.query<User>().where("name", "=", "x' OR '1'='1").count(), 0);
    log.clear();
    const unsigned line = __LINE__ + 1;
    const auto column = thrown<kin::unknown_name>([&] { (void)s.query<User>().where("agee", "=", 1); });
    EXPECT_TRUE(contains(column.message(), "agee"));
    EXPECT_TRUE(contains(column.message(), "age"));
    EXPECT_EQ(column.where().line(), line);
    EXPECT_TRUE(ends_with(column.where().file_name(), "queries_test.cpp"));
    const auto op = thrown<kin::unknown_name>([&] { (void)s.query<User>().where("age", "~~", 1); });
    EXPECT_TRUE(contains(op.message(), "unknown operator '~~'"));
    EXPECT_TRUE(contains(op.message(), "not like"));
    EXPECT_THROW((void)s.query<User>().order_by("age; DROP TABLE users"), kin::unknown_name);
    EXPECT_THROW((void)s.query<User>().where("posts", "=", 1), kin::unknown_name);
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(queries, order_limit_offset_distinct) {
    const auto names = [](const kin::rows<User>& found) {
        std::string out;
        for (const User& u : found) out += u.name.substr(0, 1);
        return out;
    };
    EXPECT_EQ(names(s.query<User>().order_by(desc(col(&User::age)), &User::name).all()), "5ABC");
    EXPECT_EQ(names(s.query<User>().order_by("-age, -name").all()), "5ACB");
    EXPECT_EQ(names(s.query<User>().order_by("age,-id").all()), "CBA5");
    EXPECT_EQ(names(s.query<User>().order_by(&User::name).limit(2).offset(1).all()), "AB");
    EXPECT_EQ(names(s.query<User>().order_by(asc(col(&User::bio)).nulls_last(), &User::id).all()), "C5AB");
    EXPECT_EQ(names(s.query<User>().order_by(asc(col(&User::bio)).nulls_first(), &User::id).all()), "BC5A");
    EXPECT_EQ(s.query<User>().distinct().select(&User::age).all().size(), 3u);
    EXPECT_EQ(s.query<User>().limit(3).count(), 3);
    EXPECT_EQ(s.query<User>().offset(3).limit(10).count(), 1);
}

TEST_F(queries, joins) {
    EXPECT_EQ(s.query<Post>().join(&Post::author).where(col(&User::name) == "Ada").count(), 2);
    EXPECT_EQ(s.query<User>().join(&User::posts).where(col(&Post::views) == 5).count(), 2);
    EXPECT_EQ(s.query<User>().left_join(&User::posts).where(col(&Post::id).is_null()).one()->name, "Cyd");
    auto views = s.query<User>()
                     .left_join(&User::posts)
                     .where(col(&User::name) == "Cyd")
                     .select(&User::name, or_null(&Post::title), or_null(col(&Post::views)), or_null(&Post::editor_id));
    using row = std::tuple<std::string, std::optional<std::string>, std::optional<int>, std::optional<kin::key<User>>>;
    EXPECT_EQ(views.all(), (std::vector<row>{{"Cyd", std::nullopt, std::nullopt, std::nullopt}}));
    const auto error = thrown<kin::conversion_error>(
        [&] { (void)s.query<User>().left_join(&User::posts).select(&User::name, &Post::title).all(); });
    EXPECT_TRUE(contains(error.what(), "or_null")) << error.what();
    EXPECT_EQ(s.query<Post>().join<User>(col(&User::id) == col(&Post::editor_id)).one()->title, "birds");
    EXPECT_EQ(s.query<User>().join(&User::posts).join(&Post::comments).where(col(&Comment::text) == "d").one()->name,
              "Ada");

    const kin::alias<User> other{"other"};
    const auto pairs = s.query<User>()
                           .join(other, other.col(&User::age) == col(&User::age))
                           .where(col(&User::id) < other.col(&User::id))
                           .select(&User::name, other.col(&User::name))
                           .all();
    ASSERT_EQ(pairs.size(), 1u);
    EXPECT_EQ(pairs[0], (std::tuple<std::string, std::string>{"Bob", "Cyd"}));
    const auto editors = s.query<Post>()
                             .join(&Post::author)
                             .left_join(other, other.col(&User::id) == col(&Post::editor_id))
                             .order_by(&Post::id)
                             .select(&Post::title, &User::name, other.col(&User::bio))
                             .all();
    ASSERT_EQ(editors.size(), 4u);
    EXPECT_EQ(std::get<1>(editors[2]), "Bob");
    EXPECT_EQ(std::get<2>(editors[2]), "Countess");
    EXPECT_EQ(std::get<2>(editors[0]), std::nullopt);
}

struct age_group {
    int age{};
    std::int64_t people{};
    std::optional<double> mean{};
};

TEST_F(queries, groups_projections_and_aggregates) {
    const auto groups = s.query<User>()
                            .group_by(&User::age)
                            .having(count_all() >= 1)
                            .order_by(&User::age)
                            .select(&User::age, count_all(), avg(col(&User::id)))
                            .into<age_group>();
    ASSERT_EQ(groups.size(), 3u);
    EXPECT_EQ(groups[0].age, 17);
    EXPECT_EQ(groups[0].people, 2);
    EXPECT_DOUBLE_EQ(*groups[0].mean, 2.5);
    EXPECT_EQ(s.query<User>().group_by(&User::age).having(count_all() > 1).select(&User::age).value(), 17);
    EXPECT_EQ(s.query<Post>().select(sum(col(&Post::views))).value(), std::optional<std::int64_t>{110});
    EXPECT_EQ(s.query<Post>().where(col(&Post::views) > 1000).select(sum(col(&Post::views))).value(),
              std::optional<std::optional<std::int64_t>>{std::optional<std::int64_t>{}});
    EXPECT_EQ(s.query<Post>().select(min(col(&Post::title))).value(), std::optional<std::string>{"birds"});
    EXPECT_EQ(s.query<Post>().select(max(col(&Post::views))).value(), std::optional<int>{100});
    EXPECT_EQ(s.query<User>().select(count_distinct(col(&User::age))).value(), 3);
    EXPECT_EQ(s.query<User>().select(count(col(&User::bio))).value(), 3);
    const auto row = s.query<User>().where(col(&User::id) == 2).select(&User::id, &User::bio, &User::name).all();
    ASSERT_EQ(row.size(), 1u);
    EXPECT_EQ(row[0], (std::tuple<kin::key<User>, std::optional<std::string>, std::string>{2, std::nullopt, "Bob"}));
    EXPECT_EQ(s.query<User>().where(col(&User::id) == 99).select(&User::name).value(), std::nullopt);
}

TEST_F(queries, subqueries) {
    const auto writers = s.query<Post>().where(col(&Post::views) > 1).select(&Post::user_id);
    EXPECT_EQ(users(col(&User::id).in(writers.statement())), "1 2 ");
    EXPECT_EQ(users(col(&User::id).not_in(writers.statement())), "3 4 ");
    const auto oldest = s.query<User>().select(max(col(&User::age)));
    EXPECT_EQ(users(col(&User::age) == oldest.scalar()), "4 ");
}

TEST_F(queries, terminals) {
    EXPECT_EQ(s.query<User>().count(), 4);
    EXPECT_TRUE(s.query<User>().where(col(&User::age) == 17).exists());
    EXPECT_FALSE(s.query<User>().where(col(&User::age) == 18).exists());
    EXPECT_EQ(s.query<User>().order_by(&User::id).first()->name, "Ada");
    EXPECT_FALSE(s.query<User>().where(col(&User::age) == 18).first());
    EXPECT_EQ(s.query<User>().where(col(&User::age) == 80).one()->id.value, 4);
    EXPECT_FALSE(s.query<User>().where(col(&User::age) == 18).one_or_none());
    const auto none = thrown<kin::not_found>([&] { (void)s.query<User>().where(col(&User::age) == 18).one(); });
    EXPECT_TRUE(contains(none.message(), "User"));
    EXPECT_TRUE(ends_with(none.where().file_name(), "queries_test.cpp"));
    EXPECT_THROW((void)s.query<User>().where(col(&User::age) == 17).one(), kin::multiple_found);
    EXPECT_THROW((void)s.query<User>().where(col(&User::age) == 17).one_or_none(), kin::multiple_found);
}

TEST_F(queries, bulk_update_and_remove) {
    EXPECT_EQ(s.query<Post>().where(col(&Post::views) < 50).update(set(&Post::views, 50), set(&Post::published, false)),
              3);
    EXPECT_EQ(s.query<Post>().where(col(&Post::title) == "odd").update(set(&Post::views, col(&Post::views) + 1)), 1);
    EXPECT_EQ(s.query<User>().where(col(&User::id) == 1).update(set(&User::bio, nullptr)), 1);
    EXPECT_EQ(s.query<Comment>().remove(), 2);
    EXPECT_EQ(s.query<Post>().where(col(&Post::views) == 51).remove(), 1);
    EXPECT_EQ(log.count(), 5u);
    s.commit();
    EXPECT_EQ(rows("SELECT title, views, published FROM posts ORDER BY id"), "engines|100|1; looms|50|0; birds|50|0");
    EXPECT_EQ(rows("SELECT bio FROM users WHERE id = 1"), "NULL");
    EXPECT_EQ(rows("SELECT count(*) FROM comments"), "0");
    EXPECT_THROW(s.query<Post>().limit(1).remove(), kin::usage_error);
    EXPECT_THROW((void)s.query<Post>().join(&Post::author).update(set(&Post::views, 1)), kin::usage_error);
    // What is pending is written first, and is changed with the rest.
    s.add(Post{.user_id = 2, .title = "pending"});
    EXPECT_EQ(s.query<Post>().where(col(&Post::user_id) == 2).update(set(&Post::views, 9)), 2);
    s.rollback();
}

TEST_F(queries, raw_sql) {
    const auto found = s.raw<User>("SELECT u.* FROM users u WHERE u.age = ? AND u.name LIKE ? ORDER BY id", 17, "%o%");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].name, "Bob");
    EXPECT_EQ(s.get<User>(2).get(), &found[0]);
    EXPECT_EQ(s.execute("UPDATE users SET age = age + ? WHERE id > ?", 1, 2), 2);
    EXPECT_EQ(s.query<User>().where(col(&User::age) == 18).refresh().one()->name, "Cyd");
    const auto e = thrown<kin::mapping_error>([&] { (void)s.raw<User>("SELECT name, id FROM users"); });
    EXPECT_TRUE(contains(e.message(), "must select its columns in their order"));
    s.rollback();
    EXPECT_EQ(rows("SELECT age FROM users ORDER BY id"), "36; 17; 17; 80");
}

TEST_F(queries, known_objects_keep_their_values_unless_refreshed) {
    const auto ada = s.get<User>(1);
    s.commit();
    run("UPDATE users SET name = 'theirs' WHERE id = 1");
    EXPECT_EQ(s.query<User>().where(col(&User::name) == "theirs").one()->name, "Ada");
    EXPECT_EQ(s.query<User>().where(col(&User::id) == 1).refresh().one()->name, "theirs");
    EXPECT_EQ(ada->name, "theirs");
    EXPECT_FALSE(s.dirty());
}

TEST_F(queries, values_are_bound_and_names_quoted) {
    const std::string nasty = "'; DROP TABLE users; --";
    s.get<User>(1)->name = nasty;
    s.commit();
    EXPECT_EQ(s.query<User>().where(col(&User::name) == nasty).one()->id.value, 1);
    for (const auto& e : log.entries()) EXPECT_FALSE(contains(e.sql, "DROP"));
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "4");
}

}  // namespace
