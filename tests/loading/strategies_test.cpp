// Every strategy gives the same graph; what differs is when it is loaded, and by how many statements.
#include "support/fixture.hpp"

namespace strategy_models {

struct Article;
struct Note;
struct Label;
struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many<Article, kin::via<"writer_id">> articles{};
    kin::has_many<Note> notes{};
};
struct Article {
    kin::key<Article> id{};
    kin::key<Writer> writer_id{};
    std::optional<kin::key<Writer>> editor_id{};
    std::string title{};
    std::string body{};
    int views{};
    kin::belongs_to<Writer, kin::via<"writer_id">> writer{};
    kin::belongs_to<Writer, kin::via<"editor_id">> editor{};
    kin::has_many<Note> notes{};
    kin::many_to_many<Label> labels{};
};
struct Note {
    kin::key<Note> id{};
    kin::key<Article> article_id{};
    kin::key<Writer> writer_id{};
    std::string text{};
    kin::belongs_to<Article> article{};
    kin::belongs_to<Writer> writer{};
};
struct Label {
    kin::key<Label> id{};
    std::string name{};
};
struct Folder {
    kin::key<Folder> id{};
    std::optional<kin::key<Folder>> parent_id{};
    std::string name{};
    kin::belongs_to<Folder> parent{};
    kin::has_many<Folder> children{};
};
struct Diary {
    kin::key<Diary> id{};
    std::string name{};
    kin::has_many<struct Page, kin::lazy<kin::load::write_only>> pages{};
};
struct Page {
    kin::key<Page> id{};
    std::optional<kin::key<Diary>> diary_id{};
    std::string text{};
};

using All = kin::models<Writer, Article, Note, Label, Folder, Diary, Page>;

}  // namespace strategy_models

using namespace strategy_models;
using namespace kin::expr;
using kin::test::contains;
using kin::test::thrown;

namespace {

class strategy : public kin::test::with_database<> {
  protected:
    strategy() {
        db.create<All>();
        run("INSERT INTO writer VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd'), (4, 'Dan');"
            "INSERT INTO article VALUES (1, 1, 2, 'a1', 'x', 10), (2, 1, NULL, 'a2', 'y', 20), (3, 2, 1, 'b1', 'z', "
            "30),"
            " (4, 3, NULL, 'c1', '', 5), (5, 1, 3, 'a3', '', 1);"
            "INSERT INTO note VALUES (1, 1, 2, 'n1'), (2, 1, 3, 'n2'), (3, 3, 1, 'n3'), (4, 5, 1, 'n4');"
            "INSERT INTO label VALUES (1, 'red'), (2, 'blue');"
            "INSERT INTO article_label VALUES (1, 1), (1, 2), (3, 1), (5, 2);"
            "INSERT INTO folder VALUES (1, NULL, 'r'), (2, 1, 'a'), (3, 1, 'b'), (4, 2, 'aa'), (5, 4, 'aaa');"
            "INSERT INTO diary VALUES (1, 'd'); INSERT INTO page VALUES (1, 1, 'p');");
        log.clear();
    }

