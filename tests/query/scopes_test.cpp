// What a model shows of its table, in everything that reads it.
#include "support/fixture.hpp"

namespace kin::test {
namespace {

using namespace kin::expr;

struct Label;
struct Article;

struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many<Article> articles{};

    static constexpr auto table = kin::table("writers");
};

struct Article {
    kin::key<Article> id{};
    kin::key<Writer> writer_id{};
    std::string title{};
    bool published{};
    int views{};
    kin::belongs_to<Writer> writer{};
    kin::many_to_many<Label> labels{};

    static constexpr auto table = kin::table("articles");
    static auto scope() { return col(&Article::published) == true; }
};

struct Label {
    kin::key<Label> id{};
    std::string word{};
    kin::many_to_many<Article> articles{};
};

/// A scope over a relation.
struct Remark {
    kin::key<Remark> id{};
    std::optional<kin::key<Article>> article_id{};
    std::string text{};
    kin::belongs_to<Article> article{};

    static auto scope() { return any(&Remark::article, col(&Article::views) > 5); }
};

using base = with_database<models<Writer, Article, Label, Remark>>;
class scopes : public base {
  protected:
    scopes() {
        run("INSERT INTO writers VALUES (1, 'Ada'), (2, 'Bob');"
            "INSERT INTO articles VALUES (1, 1, 'shown', true, 10), (2, 1, 'draft', false, 20), (3, 2, 'draft too', "
            "false, 30),"
            " (4, 1, 'second', true, 1);"
            "INSERT INTO label VALUES (1, 'red'), (2, 'blue');"
            "INSERT INTO article_label VALUES (1, 1), (2, 1), (3, 2);"
            "INSERT INTO remark VALUES (1, 1, 'on shown'), (2, 2, 'on draft'), (3, 4, 'on second'), (4, NULL, 'on "
            "none');");
    }

