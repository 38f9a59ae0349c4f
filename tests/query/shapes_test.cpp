// Queries of other shapes than one model's rows: windows, selects as tables, recursion, unions, rows of columns, locks.
#include <kin/sql/statement.hpp>

#include "support/fixture.hpp"

namespace {

using namespace sample;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

class shapes : public kin::test::with_database<Blog, Owning> {
  protected:
    kin::session s{db};
    shapes() {
        // posts: 1 engines, 2 looms by Ada; 3 birds by Bob; Cyd has none
        s.add(User{.name = "Ada",
                   .email = "ada@x.org",
                   .bio = "Countess",
                   .age = 36,
                   .posts = {{.title = "engines", .published = true, .views = 100}, {.title = "looms", .views = 5}}});
        s.add(User{.name = "Bob",
                   .email = "bob@y.org",
                   .age = 17,
                   .posts = {{.title = "birds", .published = true, .views = 5}}});
        s.add(User{.name = "Cyd", .email = "cyd@x.org", .age = 17});
        s.commit();
        s.clear();
        log.clear();
    }
    static std::string text(const kin::rows<Post>& found) {
        std::string all;
        for (const Post& p : found) all += p.title + " ";
        return all;
    }
    static std::string text(const kin::rows<User>& found) {
        std::string all;
        for (const User& u : found) all += u.name + " ";
        return all;
    }
    static std::string text(const std::vector<std::tuple<std::string>>& found) {
        std::string all;
        for (const auto& [one] : found) all += one + " ";
        return all;
    }
};

TEST_F(shapes, rank_in_windows) {
    const auto found =
        s.query<Post>()
            .order_by(&Post::id)
            .select(&Post::title, over(row_number(), partition_by(&Post::user_id).order_by(desc(&Post::id))),
                    over(rank(), partition_by().order_by(&Post::views)),
                    over(dense_rank(), partition_by().order_by(&Post::views)),
                    over(sum(&Post::views), partition_by().order_by(&Post::id).rows({}, 0)), over(count_all()),
                    over(lag(col(&Post::views)), partition_by().order_by(&Post::id)),
                    over(lead(col(&Post::title), 2), partition_by().order_by(&Post::id)))
            .all();
    using row = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t, std::optional<std::int64_t>,
                           std::int64_t, std::optional<int>, std::optional<std::string>>;
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0], (row{"engines", 2, 3, 2, 100, 3, std::nullopt, "birds"}));
    EXPECT_EQ(found[1], (row{"looms", 1, 1, 1, 105, 3, 100, std::nullopt}));
    EXPECT_EQ(found[2], (row{"birds", 1, 1, 1, 110, 3, 5, std::nullopt}));
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(shapes, the_newest_post_of_each_user_by_a_derived_table) {
    const auto newest =
        s.query<Post>()
            .select(&Post::id, over(row_number(), partition_by(&Post::user_id).order_by(desc(&Post::id))))
            .as("newest");
    const auto [id, place] = newest.columns();
    EXPECT_EQ(text(s.query<Post>().join(newest, id == col(&Post::id)).where(place == 1).order_by(&Post::id).all()),
              "looms birds ");
    EXPECT_TRUE(contains(log.entries().at(0).sql,
                         "JOIN (SELECT \"id\", row_number() OVER (PARTITION BY \"user_id\" "
                         "ORDER BY \"id\" DESC) AS \"c2\" FROM \"posts\") AS \"newest\""));
    EXPECT_EQ(newest.select(count_all()).where(place > 1).value(), 1);
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(shapes, a_pending_object_is_flushed_before_a_derived_table_reads_its_table) {
    const auto totals = s.query<Post>().group_by(&Post::user_id).select(&Post::user_id, count_all()).as("totals");
    const auto [user, total] = totals.columns();
    s.add(Post{.user_id = {3}, .title = "new"});
    const auto found = s.query<User>()
                           .left_join(totals, user == col(&User::id))
                           .order_by(&User::id)
                           .select(&User::name, coalesce(total, 0))
                           .all();
    EXPECT_EQ(found, (std::vector<std::tuple<std::string, std::int64_t>>{{"Ada", 2}, {"Bob", 1}, {"Cyd", 1}}));
    EXPECT_EQ(log.count("INSERT"), 1u);
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(shapes, a_common_table_expression_is_written_once_and_read_often) {
    const auto liked = s.query<Post>().where(col(&Post::views) >= 5).select(&Post::id, &Post::user_id).as_cte("liked");
    const auto [post, user] = liked.columns();
    auto of_many = liked.select(user);
    EXPECT_EQ(text(s.query<User>()
                       .join(liked, user == col(&User::id))
                       .where(col(&User::id).in(of_many.statement()))
                       .where(post == 3)
                       .all()),
              "Bob ");
    EXPECT_TRUE(log.entries().at(0).sql.starts_with("WITH \"liked\"(\"id\", \"user_id\") AS (SELECT"));
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(shapes, a_tree_is_walked_by_recursion) {
    for (int i = 1; i <= 7; ++i) {
        s.add(Folder{.name = std::to_string(i)});
        s.flush();
    }
    s.execute("UPDATE folder SET parent_id = (id - id % 2) / 2 WHERE id > 1");  // 1(2(4 5) 3(6 7))
    s.clear();
    log.clear();
    const auto below =
        s.query<Folder>()
            .where(col(&Folder::id) == 2)
            .select(&Folder::id, lit(0))
            .recursive("below", [&](const auto& above) {
                const auto [id, depth] = above.columns();
                return s.query<Folder>().join(above, col(&Folder::parent_id) == id).select(&Folder::id, depth + 1);
            });
    const auto [id, depth] = below.columns();
    auto tree = s.query<Folder>().join(below, col(&Folder::id) == id).where(depth > 0);
    std::string names;
    const auto folders = tree.order_by(desc(&Folder::id)).all();
    for (const Folder& f : folders) names += f.name + " ";
    EXPECT_EQ(names, "5 4 ");
    EXPECT_EQ(tree.count(), 2);
    EXPECT_TRUE(tree.exists());
    EXPECT_EQ(tree.distinct().count(), 2);
    EXPECT_EQ(log.count(), 4u);
    s.query<Folder>().where(col(&Folder::id).in(below.select(id).statement())).remove();
    s.commit();
    EXPECT_EQ(rows("SELECT id FROM folder ORDER BY id"), "1; 3; 6; 7");
}

TEST_F(shapes, selects_are_combined) {
    auto names = s.query<User>().select(&User::name);
    auto titles = s.query<Post>().select(&Post::title);
    EXPECT_EQ(text(names.unite(titles).order_by(desc(&User::name)).limit(4).all()), "looms engines birds Cyd ");
    auto young = s.query<User>().where(col(&User::age) < 18).select(&User::name);
    auto ada = s.query<User>().where(col(&User::age) > 18).select(&User::name);
    EXPECT_EQ(text(names.unite_all(young).order_by(&User::name).all()), "Ada Bob Bob Cyd Cyd ");
    EXPECT_EQ(text(names.intersect(young).order_by(&User::name).all()), "Bob Cyd ");
    EXPECT_EQ(text(names.except(young).all()), "Ada ");
    // From the left: (young or ada) and ada.
    EXPECT_EQ(text(young.unite(ada).intersect(ada).all()), "Ada ");
    auto first = s.query<User>().order_by(&User::id).limit(1).select(&User::name);
    EXPECT_EQ(text(first.unite_all(first).all()), "Ada Ada ");
    auto whole = young.unite(ada);
    const std::string why = thrown<kin::usage_error>([&] { whole.where(col(&User::age) == 1); }).message();
    EXPECT_EQ(why, "conditions belong to the selects before they are combined");
    EXPECT_EQ(log.count(), 6u);
}

TEST_F(shapes, a_union_is_a_table_too) {
    auto first = s.query<User>().order_by(&User::id).limit(1).select(lower(col(&User::name)));
    auto rest = s.query<Post>().select(upper(col(&Post::title)));
    const auto both = first.unite(rest).as("words");
    const auto [word] = both.columns();
    EXPECT_EQ(text(both.select(word).order_by(word).all()), "BIRDS ENGINES LOOMS ada ");
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(shapes, existence_and_counts_of_the_same_model) {
    // Users of whom another one has the same age.
    auto twins = s.query<User>().where(
        exists(s.query<User>().where(col(&User::age) == outer(&User::age) && col(&User::id) != outer(&User::id))));
    EXPECT_EQ(text(twins.order_by(&User::id).all()), "Bob Cyd ");
    auto posts = s.query<Post>().where(col(&Post::user_id) == col(&User::id));
    EXPECT_EQ(text(s.query<User>().where(!exists(posts)).all()), "Cyd ");
    EXPECT_EQ(text(s.query<User>().where(posts.select(count_all()).scalar() >= 2).all()), "Ada ");
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(shapes, cases_and_filtered_aggregates) {
    const auto found =
        s.query<User>()
            .order_by(&User::id)
            .select(when(col(&User::age) < 18, "child").when(col(&User::name) == "Ada", "countess").otherwise(""),
                    when(col(&User::age) < 18, 1).end())
            .all();
    EXPECT_EQ(found, (std::vector<std::tuple<std::string, std::optional<int>>>{
                         {"countess", std::nullopt}, {"child", 1}, {"child", 1}}));
    const auto counts = s.query<Post>()
                            .select(count_all(), filter(count_all(), col(&Post::views) > 5),
                                    filter(sum(&Post::views), col(&Post::views) > 1000))
                            .all();
    EXPECT_EQ(counts,
              (std::vector<std::tuple<std::int64_t, std::int64_t, std::optional<std::int64_t>>>{{3, 1, std::nullopt}}));
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(shapes, rows_of_several_columns) {
    EXPECT_EQ(text(s.query<Post>()
                       .where(row(&Post::user_id, &Post::views).in({{{1}, 5}, {{2}, 5}, {{3}, 5}}))
                       .order_by(&Post::id)
                       .all()),
              "looms birds ");
    const std::vector<std::pair<int, int>> none;
    EXPECT_EQ(s.query<Post>().where(row(&Post::id, &Post::views).in(none)).count(), 0);
    EXPECT_EQ(s.query<Post>().where(row(&Post::id, &Post::views).not_in(none)).count(), 3);
    auto ages = s.query<User>().select(&User::id, &User::age);
    EXPECT_EQ(s.query<Post>().where(row(&Post::user_id, &Post::views).not_in(ages.statement())).count(), 3);
    EXPECT_EQ(log.count(), 4u);
}

TEST_F(shapes, what_is_counted_is_counted_by_the_database) {
    EXPECT_EQ(s.query<Post>().limit(2).count(), 2);
    EXPECT_EQ(s.query<Post>().offset(1).order_by(&Post::id).count(), 2);
    EXPECT_EQ(s.query<Post>().group_by(&Post::user_id).count(), 2);
    EXPECT_EQ(s.query<Post>().limit(0).count(), 0);
    EXPECT_EQ(log.count("SELECT count(*) FROM (SELECT"), 4u);
}

TEST_F(shapes, locks_are_written_where_the_database_has_them) {
    auto q = s.query<User>().where(col(&User::id) == 1).for_update(kin::sql::when_locked::skip);
    EXPECT_EQ(q.one()->name, "Ada");
    EXPECT_EQ(q.for_share().count(), 1);
    EXPECT_EQ(q.statement().lock, kin::sql::row_lock::share);
    for (const auto& e : log.entries())
        EXPECT_EQ(contains(e.sql, "FOR "),
                  kin::test::can(kin::test::capability::row_locks) && !contains(e.sql, "count"))
            << e.sql;
}

TEST_F(shapes, objects_of_several_models_in_one_row) {
    const auto pairs = s.query<Post>()
                           .join(&Post::author)
                           .order_by(&Post::id)
                           .select(entity<Post>(), &Post::views, entity<User>(), length(col(&User::name)))
                           .all();
    static_assert(std::is_same_v<decltype(pairs),
                                 const std::vector<std::tuple<kin::ref<Post>, int, kin::ref<User>, std::int64_t>>>);
    EXPECT_EQ(log.count(), 1u);
    ASSERT_EQ(pairs.size(), 3u);
    std::string text;
    for (const auto& [post, views, user, size] : pairs) {
        text += post->title + ' ' + std::to_string(views) + ' ' + user->name + ' ' + std::to_string(size) + '\n';
    }
    EXPECT_EQ(text, "engines 100 Ada 3\nlooms 5 Ada 3\nbirds 5 Bob 3\n");
    EXPECT_EQ(std::get<2>(pairs[0]), std::get<2>(pairs[1]));
    EXPECT_EQ(std::get<2>(pairs[0]), s.get<User>(1));
    EXPECT_EQ(log.count(), 1u);

    // They are the session's: the ones of a column are loaded on together, and changes are written.
    EXPECT_EQ(std::get<0>(pairs[0])->comments.size() + std::get<0>(pairs[2])->comments.size(), 0u);
    EXPECT_EQ(log.count(), 2u);
    std::get<2>(pairs[2])->age = 18;
    s.commit();
    EXPECT_EQ(rows("SELECT age FROM users ORDER BY id"), "36; 18; 17");
}

TEST_F(shapes, relations_come_with_the_objects_of_a_row) {
    s.strict();
    const auto pairs = s.query<Post>()
                           .join(&Post::author)
                           .order_by(&Post::id)
                           .select(entity<Post>(), entity<User>())
                           .with(&Post::comments)
                           .with(&User::posts, &Post::comments)
                           .all();
    EXPECT_EQ(log.text(), "SELECT posts.id, posts.user_id,; SELECT id, post_id,; SELECT id, user_id,");
    for (const auto& [post, user] : pairs) {
        EXPECT_EQ(post->comments.size(), 0u);
        EXPECT_EQ(post->author, user);
        EXPECT_EQ(user->posts[0].comments.size(), 0u);
    }
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(shapes, a_model_beside_itself_and_nothing_beside_it) {
    const kin::alias<User> other{"other"};
    const auto found =
        s.query<User>()
            .left_join(other, other.col(&User::age) == col(&User::age) && other.col(&User::id) > col(&User::id))
            .order_by(&User::id)
            .select(entity<User>(), entity(other))
            .all();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_FALSE(std::get<1>(found[0]));
    EXPECT_EQ(std::get<1>(found[1])->name, "Cyd");
    EXPECT_FALSE(std::get<1>(found[2]));
    EXPECT_EQ(std::get<1>(found[1]), std::get<0>(found[2]));
    EXPECT_EQ(log.count(), 1u);
}

}  // namespace