    /// Everything that the writers lead to, as text.
    /// Nobody says in which order collections come.
    template <class T>
    static auto by_id(const T& collection) {
        std::vector<decltype(&*collection.begin())> all;
        for (const auto& each : collection) all.push_back(&each);
        std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
        return all;
    }
    static std::string graph_of(const kin::rows<Writer>& writers) {
        std::string out;
        for (const Writer& w : writers) {
            out += w.name + "(";
            for (const Article* a : by_id(w.articles)) {
                out += a->title + "/" + a->writer->name + "/" + (a->editor ? a->editor->name : "-") + "[";
                for (const Note* n : by_id(a->notes)) out += n->text + ":" + n->writer->name + " ";
                out += "]{";
                for (const Label* l : by_id(a->labels)) out += l->name + " ";
                out += "} ";
            }
            out += ") ";
        }
        return out;
    }
    static constexpr const char* whole =
        "Ada(a1/Ada/Bob[n1:Bob n2:Cyd ]{red blue } a2/Ada/-[]{} a3/Ada/Cyd[n4:Ada ]{blue } ) "
        "Bob(b1/Bob/Ada[n3:Ada ]{red } ) Cyd(c1/Cyd/-[]{} ) Dan() ";
};

TEST_F(strategy, batch_is_the_default) {
    kin::session s{db};
    const auto writers = s.query<Writer>().order_by(&Writer::id).all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(log.count(), 4u) << log.text();  // articles, notes, labels; every writer is known
}

TEST_F(strategy, select_asks_for_each) {
    kin::session s{db};
    const auto writers = s.query<Writer>()
                             .with(select(&Writer::articles).with(select(&Article::notes), select(&Article::labels)))
                             .order_by(&Writer::id)
                             .all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(log.count(), 1u + 4 + 5 + 5);
}

TEST_F(strategy, selectin_takes_one_more_for_each_level) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>()
            .with(selectin(&Writer::articles).with(selectin(&Article::notes), selectin(&Article::labels)))
            .order_by(&Writer::id)
            .all();
    EXPECT_EQ(log.count(), 4u);
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(log.count(), 4u);
}

TEST_F(strategy, subquery_repeats_the_statement_of_the_owners) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>()
            .where(col(&Writer::id) < 9)
            .with(subquery(&Writer::articles).with(subquery(&Article::notes), subquery(&Article::labels)))
            .order_by(&Writer::id)
            .all();
    EXPECT_EQ(log.count(), 4u);
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(log.count(), 4u);
    const auto sent = log.entries();
    EXPECT_TRUE(contains(sent[1].sql, R"(IN (SELECT)")) << sent[1].sql;
    EXPECT_TRUE(
        contains(sent[2].sql, R"(IN (SELECT "article"."id" FROM "article" WHERE "article"."writer_id" IN (SELECT)"))
        << sent[2].sql;
}

TEST_F(strategy, subquery_keeps_the_limit_of_the_owners) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>().with(subquery(&Writer::articles)).order_by(&Writer::id).limit(2).offset(1).all();
    EXPECT_EQ(log.count(), 2u);
    ASSERT_EQ(writers.size(), 2u);
    EXPECT_EQ(writers[0].articles.size(), 1u);
    EXPECT_EQ(writers[1].articles[0].title, "c1");
    EXPECT_EQ(log.count(), 2u);
}

TEST_F(strategy, joined_takes_one_statement) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>().with(joined(&Writer::articles).with(joined(&Article::notes))).order_by(&Writer::id).all();
    EXPECT_EQ(log.count(), 1u);
    ASSERT_EQ(writers.size(), 4u);
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(log.count(), 2u) << log.text();  // labels, at first touch
}

