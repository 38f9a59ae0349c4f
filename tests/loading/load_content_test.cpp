// What a relation shows: which objects a load fills, and what holds after several queries that say different things.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace content_models {

struct Article;
struct Note;
struct Label;
struct Mark;
struct Writer {
    kin::key<Writer> id{};
    std::optional<kin::key<Writer>> boss_id{};
    std::string name{};
    bool wanted{};
    kin::belongs_to<Writer> boss{};
    kin::has_many<Writer, kin::order_by<"name">> reports{};
    kin::has_many<Article, kin::via<"writer_id">, kin::order_by<"id">> articles{};
    kin::has_many<Note, kin::order_by<"id">> notes{};
    kin::many_to_many<Writer, kin::pivot<"follow", "follower_id", "followed_id">, kin::order_by<"name">> follows{};
};
struct Article {
    kin::key<Article> id{};
    std::optional<kin::key<Writer>> writer_id{};
    std::optional<kin::key<Writer>> editor_id{};
    int views{};
    kin::belongs_to<Writer, kin::via<"writer_id">> writer{};
    kin::belongs_to<Writer, kin::via<"editor_id">> editor{};
    kin::many_to_many<Label, kin::order_by<"id">> labels{};
};
struct Note {
    kin::key<Note> id{};
    kin::key<Writer> writer_id{};
    int rank{};
};
struct Label {
    kin::key<Label> id{};
    int rank{};
    kin::has_many<Mark, kin::order_by<"id">> marks{};
};
struct Mark {
    kin::key<Mark> id{};
    kin::key<Label> label_id{};
    int rank{};
};

using All = kin::models<Writer, Article, Note, Label, Mark>;

}  // namespace content_models

namespace {

using namespace content_models;
using namespace kin::expr;
using kin::test::ids;
using kin::test::thrown;
using kin::testing::expect_statements;

class load_content : public kin::test::with_database<> {
  protected:
    load_content() { db.create<All>(); }
    /// Two writers, with articles of 10, 20 and 30, 40 views and notes of rank 1 and 2 each; article 3 has no editor.
    void fill() {
        run("INSERT INTO writer VALUES (1, NULL, 'Ada', true), (2, 1, 'Bob', true);"
            "INSERT INTO article VALUES (1, 1, 2, 10), (2, 1, 2, 20), (3, 2, NULL, 30), (4, 2, 1, 40);"
            "INSERT INTO note VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 2, 2);"
            "INSERT INTO label VALUES (1, 1), (2, 2);"
            "INSERT INTO article_label VALUES (1, 1), (1, 2), (2, 1), (3, 1);"
            "INSERT INTO mark VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1)");
        log.clear();
    }
    static constexpr kin::load eager[] = {kin::load::selectin, kin::load::joined, kin::load::subquery};
    static kin::loading<Writer, Article> articles(kin::load how) {
        return {kin::detail::relation_of(&Writer::articles), how};
    }
    static const Writer& ada(kin::session& s) { return *s.get<Writer>(1); }