    template <class Range>
    static std::string titles(const Range& range) {
        std::string all;
        for (const Article& a : range) all += (all.empty() ? "" : ", ") + a.title;
        return all;
    }
};

TEST_F(scopes, the_members_of_a_hidden_owner_have_none) {
    session s{db};
    const auto remarks = s.query<Remark>().without_scope().order_by(&Remark::id).all();
    const auto articles = s.query<Article>().without_scope().order_by(&Article::id).all();
    s.load(articles, selectin(&Article::labels));
    EXPECT_FALSE(remarks[1].article);
    EXPECT_EQ(remarks[0].article->title, "shown");
    const auto writers = s.query<Writer>().with(selectin(&Writer::articles).without_scope()).all();
    EXPECT_EQ(writers[0].articles.size(), 3u);
    EXPECT_EQ(writers[0].articles[0].writer->name, "Ada");
}

TEST_F(scopes, every_query_asks_for_it) {
    session s{db};
    EXPECT_EQ(titles(s.query<Article>().order_by(&Article::id).all()), "shown, second");
    EXPECT_EQ(s.query<Article>().count(), 2);
    EXPECT_FALSE(s.query<Article>().where(col(&Article::id) == 2).exists());
    EXPECT_EQ(s.query<Article>().select(sum(&Article::views)).value(), 11);
    EXPECT_EQ(s.query<Article>().page(1, 1).total, 2);
    EXPECT_EQ(titles(s.query<Article>().order_by(&Article::id).after("", 5).items), "shown, second");
    EXPECT_EQ(s.query<Article>().without_scope().count(), 4);
    int streamed = 0;
    for (auto& chunk : s.query<Article>().stream(1)) streamed += static_cast<int>(chunk.size());
    EXPECT_EQ(streamed, 2);
}

TEST_F(scopes, no_or_escapes_it) {
    session s{db};
    const condition either = col(&Article::views) > 25 || col(&Article::views) > 5;
    EXPECT_EQ(titles(s.query<Article>().where(either).all()), "shown");
    EXPECT_TRUE(contains(log.entries().back().sql, R"() AND "published" = )")) << log.entries().back().sql;
    // Nor SQL of the user's own.
    EXPECT_EQ(titles(s.query<Article>().where(condition{sql::raw("1 = 1 OR 1 = 1")}).order_by("id").all()),
              "shown, second");
    // Nor the owner's condition.
    const auto ada = s.get_one<Writer>(1);
    EXPECT_EQ(titles(ada->articles.where(either).order_by(&Article::id).all()), "shown");
    EXPECT_EQ(titles(ada->articles.where(condition{sql::raw("1 = 1 OR 1 = 1")}).order_by("id").all()), "shown, second");
    EXPECT_EQ(titles(ada->articles.query()
                         .where(col(&Article::views) > 25 || col(&Article::views) < 100)
                         .without_scope()
                         .order_by("id")
                         .all()),
              "shown, draft, second");
}

TEST_F(scopes, a_key_out_of_sight_is_not_found) {
    session s{db};
    EXPECT_TRUE(s.get<Article>(1));
    EXPECT_FALSE(s.get<Article>(2));
    (void)thrown<not_found>([&] { (void)s.get_one<Article>(2); });
}

TEST_F(scopes, every_strategy_loads_what_is_shown) {
    for (const load how : {load::batch, load::select, load::selectin, load::joined, load::subquery}) {
        session s{db};
        const auto writers = s.query<Writer>()
                                 .with(loading<Writer, Article>{detail::relation_of(&Writer::articles), how})
                                 .order_by(&Writer::id)
                                 .all();
        ASSERT_EQ(writers.size(), 2u) << static_cast<int>(how);
        EXPECT_EQ(titles(writers[0].articles), "shown, second") << static_cast<int>(how);
        EXPECT_EQ(titles(writers[1].articles), "") << static_cast<int>(how);
        const auto labels = s.query<Label>()
                                .with(loading<Label, Article>{detail::relation_of(&Label::articles), how})
                                .order_by(&Label::id)
                                .all();
        ASSERT_EQ(labels.size(), 2u);
        EXPECT_EQ(titles(labels[0].articles), "shown") << static_cast<int>(how);
        EXPECT_EQ(titles(labels[1].articles), "") << static_cast<int>(how);
        const auto remarks = s.query<Remark>()
                                 .without_scope()
                                 .with(loading<Remark, Article>{detail::relation_of(&Remark::article), how})
                                 .order_by(&Remark::id)
                                 .all();
        ASSERT_EQ(remarks.size(), 4u) << "an eager load never filters its owners";
        EXPECT_TRUE(remarks[0].article);
        EXPECT_FALSE(remarks[1].article) << static_cast<int>(how);
    }
}

TEST_F(scopes, what_the_session_knows_is_no_way_around_it) {
    session s{db};
    const auto all = s.query<Article>().without_scope().all();
    EXPECT_EQ(all.size(), 4u);
    const auto remarks = s.query<Remark>().without_scope().with(&Remark::article).order_by(&Remark::id).all();
    EXPECT_TRUE(remarks[0].article);
    EXPECT_FALSE(remarks[1].article);
}

TEST_F(scopes, a_loading_can_leave_it_out) {
    session s{db};
    const auto ada = s.query<Writer>()
                         .with(selectin(&Writer::articles).without_scope().order_by(&Article::id))
                         .order_by("id")
                         .first();
    EXPECT_EQ(titles(ada->articles), "shown, draft, second");
    s.expire_all();
    const auto again = s.query<Writer>().with(joined(&Writer::articles).without_scope()).order_by("id").all();
    EXPECT_EQ(again[0].articles.size(), 3u);
    EXPECT_EQ(again[1].articles.size(), 1u);
}

TEST_F(scopes, conditions_over_relations_ask_for_it) {
    session s{db};
    EXPECT_EQ(s.query<Writer>().where(any(&Writer::articles)).count(), 1);
    EXPECT_EQ(s.query<Writer>().where(none(&Writer::articles)).count(), 1);
    EXPECT_EQ(s.query<Writer>().where(count(&Writer::articles) == 2).count(), 1);
    EXPECT_EQ(s.query<Writer>().where(any(&Writer::articles, col(&Article::views) > 15)).count(), 0);
    EXPECT_EQ(s.query<Writer>().where_has("articles", ">=", 2).count(), 1);
    EXPECT_EQ(s.query<Label>().where(any(&Label::articles)).count(), 1);
    const auto writers = s.query<Writer>()
                             .with_count(&Writer::articles)
                             .with_sum(&Writer::articles, &Article::views)
                             .order_by("id")
                             .all();
    EXPECT_EQ(writers[0].articles.count(), 2);
    EXPECT_EQ(writers[0].articles.sum(&Article::views), 11);
    EXPECT_EQ(writers[1].articles.count(), 0);
    EXPECT_EQ(s.query<Writer>().join(&Writer::articles).select(count_all()).value(), 2);
    EXPECT_EQ(s.query<Writer>().left_join(&Writer::articles).select(count_all()).value(), 3);
    EXPECT_EQ(s.query<Writer>().join(&Writer::articles).count(), 1);
    EXPECT_EQ(s.query<Writer>().left_join(&Writer::articles).count(), 2);
}

TEST_F(scopes, aliases_bring_it_with_them) {
    session s{db};
    const alias<Article> other{"other"};
    EXPECT_EQ(s.query<Article>().join(other, other.col(&Article::writer_id) == col(&Article::writer_id)).count(), 2);
    EXPECT_TRUE(contains(log.entries().back().sql, R"("other"."published" = )")) << log.entries().back().sql;
}

TEST_F(scopes, a_scope_may_ask_for_relations) {
    session s{db};
    EXPECT_EQ(s.query<Remark>().count(), 1);
    EXPECT_EQ(s.query<Remark>().one()->text, "on shown");
}

TEST_F(scopes, writes_by_condition_ask_for_it_and_objects_are_written_whatever_it_says) {
    run("DELETE FROM article_label; DELETE FROM remark");
    session s{db};
    EXPECT_EQ(s.query<Article>().where(col(&Article::views) > 0).update(set(&Article::views, 7)), 2);
    EXPECT_EQ(s.query<Article>().where(col(&Article::views) == 7 || col(&Article::id) == 2).remove(), 2);
    auto draft = s.query<Article>().without_scope().where(col(&Article::id) == 2).one();
    draft->title = "still a draft";
    auto fresh = s.add(Article{.writer_id = 2, .title = "new draft"});
    s.flush();
    s.refresh(draft);
    EXPECT_EQ(draft->title, "still a draft");
    s.refresh(fresh);
    s.remove(draft);
    s.commit();
    EXPECT_EQ(rows("SELECT title FROM articles ORDER BY id"), "draft too; new draft");
}

}  // namespace
}  // namespace kin::test