TEST_F(strategy, joined_below_another_strategy_comes_in_its_statement) {
    for (const kin::load how : {kin::load::selectin, kin::load::subquery, kin::load::batch, kin::load::select}) {
        kin::session s{db};
        log.clear();
        const kin::loading<Writer, Article> asked{kin::detail::relation_of(&Writer::articles), how};
        const auto writers = s.query<Writer>()
                                 .with(kin::loading<Writer, Article>{asked}.with(
                                     joined(&Article::editor), joined(&Article::notes).with(joined(&Note::writer)),
                                     joined(&Article::labels)))
                                 .order_by(&Writer::id)
                                 .all();
        EXPECT_EQ(graph_of(writers), whole);
        // Labels are a second collection: a statement of their own.
        EXPECT_EQ(log.count(), how == kin::load::select ? 1u + 4 + 3 : 3u) << log.text();
    }
    kin::session s{db};
    const auto labelled =
        s.query<Article>()
            .with(selectin(&Article::labels))
            .with(selectin(&Article::writer).with(joined(&Writer::notes).with(joined(&Note::article))))
            .order_by(&Article::id)
            .all();
    log.clear();
    EXPECT_EQ(labelled[0].writer->notes.size(), 2u);
    EXPECT_EQ(labelled[0].writer->notes[0].article->title, "b1");
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(strategy, a_second_joined_collection_is_never_multiplied) {
    kin::session s{db};
    const auto writers = s.query<Writer>()
                             .with(joined(&Writer::articles).with(joined(&Article::notes), joined(&Article::labels)),
                                   joined(&Writer::notes))
                             .order_by(&Writer::id)
                             .all();
    EXPECT_EQ(log.count(), 3u) << log.text();  // labels and notes of writers by statements of their own
    EXPECT_EQ(graph_of(writers), whole);
    EXPECT_EQ(writers[0].notes.size(), 2u);
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(strategy, joined_chooses_the_join_by_the_key) {
    kin::session s{db};
    const auto articles =
        s.query<Article>().with(joined(&Article::writer), joined(&Article::editor)).order_by(&Article::id).all();
    EXPECT_EQ(log.count(), 1u);
    const std::string sent = log.entries()[0].sql;
    EXPECT_TRUE(contains(sent, R"( JOIN "writer" AS "kin_1")") && !contains(sent, R"(LEFT JOIN "writer" AS "kin_1")"))
        << sent;
    EXPECT_TRUE(contains(sent, R"(LEFT JOIN "writer" AS "kin_2")")) << sent;
    ASSERT_EQ(articles.size(), 5u);
    EXPECT_EQ(articles[0].editor->name, "Bob");
    EXPECT_FALSE(articles[1].editor);
    EXPECT_EQ(articles[3].writer->name, "Cyd");
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(strategy, a_limit_counts_owners) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>().with(joined(&Writer::articles)).order_by(desc(&Writer::name)).limit(2).offset(2).all();
    EXPECT_EQ(log.count(), 1u);
    ASSERT_EQ(writers.size(), 2u);
    EXPECT_EQ(writers[0].name, "Bob");
    EXPECT_EQ(writers[1].name, "Ada");
    EXPECT_EQ(writers[1].articles.size(), 3u);
    EXPECT_EQ(s.query<Writer>().with(joined(&Writer::articles)).order_by(&Writer::id).first()->articles.size(), 3u);
}

TEST_F(strategy, two_paths_to_one_row_give_one_object) {
    kin::session s{db};
    const auto articles =
        s.query<Article>().with(joined(&Article::writer), joined(&Article::editor)).order_by(&Article::id).all();
    const Writer* ada = articles[0].writer.get();
    EXPECT_EQ(articles[2].editor.get(), ada);
}

TEST_F(strategy, an_order_of_the_collection_does_not_order_the_owners) {
    kin::session s{db};
    const auto writers = s.query<Writer>().with(joined(&Writer::articles).order_by(desc(&Article::views))).all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(writers[0].name, "Ada");
    EXPECT_EQ(writers[0].articles[0].title, "a2");
    EXPECT_EQ(writers[3].name, "Dan");
}

TEST_F(strategy, conditions_make_a_relation_partial) {
    for (const kin::load how : {kin::load::selectin, kin::load::joined, kin::load::subquery, kin::load::batch}) {
        kin::session s{db};
        const kin::loading<Writer, Article> asked{kin::detail::relation_of(&Writer::articles), how};
        auto writers = s.query<Writer>()
                           .with(kin::loading<Writer, Article>{asked}.where(col(&Article::views) >= 10))
                           .order_by(&Writer::id)
                           .all();
        ASSERT_EQ(writers.size(), 4u) << "an eager load never filters its parents";
        Writer& ada = writers[0];
        ASSERT_EQ(ada.articles.size(), 2u);
        EXPECT_TRUE(writers[2].articles.empty());
        // Adding is fine, and so is taking out what is shown; what would remove the rest is not.
        ada.articles.push_back(Article{.title = "a4"});
        const auto refused = thrown<kin::usage_error>([&] { ada.articles.clear(); });
        EXPECT_TRUE(contains(refused.what(), "Writer.articles was loaded in part")) << refused.what();
        (void)thrown<kin::usage_error>([&] { ada.articles = {Article{.title = "a5"}}; });
        EXPECT_EQ(ada.articles.size(), 3u);
        s.rollback();
        s.load(s.handle(ada), &Writer::articles);
        EXPECT_EQ(ada.articles.size(), 3u);
        ada.articles.clear();
        s.rollback();
    }
}

TEST_F(strategy, what_is_removed_in_memory_is_shown_by_none) {
    for (const kin::load how : {kin::load::batch, kin::load::select, kin::load::selectin, kin::load::joined}) {
        kin::session s{db};
        s.autoflush(false);
        const auto gone = s.query<Note>().all();
        const kin::ref<Writer> writer = gone[0].writer.handle();
        s.clear();
        const auto again = s.get<Writer>(writer->id);
        s.remove(again);
        const kin::loading<Note, Writer> asked{kin::detail::relation_of(&Note::writer), how};
        const auto notes = s.query<Note>().where(col(&Note::writer_id) == again->id).with(asked).all();
        ASSERT_GT(notes.size(), 0u);
        for (const Note& n : notes) EXPECT_FALSE(n.writer) << static_cast<int>(how);
        s.rollback();
    }
}

TEST_F(strategy, a_relation_that_was_read_again_is_no_part_any_more) {
    kin::session s{db};
    auto writers = s.query<Writer>()
                       .with(selectin(&Writer::articles).where(col(&Article::views) >= 10))
                       .order_by(&Writer::id)
                       .all();
    (void)thrown<kin::usage_error>([&] { writers[0].articles.clear(); });
    s.refresh(writers.handle(0));
    writers[0].articles.clear();  // read whole
    s.rollback();
}

TEST_F(strategy, a_relation_is_given_to_another_one_whatever_is_loaded) {
    kin::session s{db};
    auto article = s.query<Article>().where(col(&Article::title) == "a1").one();
    article->editor = article->writer;  // neither is loaded
    EXPECT_EQ(article->editor->name, "Ada");
    s.commit();
    EXPECT_EQ(rows("SELECT writer_id, editor_id FROM article WHERE title = 'a1'"), "1|1");
    const auto other = s.query<Article>().where(col(&Article::title) == "a2").one();
    article->editor = other->editor;  // nobody
    s.commit();
    EXPECT_EQ(rows("SELECT writer_id, editor_id FROM article WHERE title = 'a1'"), "1|NULL");
}

TEST_F(strategy, a_limit_for_each_owner) {
    kin::session s{db};
    const auto writers = s.query<Writer>()
                             .with(selectin(&Writer::articles)
                                       .order_by(desc(&Article::views))
                                       .limit(2)
                                       .with(selectin(&Article::labels).limit(1)))
                             .order_by(&Writer::id)
                             .all();
    EXPECT_EQ(log.count(), 3u);
    ASSERT_EQ(writers[0].articles.size(), 2u);
    EXPECT_EQ(writers[0].articles[0].title, "a2");
    EXPECT_EQ(writers[0].articles[1].title, "a1");
    EXPECT_EQ(writers[0].articles[1].labels.size(), 1u);
    EXPECT_EQ(writers[1].articles.size(), 1u);
    const auto later = s.query<Writer>()
                           .with(joined(&Writer::articles).order_by(desc(&Article::views)).offset(1).limit(5))
                           .order_by(&Writer::id)
                           .all();
    ASSERT_EQ(later[0].articles.size(), 2u);
    EXPECT_EQ(later[0].articles[1].title, "a3");
    EXPECT_EQ(later[1].articles.size(), 0u);
}

TEST_F(strategy, raise_and_its_kin) {
    kin::session s{db};
    const auto writers = s.query<Writer>().with(raise(&Writer::articles)).all();
    const auto raised = thrown<kin::raised_load>([&] { (void)writers[0].articles.size(); });
    EXPECT_TRUE(contains(raised.what(), "Writer.articles is not loaded, and its query says raise")) << raised.what();
    EXPECT_EQ(writers[0].notes.size(), 2u);
    log.clear();
    const auto articles = s.query<Article>().with(raise_on_sql(all)).all();
    EXPECT_EQ(articles[0].writer->name, "Ada") << "the session knows her";
    (void)thrown<kin::raised_load>([&] { (void)articles[0].notes.size(); });
    EXPECT_EQ(log.count(), 1u);
}

TEST_F(strategy, raise_all_holds_at_every_level) {
    kin::session s{db};
    const auto writers = s.query<Writer>().with(raise(all)).with(&Writer::articles).all();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(writers[0].articles.size(), 3u);
    (void)thrown<kin::raised_load>([&] { (void)writers[0].notes.size(); });
    (void)thrown<kin::raised_load>([&] { (void)writers[0].articles[0].notes.size(); });
    EXPECT_EQ(log.count(), 2u);
    // The unit of work takes no notice of it.
    s.remove(s.handle(writers[3]));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM writer"), "3");
}

TEST_F(strategy, noload_reads_as_empty_and_removes_nothing) {
    kin::session s{db};
    auto writers = s.query<Writer>().with(noload(&Writer::articles)).order_by(&Writer::id).all();
    EXPECT_TRUE(writers[0].articles.empty());
    EXPECT_EQ(log.count(), 1u);
    (void)thrown<kin::usage_error>([&] { writers[0].articles.clear(); });
    writers[0].articles.push_back(Article{.title = "a4"});
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM article WHERE writer_id = 1"), "4");
}

TEST_F(strategy, write_only_is_added_to_and_never_read) {
    kin::session s{db};
    auto diary = s.query<Diary>().one();
    log.clear();
    (void)thrown<kin::raised_load>([&] { (void)diary->pages.size(); });
    diary->pages.push_back(Page{.text = "q"});
    s.commit();
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(rows("SELECT diary_id, text FROM page"), "1|p; 1|q");
    const auto page = s.query<Page>().where(col(&Page::text) == "p").one();
    diary->pages.erase(page);
    s.commit();
    EXPECT_EQ(rows("SELECT diary_id, text FROM page ORDER BY id"), "NULL|p; 1|q");
}

TEST_F(strategy, depth_of_a_tree) {
    kin::session s{db};
    const auto roots =
        s.query<Folder>().where(col(&Folder::parent_id).is_null()).with(selectin(&Folder::children).depth(2)).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(roots[0].children[0].children[0].name, "aa");
    EXPECT_EQ(log.count(), 3u);
    kin::session t{db};
    log.clear();
    const auto all_of_them =
        t.query<Folder>().where(col(&Folder::id) == 1).with(selectin(&Folder::children).depth(0)).all();
    EXPECT_EQ(log.count(), 5u);
    EXPECT_EQ(all_of_them[0].children[0].children[0].children[0].name, "aaa");
    EXPECT_TRUE(all_of_them[0].children[0].children[0].children[0].children.empty());
    EXPECT_EQ(log.count(), 5u);
}

TEST_F(strategy, contains_eager_fills_from_the_query_s_own_join) {
    kin::session s{db};
    auto writers = s.query<Writer>()
                       .join(&Writer::articles)
                       .where(col(&Article::views) >= 10)
                       .with(contains_eager(&Writer::articles))
                       .order_by(&Writer::id, &Article::id)
                       .all();
    EXPECT_EQ(log.count(), 1u);
    ASSERT_EQ(writers.size(), 2u);
    EXPECT_EQ(writers[0].articles.size(), 2u);
    EXPECT_EQ(writers[1].articles.size(), 1u);
    (void)thrown<kin::usage_error>([&] { writers[0].articles.clear(); });
    const kin::alias<Article> mine{"mine"};
    const auto by_alias = s.query<Writer>()
                              .join(mine, mine.col(&Article::writer_id) == col(&Writer::id))
                              .where(mine.col(&Article::title) == "a3")
                              .with(contains_eager(&Writer::articles, "mine"))
                              .all();
    ASSERT_EQ(by_alias.size(), 1u);
    EXPECT_EQ(by_alias[0].articles[0].title, "a3");
}

TEST_F(strategy, columns_left_out_are_read_when_they_are_asked_for) {
    kin::session s{db};
    auto articles = s.query<Article>().only(&Article::title).order_by(&Article::id).all();
    EXPECT_FALSE(contains(log.entries()[0].sql, "views"));
    EXPECT_FALSE(contains(log.entries()[0].sql, "body"));
    EXPECT_TRUE(contains(log.entries()[0].sql, "writer_id")) << "keys are always read";
    EXPECT_EQ(std::as_const(articles)[0].title, "a1");
    EXPECT_EQ(std::as_const(articles)[0].views, 0) << "const access cannot be noticed";
    articles[0].title = "A1";
    EXPECT_EQ(articles[0].views, 10);
    s.commit();
    EXPECT_EQ(rows("SELECT title, body, views FROM article WHERE id = 1"), "A1|x|10");
    // Any query that reads them supplies them, and keeps what the unit of work changed meanwhile.
    s.clear();
    auto slim = s.query<Article>().only(&Article::title).order_by(&Article::id).all();
    s.autoflush(false);
    s.get<Writer>(2)->articles.push_back(slim.handle(1));
    (void)s.query<Article>().all();
    EXPECT_EQ(std::as_const(slim)[1].body, "y");
    EXPECT_EQ(std::as_const(slim)[1].writer->name, "Bob");
    s.commit();
    EXPECT_EQ(rows("SELECT writer_id, title, body, views FROM article WHERE id = 2"), "2|a2|y|20");
}

TEST_F(strategy, columns_left_out_of_a_relation) {
    kin::session s{db};
    const auto writers =
        s.query<Writer>().with(selectin(&Writer::articles).defer(&Article::body)).order_by(&Writer::id).all();
    EXPECT_FALSE(contains(log.entries()[1].sql, "body"));
    EXPECT_EQ(writers[0].articles[0].views, 10);
    kin::session t{db};
    const auto joined_ones = t.query<Writer>().with(joined(&Writer::articles).only(&Article::title)).all();
    EXPECT_FALSE(contains(log.entries()[2].sql, "views"));
    EXPECT_EQ(joined_ones[0].articles[0].title, "a1");
}

TEST_F(strategy, what_is_pending_is_part_of_what_is_read) {
    kin::session s{db};
    auto ada = s.get<Writer>(1);
    s.add(Article{.writer_id{1}, .title = "new"});
    for (const kin::load how : {kin::load::selectin, kin::load::joined, kin::load::subquery}) {
        const kin::loading<Writer, Article> asked{kin::detail::relation_of(&Writer::articles), how};
        kin::session t{db};
        const auto writers = s.query<Writer>().with(asked).order_by(&Writer::id).all();
        EXPECT_EQ(writers[0].articles.size(), 4u);
        s.expire(ada);
    }
}

TEST_F(strategy, several_relations_are_loaded_by_one_call) {
    kin::session s{db};
    const auto writers = s.query<Writer>().order_by(&Writer::id).all();
    log.clear();
    s.load(writers, selectin(&Writer::articles).where(col(&Article::id) < 3), selectin(&Writer::notes));
    EXPECT_EQ(log.count(), 2u) << log.text();
    EXPECT_EQ(writers[0].articles.size(), 2u);
    EXPECT_EQ(writers[0].notes.size(), 2u);
    EXPECT_EQ(log.count(), 2u) << log.text();
}

}  // namespace