    kin::session s{db};
};

// -- a load fills the objects that it is for --------------------------------------------------------------------------

TEST_F(load_content, a_range_of_keys_fills_no_others) {
    // The keys of the wanted ones lie close together: the load asks for a range, in which writer 2 lies as well.
    run("INSERT INTO writer VALUES (1, NULL, 'n1', true), (2, NULL, 'm', false), (3, NULL, 'n3', true),"
        " (4, NULL, 'n4', true), (5, NULL, 'n5', true), (6, NULL, 'n6', true), (7, 2, 'a', false), (8, 2, 'z', false);"
        "UPDATE writer SET boss_id = 3 WHERE id = 2;"
        "INSERT INTO follow VALUES (1, 2), (3, 2), (4, 2), (5, 2), (6, 2), (2, 7), (2, 8);"
        "INSERT INTO article VALUES (1, 2, 2, 0), (2, 1, 2, 0), (3, 2, 2, 0)");
    const auto wanted = [&] { return s.query<Writer>().where(col(&Writer::wanted) == true).order_by(&Writer::id); };
    const auto reports_of_two = [&](auto&& ask) {
        s.clear();
        log.clear();
        const auto writers = ask.all();
        return ids(writers[1].reports[0].reports);
    };
    EXPECT_EQ(reports_of_two(wanted()), "7,8");
    EXPECT_EQ(log.count(), 3u) << log.text();
    EXPECT_EQ(reports_of_two(wanted().with(selectin(&Writer::reports).depth(2))), "7,8");
    EXPECT_EQ(log.count(), 3u) << log.text();
    EXPECT_EQ(reports_of_two(wanted().with(subquery(&Writer::reports))), "7,8");
    EXPECT_EQ(reports_of_two(wanted().with(select(&Writer::reports))), "7,8");
    EXPECT_EQ(reports_of_two(wanted().with(joined(&Writer::reports))), "7,8");

    s.clear();
    const auto followers = wanted().with(selectin(&Writer::follows)).all();
    EXPECT_FALSE(followers[0].follows[0].follows.loaded());
    EXPECT_EQ(ids(followers[0].follows[0].follows), "7,8");

    s.clear();  // what is joined in the load brings the owner of rows that were passed over
    const auto edited = wanted().with(selectin(&Writer::articles).with(joined(&Article::editor))).all();
    EXPECT_EQ(ids(edited[0].articles[0].editor->articles), "1,3");

    s.clear();
    auto all = wanted().all();
    all[1].reports[0].reports.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM writer WHERE boss_id = 2"), "0");
}

TEST_F(load_content, a_bystander_s_additions_and_parts_stay) {
    run("INSERT INTO writer VALUES (1, NULL, 'a', true), (2, NULL, 'b', false), (3, NULL, 'c', true), (4, NULL, 'd', "
        "true),"
        " (5, NULL, 'e', true), (6, NULL, 'f', true);"
        "INSERT INTO note VALUES (1, 1, 1), (2, 2, 1), (3, 2, 2)");
    s.autoflush(false);
    auto two = s.get<Writer>(2);
    two->notes.push_back(Note{.rank = 3});
    const auto others = s.query<Writer>().where(col(&Writer::wanted) == true).with(&Writer::notes).all();
    EXPECT_EQ(ids(others[0].notes), "1");
    EXPECT_FALSE(two->notes.loaded());
    EXPECT_EQ(std::as_const(*two).notes.size(), 3u);
    s.commit();
    EXPECT_EQ(rows("SELECT writer_id, rank FROM note ORDER BY id"), "1|1; 2|1; 2|2; 2|3");
}

TEST_F(load_content, a_hook_that_loads_or_adds_to_what_is_being_loaded) {
    fill();
    const auto writers = s.query<Writer>().order_by(&Writer::id).all();
    bool once = true;
    s.on<kin::after_load>([&](const Article&) {
        if (std::exchange(once, false)) s.load(writers.handle(1), &Writer::articles);
    });
    EXPECT_EQ(ids(writers[0].articles), "1,2");
    EXPECT_EQ(ids(writers[1].articles), "3,4");
    once = true;
    s.on<kin::after_load>([&](const Note&) {
        if (std::exchange(once, false)) s.edit(writers[1]).notes.push_back(Note{.rank = 9});
    });
    EXPECT_EQ(ids(writers[0].notes), "1,2");
    EXPECT_EQ(writers[1].notes.size(), 3u);
}

// -- eager: the query decides
// -------------------------------------------------------------------------------------------

TEST_F(load_content, the_last_query_says_what_a_collection_shows) {
    fill();
    for (const kin::load how : eager) {
        s.clear();
        const auto views = [&](int least) { return articles(how).where(col(&Article::views) >= least); };
        (void)s.query<Writer>().with(views(20)).all();
        EXPECT_EQ(ids(ada(s).articles), "2");
        // One that says nothing: it is not loaded any more, and a touch loads all.
        (void)s.query<Writer>().all();
        expect_statements(1, [&] { EXPECT_EQ(ids(ada(s).articles), "1,2"); });
        // What is loaded whole stays.
        (void)s.query<Writer>().all();
        expect_statements(0, [&] { EXPECT_EQ(ids(ada(s).articles), "1,2"); });
        (void)s.query<Writer>().with(views(20)).all();
        EXPECT_EQ(ids(ada(s).articles), "2");
        (void)s.query<Writer>().with(views(0)).all();
        EXPECT_EQ(ids(ada(s).articles), "1,2");
        (void)s.query<Writer>().with(articles(how).limit(1)).all();
        EXPECT_EQ(ids(ada(s).articles), "1");
        (void)s.query<Writer>().with(articles(how).offset(1)).all();
        EXPECT_EQ(ids(ada(s).articles), "2");
        (void)s.query<Writer>().with(articles(how)).all();
        expect_statements(0, [&] { EXPECT_EQ(ids(ada(s).articles), "1,2"); });
        // A load after the fact says so of the relations that it names.
        s.load(s.get<Writer>(1), views(20));
        EXPECT_EQ(ids(ada(s).articles), "2");
        s.load(s.get<Writer>(1), &Writer::notes);
        EXPECT_EQ(ids(ada(s).articles), "2");
        s.load_missing(s.get<Writer>(1), &Writer::articles);
        EXPECT_EQ(ids(ada(s).articles), "1,2");
    }
}

TEST_F(load_content, an_order_is_asked_for_like_a_part_and_is_none) {
    fill();
    for (const kin::load how : eager) {
        s.clear();
        (void)s.query<Writer>().with(articles(how)).all();
        (void)s.query<Writer>().with(articles(how).order_by(desc(&Article::views))).all();
        EXPECT_EQ(ids(ada(s).articles), "2,1");
        // Nothing said: it stays as it is, and all of it is there.
        (void)s.query<Writer>().all();
        expect_statements(0, [&] { EXPECT_EQ(ids(ada(s).articles), "2,1"); });
        s.get<Writer>(1)->articles.clear();
        s.rollback();
        EXPECT_EQ(ids(ada(s).articles), "2,1");
        // Asked for without an order, it comes in the one that is declared.
        (void)s.query<Writer>().with(articles(how)).all();
        EXPECT_EQ(ids(ada(s).articles), "1,2");
    }
}

TEST_F(load_content, a_part_of_a_to_one) {
    fill();
    for (const kin::load how : eager) {
        s.clear();
        const kin::loading<Writer, Writer> boss{kin::detail::relation_of(&Writer::boss), how};
        const auto nobody = kin::loading<Writer, Writer>{boss}.where(col(&Writer::name) == "nobody");
        (void)s.query<Writer>().with(nobody).all();
        EXPECT_FALSE(s.get<Writer>(2)->boss);
        (void)s.query<Writer>().all();
        expect_statements(0, [&] { EXPECT_EQ(s.get<Writer>(2)->boss->name, "Ada"); });
        (void)s.query<Writer>().with(nobody).all();
        EXPECT_FALSE(s.get<Writer>(2)->boss);
        (void)s.query<Writer>().with(boss).all();
        EXPECT_EQ(s.get<Writer>(2)->boss->name, "Ada");
    }
}

TEST_F(load_content, no_condition_is_lost_where_a_relation_beside_it_brings_its_inverse) {
    fill();
    const auto nobody = [] { return selectin(&Writer::boss).where(col(&Writer::name) == "nobody"); };
    for (const bool first : {true, false}) {
        s.clear();
        auto q = s.query<Writer>();
        if (first) q.with(nobody());
        q.with(selectin(&Writer::reports));
        if (!first) q.with(nobody());
        const auto writers = q.order_by(&Writer::id).all();
        EXPECT_EQ(ids(writers[0].reports), "2");
        expect_statements(0, [&] { EXPECT_FALSE(writers[1].boss) << first; });
    }
}

TEST_F(load_content, every_level_decides) {
    fill();
    const auto first = [](kin::load how) { return articles(how).order_by(desc(&Article::id)).limit(1); };
    (void)s.query<Writer>().with(first(kin::load::selectin)).all();
    EXPECT_EQ(ids(ada(s).articles), "2");
    // They come again, as what an article leads to.
    (void)s.query<Article>().with(selectin(&Article::writer)).all();
    EXPECT_FALSE(ada(s).articles.loaded());
    (void)s.query<Writer>().with(first(kin::load::selectin)).all();
    (void)s.query<Article>().with(joined(&Article::writer)).all();
    EXPECT_FALSE(ada(s).articles.loaded());
    for (const kin::load how : eager) {
        (void)s.query<Article>().with(selectin(&Article::writer).with(first(how))).all();
        expect_statements(0, [&] { EXPECT_EQ(ids(ada(s).articles), "2"); });
        (void)s.query<Article>().with(selectin(&Article::writer).with(articles(how))).all();
        expect_statements(0, [&] { EXPECT_EQ(ids(ada(s).articles), "1,2"); });
    }
    // What one level of a query asks for, the silence of another leaves alone.
    s.clear();
    const auto writers = s.query<Writer>()
                             .order_by(&Writer::id)
                             .with(first(kin::load::joined), selectin(&Writer::reports), joined(&Writer::boss))
                             .all();
    expect_statements(0, [&] {
        EXPECT_EQ(ids(writers[0].articles), "2");
        EXPECT_EQ(ids(writers[1].articles), "4");
    });
}

TEST_F(load_content, a_touch_is_no_query) {
    fill();
    (void)s.query<Writer>().with(selectin(&Writer::articles).limit(1)).all();
    const auto all = s.query<Article>().all();
    (void)all[0].writer->name;
    EXPECT_EQ(ids(ada(s).reports), "2");  // reads writer 2 again
    EXPECT_EQ(ids(s.get<Writer>(2)->articles), "3");
    EXPECT_EQ(ids(ada(s).articles), "1");
}

// -- at first touch: what was said is kept
// ------------------------------------------------------------------------------

TEST_F(load_content, what_is_said_of_a_touch_holds_until_something_else_is_said) {
    fill();
    const auto lazily = [] { return batch(&Writer::articles).where(col(&Article::views) >= 20); };
    const auto writers = s.query<Writer>().order_by(&Writer::id).with(lazily()).all();
    (void)s.query<Writer>().where(col(&Writer::id) == 2).all();     // somebody who says nothing
    (void)s.query<Article>().with(joined(&Article::editor)).all();  // nor does he
    expect_statements(1, [&] {
        EXPECT_EQ(ids(writers[0].articles), "2");
        EXPECT_EQ(ids(writers[1].articles), "3,4");
    });
    // The part was loaded: it is over, and a touch loads what was said.
    (void)s.query<Writer>().all();
    expect_statements(1, [&] {
        EXPECT_EQ(ids(writers[0].articles), "2");
        EXPECT_EQ(ids(writers[1].articles), "3,4");
    });
    // Something about another relation stands beside it.
    (void)s.query<Writer>().with(batch(&Writer::notes).limit(1)).all();
    EXPECT_EQ(ids(writers[0].articles), "2");
    EXPECT_EQ(ids(writers[0].notes), "1");
    (void)s.query<Writer>().with(batch(&Writer::notes)).all();
    EXPECT_EQ(ids(writers[0].articles), "2");
    EXPECT_EQ(ids(writers[0].notes), "1,2");
    // What is loaded whole is not the part that is asked for.
    (void)s.query<Writer>().with(&Writer::articles).all();
    EXPECT_EQ(ids(writers[0].articles), "1,2");
    (void)s.query<Writer>().with(lazily()).all();
    EXPECT_EQ(ids(writers[0].articles), "2");
    // What came with its owners ends what was said of touches.
    (void)s.query<Writer>().with(&Writer::articles).all();
    s.expire_all();
    EXPECT_EQ(ids(writers[0].articles), "1,2");
}

TEST_F(load_content, what_may_not_be_touched_stays_so) {
    fill();
    const auto writers = s.query<Writer>().order_by(&Writer::id).with(raise(all)).all();
    (void)s.query<Writer>().where(col(&Writer::id) == 2).all();
    (void)s.query<Writer>().with(batch(&Writer::notes)).all();
    for (const Writer& w : writers) {
        (void)thrown<kin::raised_load>([&] { (void)w.articles.size(); });
        EXPECT_EQ(w.notes.size(), 2u);
    }
    (void)s.query<Writer>().with(&Writer::articles).all();
    EXPECT_EQ(ids(writers[0].articles), "1,2");
    (void)thrown<kin::raised_load>([&] { (void)writers[0].follows.size(); });
    (void)s.query<Writer>().with(batch(all)).all();
    EXPECT_TRUE(writers[0].follows.empty());

    (void)s.query<Writer>().with(noload(&Writer::articles)).all();
    expect_statements(0, [&] { EXPECT_TRUE(writers[0].articles.empty()); });
    (void)s.query<Writer>().all();
    expect_statements(0, [&] { EXPECT_TRUE(writers[0].articles.empty()); });
    (void)s.query<Writer>().with(batch(&Writer::articles)).all();
    EXPECT_EQ(ids(writers[0].articles), "1,2");
}

TEST_F(load_content, what_is_said_below_a_relation_holds_for_known_targets_too) {
    fill();
    const auto labels = s.query<Label>().order_by(&Label::id).all();
    const auto editors = s.query<Writer>().order_by(&Writer::id).all();
    (void)s.query<Article>()
        .with(selectin(&Article::labels).with(batch(&Label::marks).where(col(&Mark::rank) > 1)))
        .all();
    EXPECT_EQ(ids(labels[0].marks), "2");
    EXPECT_EQ(ids(labels[1].marks), "");
    (void)s.query<Article>().with(selectin(&Article::editor).with(raise(&Writer::notes))).all();
    (void)thrown<kin::raised_load>([&] { (void)editors[0].notes.size(); });
}

TEST_F(load_content, what_is_said_below_a_relation_that_is_loaded_already) {
    fill();
    (void)s.query<Article>().with(selectin(&Article::editor).with(selectin(&Writer::notes))).all();
    (void)s.query<Article>()
        .with(selectin(&Article::editor).with(batch(&Writer::notes).where(col(&Note::rank) > 1)))
        .all();
    EXPECT_EQ(ids(ada(s).notes), "2");
}

TEST_F(load_content, a_relation_that_is_asked_for_itself_ends_what_was_said_of_its_touch) {
    fill();
    const auto noload_reports = [&] { (void)s.query<Writer>().with(noload(&Writer::reports)).all(); };
    noload_reports();
    s.load(s.get<Writer>(1), &Writer::reports);
    s.expire_all();
    EXPECT_EQ(ids(ada(s).reports), "2");
    s.rollback();
    run("INSERT INTO writer VALUES (3, 2, 'Cyd', true)");
    s.clear();
    noload_reports();  // of writer 2, too, who is asked at the second level
    (void)s.query<Writer>().where(col(&Writer::id) == 1).with(selectin(&Writer::reports).limit(1).depth(2)).all();
    (void)s.query<Writer>().all();
    EXPECT_EQ(ids(s.get<Writer>(2)->reports), "3");
}

TEST_F(load_content, what_is_said_of_a_touch_is_not_answered_from_the_other_side) {
    fill();
    const auto all = s.query<Article>().with(batch(&Article::writer).where(col(&Writer::name) == "nobody")).all();
    EXPECT_EQ(ids(ada(s).articles), "1,2");
    for (const Article& a : all) EXPECT_FALSE(a.writer);
    (void)s.query<Article>().with(noload(&Article::writer)).all();
    s.load(s.get<Writer>(1), &Writer::articles);
    for (const Article& a : all) EXPECT_FALSE(a.writer);
    s.clear();
    const auto again = s.query<Article>().with(noload(kin::expr::all)).all();
    EXPECT_EQ(ids(ada(s).articles), "1,2");
    for (const Article& a : again) EXPECT_FALSE(a.writer);
}

TEST_F(load_content, what_a_part_does_not_show_is_taken_out_all_the_same) {
    fill();
    (void)s.query<Writer>().with(selectin(&Writer::articles).limit(1)).all();
    (void)s.query<Article>().with(selectin(&Article::labels).where(col(&Label::rank) > 1)).all();
    s.get<Writer>(1)->articles.erase(s.get<Article>(2));
    s.get<Writer>(1)->articles.erase(s.get<Article>(3));  // another writer's
    s.get<Article>(1)->labels.erase(s.get<Label>(1));
    EXPECT_FALSE(s.get<Article>(2)->writer);
    s.commit();
    EXPECT_EQ(rows("SELECT id, writer_id FROM article ORDER BY id"), "1|1; 2|NULL; 3|2; 4|2");
    EXPECT_EQ(rows("SELECT article_id, label_id FROM article_label ORDER BY 1, 2"), "1|2; 2|1; 3|1");
}

// -- what was added
// -----------------------------------------------------------------------------------------------------

TEST_F(load_content, what_was_added_and_written_is_a_row_like_others) {
    fill();
    for (const bool loaded : {false, true}) {
        for (const bool from_the_child : {false, true}) {
            auto w = s.get<Writer>(1);
            auto a = s.get<Article>(1);
            if (loaded) (void)std::as_const(*w).articles.size(), (void)std::as_const(*a).labels.size();
            if (from_the_child) {
                s.add(Article{.views = 15})->writer = w;
            } else {
                w->articles.push_back(Article{.views = 15});
            }
            a->labels.push_back(Label{.rank = 1});
            s.flush();
            for (const kin::load how : eager) {
                (void)s.query<Writer>().with(articles(how).where(col(&Article::views) >= 20)).all();
                EXPECT_EQ(ids(ada(s).articles), "2");
                (void)s.query<Writer>().with(articles(how).order_by(desc(&Article::views)).limit(1)).all();
                EXPECT_EQ(ids(ada(s).articles), "2");
                const kin::loading<Article, Label> labels{kin::detail::relation_of(&Article::labels), how};
                (void)s.query<Article>().with(kin::loading<Article, Label>{labels}.where(col(&Label::rank) > 1)).all();
                EXPECT_EQ(ids(std::as_const(*a).labels), "2");
                (void)s.query<Article>()
                    .with(kin::loading<Article, Label>{labels}.order_by(desc(&Label::rank)).limit(1))
                    .all();
                EXPECT_EQ(ids(std::as_const(*a).labels), "2");
            }
            s.load(w, &Writer::articles);
            EXPECT_EQ(std::as_const(*w).articles.size(), 3u);
            s.rollback();
            s.clear();
        }
    }
}

TEST_F(load_content, what_is_staged_stands_behind_a_part) {
    fill();
    s.autoflush(false);
    auto w = s.get<Writer>(1);
    (void)std::as_const(*w).articles.size();
    w->articles.push_back(Article{.views = 1});
    w->articles.erase(w->articles.handle(1));
    (void)s.query<Writer>().with(articles(kin::load::selectin).where(col(&Article::views) >= 20)).all();
    EXPECT_EQ(ids(std::as_const(*w).articles), "0");  // the new one; what is taken out is not shown
    s.load(w, &Writer::articles);
    EXPECT_EQ(ids(std::as_const(*w).articles), "1,0");
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM article WHERE writer_id = 1"), "2");
}

// -- joined below anything
// ----------------------------------------------------------------------------------------------

TEST_F(load_content, joined_below_a_relation_fills_all_of_its_targets) {
    fill();
    const auto joined_part = [] { return joined(&Writer::articles).where(col(&Article::views) > 10); };
    for (const bool known : {false, true}) {
        for (const kin::load how : eager) {
            s.clear();
            s.strict(false);
            log.clear();
            if (known) (void)s.get<Writer>(1);
            const kin::loading<Article, Writer> editor{kin::detail::relation_of(&Article::editor), how};
            const auto all = s.query<Article>()
                                 .order_by(&Article::id)
                                 .with(kin::loading<Article, Writer>{editor}.with(joined_part()))
                                 .all();
            s.strict();
            expect_statements(0, [&] {
                EXPECT_EQ(ids(all[0].editor->articles), "3,4") << known;
                EXPECT_EQ(ids(all[3].editor->articles), "2") << known;
            });
            const std::size_t sent = how == kin::load::joined ? 1 : how == kin::load::subquery || !known ? 2 : 3;
            EXPECT_EQ(log.count(), sent + known) << log.text(9);
        }
    }
    s.clear();
    s.strict(false);
    log.clear();
    (void)s.get<Writer>(1);
    const auto touched =
        s.query<Article>().order_by(&Article::id).with(batch(&Article::editor).with(joined_part())).all();
    EXPECT_EQ(ids(touched[0].editor->articles), "3,4");
    expect_statements(0, [&] { EXPECT_EQ(ids(touched[3].editor->articles), "2"); });
}

TEST_F(load_content, joined_below_what_several_owners_share_repeats_no_member) {
    fill();
    const auto below = [&](kin::loading<Article, Label> labels) {
        s.clear();
        const auto all = s.query<Article>().order_by(&Article::id).with(labels.with(joined(&Label::marks))).all();
        return ids(all[0].labels[0].marks);
    };
    const kin::mapping::relation& labels = kin::detail::relation_of(&Article::labels);
    for (const kin::load how : {kin::load::selectin, kin::load::joined, kin::load::subquery, kin::load::batch}) {
        EXPECT_EQ(below({labels, how}), "1,2");
        EXPECT_EQ(below(kin::loading<Article, Label>{labels, how}.order_by(&Label::id).limit(2)), "1,2");
        EXPECT_EQ(below(kin::loading<Article, Label>{labels, how}.offset(0)), "1,2");
    }
}

// -- without a statement
// ------------------------------------------------------------------------------------------------

TEST_F(load_content, what_the_query_joined_comes_whatever_is_loaded_beside_it) {
    fill();
    const auto joined_query = [&] {
        return s.query<Writer>()
            .join(&Writer::articles)
            .join(&Writer::notes)
            .where(col(&Article::views) > 10 && col(&Note::rank) > 1)
            .order_by(&Writer::id);
    };
    const auto beside = joined_query().with(joined(&Writer::follows), contains_eager(&Writer::articles)).all();
    expect_statements(0, [&] {
        EXPECT_EQ(ids(beside[0].articles), "2");
        EXPECT_EQ(ids(beside[1].articles), "3,4");
        EXPECT_TRUE(beside[0].follows.empty());
    });
    s.clear();
    log.clear();
    const auto both = joined_query().with(contains_eager(&Writer::articles), contains_eager(&Writer::notes)).all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(ids(both[0].articles), "2");
    EXPECT_EQ(ids(both[1].articles), "3,4");
    EXPECT_EQ(ids(both[0].notes), "2");
    EXPECT_EQ(ids(both[1].notes), "4");
}

TEST_F(load_content, a_touch_that_says_something_else_of_its_own_owner) {
    fill();
    run("INSERT INTO follow VALUES (1, 1), (1, 2)");
    const auto writers = s.query<Writer>()
                             .order_by(&Writer::id)
                             .with(select(&Writer::follows).with(batch(&Writer::follows).order_by(desc(&Writer::name))))
                             .all();
    // Loaded as it is said for the owner, who then is one of those that it brings.
    expect_statements(2, [&] { EXPECT_EQ(ids(writers[0].follows), "2,1"); });
}

TEST_F(load_content, what_needs_no_statement_is_never_refused) {
    fill();
    for (const bool strict : {false, true}) {
        s.clear();
        s.strict(strict);
        auto q = s.query<Article>();
        if (!strict) q.with(raise_on_sql(all));
        const auto all_of_them = q.order_by(&Article::id).all();
        expect_statements(0, [&] {
            EXPECT_FALSE(all_of_them[2].editor);  // a NULL key
            (void)thrown<kin::raised_load>([&] { (void)all_of_them[3].editor->name; });
        });
        (void)s.get<Writer>(1);
        expect_statements(0, [&] {
            EXPECT_EQ(all_of_them[3].editor->name, "Ada");  // known by now
            (void)thrown<kin::raised_load>([&] { (void)all_of_them[0].editor->name; });
        });
    }
}

}  // namespace
