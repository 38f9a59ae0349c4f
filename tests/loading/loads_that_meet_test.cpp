// Where loads, parts, limits and cascades meet.
#include <set>

#include "support/fixture.hpp"

namespace meeting {

struct Label;
struct Article;
struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many<Article> articles{};
};
struct Note;
struct Article {
    kin::key<Article> id{};
    kin::key<Writer> writer_id{};
    std::string title{};
    std::string body{};
    kin::belongs_to<Writer> writer{};
    kin::has_many<Note> notes{};
    kin::many_to_many<Label, kin::cascade<kin::cascades::save_update, kin::cascades::remove>> labels{};
};
struct Note {
    kin::key<Note> id{};
    kin::key<Article> article_id{};
    std::string text{};
    kin::belongs_to<Article> article{};
};
struct Label {
    kin::key<Label> id{};
    std::string name{};
    kin::many_to_many<Article> articles{};
};

struct Member;
struct Membership;
struct Club {
    kin::key<Club> id{};
    kin::many_to_many<Member, Membership, kin::lazy<kin::load::write_only>> members{};
};
struct Member {
    kin::key<Member> id{};
    std::string name{};
};
struct Membership {
    kin::key<Club> club_id{};
    kin::key<Member> member_id{};
    kin::belongs_to<Club> club{};
    kin::belongs_to<Member> member{};

    static constexpr auto table = kin::table("membership").primary_key("club_id", "member_id");
};

struct Picture {
    kin::key<Picture> id{};
};
struct Face;
struct Guest {
    kin::key<Guest> id{};
    kin::has_one<Face, kin::owned> face{};
};
struct Face {
    kin::key<Face> id{};
    kin::key<Guest> guest_id{};
    std::optional<kin::key<Picture>> picture_id{};
    kin::belongs_to<Guest> guest{};
    kin::belongs_to<Picture, kin::cascade<kin::cascades::save_update, kin::cascades::remove>> picture{};
};

using All = kin::models<Writer, Article, Note, Label, Club, Member, Membership, Picture, Guest, Face>;

}  // namespace meeting

using namespace meeting;
using namespace kin::expr;

namespace {

class loads_that_meet : public kin::test::with_database<> {
  protected:
    loads_that_meet() {
        db.create<All>();
        run("INSERT INTO writer VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');"
            "INSERT INTO article VALUES (1, 1, 'a1', 'x'), (2, 1, 'a2', 'y'), (3, 2, 'b1', 'z'), (4, 3, 'c1', '');"
            "INSERT INTO note VALUES (1, 1, 'n1'), (2, 1, 'n2'), (3, 2, 'n3'), (4, 3, 'n4');"
            "INSERT INTO label VALUES (1, 'red'), (2, 'blue');"
            "INSERT INTO article_label (article_id, label_id) VALUES (1, 1), (1, 2), (2, 1);"
            "INSERT INTO club VALUES (1); INSERT INTO member VALUES (1, 'm');"
            "INSERT INTO picture VALUES (1), (2); INSERT INTO guest VALUES (1); INSERT INTO face VALUES (1, 1, 1);");
        log.clear();
    }
    static std::string titles(const auto& articles) {
        std::set<std::string> sorted;  // nobody says in which order collections come
        for (const Article& a : articles) sorted.insert(a.title);
        std::string out;
        for (const std::string& title : sorted) out += title + " ";
        return out;
    }
};

TEST_F(loads_that_meet, a_joined_collection_below_an_owner_that_several_rows_share) {
    kin::session s{db};
    const auto all =
        s.query<Article>().order_by(&Article::id).with(joined(&Article::writer).with(joined(&Writer::articles))).all();
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(titles(all), "a1 a2 b1 c1 ");
    EXPECT_EQ(titles(all[0].writer->articles), "a1 a2 ");
    EXPECT_EQ(titles(all[2].writer->articles), "b1 ");

    kin::session t{db};
    const auto linked =
        t.query<Article>().order_by(&Article::id).with(joined(&Article::labels).with(joined(&Label::articles))).all();
    std::string seen;
    for (const Label& l : linked[0].labels) seen += l.name + ": " + titles(l.articles);
    EXPECT_EQ(seen, "red: a1 a2 blue: a1 ");
}

TEST_F(loads_that_meet, a_limit_beside_the_query_s_own_join_counts_no_other_collection) {
    kin::session s{db};
    const auto two = s.query<Article>()
                         .join(&Article::writer)
                         .order_by(&Article::id)
                         .limit(2)
                         .with(contains_eager(&Article::writer))
                         .with(joined(&Article::notes))
                         .all();
    ASSERT_EQ(titles(two), "a1 a2 ");
    EXPECT_EQ(two[1].notes.size(), 1u);
    EXPECT_EQ(two[1].writer->name, "Ada");
}

TEST_F(loads_that_meet, a_part_becomes_whole_when_it_is_joined) {
    kin::session s{db};
    const auto part = s.query<Writer>().with(selectin(&Writer::articles).where(col(&Article::title) == "a2")).all();
    EXPECT_EQ(titles(part[0].articles), "a2 ");
    const auto whole = s.query<Writer>().with(joined(&Writer::articles)).all();
    EXPECT_EQ(titles(whole[0].articles), "a1 a2 ");
}

TEST_F(loads_that_meet, a_removal_takes_along_what_a_part_left_out) {
    kin::session s{db};
    const auto some = s.query<Article>()
                          .where(col(&Article::id) == 1)
                          .with(selectin(&Article::labels).where(col(&Label::name) == "red"))
                          .all();
    EXPECT_EQ(some[0].labels.size(), 1u);
    s.execute("DELETE FROM note WHERE article_id = 1");
    s.remove(s.handle(some[0]));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM label"), "0");
}

TEST_F(loads_that_meet, a_rollback_to_a_part_knows_that_it_is_one) {
    kin::session s{db};
    auto ada = s.query<Writer>()
                   .where(col(&Writer::id) == 1)
                   .with(selectin(&Writer::articles).where(col(&Article::title) == "a2"))
                   .one();
    ada->articles.push_back(Article{.title = "a3"});
    s.load(ada, &Writer::articles);
    EXPECT_EQ(titles(std::as_const(*ada).articles), "a1 a2 a3 ");
    s.rollback();
    EXPECT_EQ(titles(std::as_const(*ada).articles), "a2 ");
    (void)kin::test::thrown<kin::usage_error>([&] { ada->articles.clear(); });
    s.load(ada, &Writer::articles);
    EXPECT_EQ(titles(std::as_const(*ada).articles), "a1 a2 ");
}

TEST_F(loads_that_meet, a_subquery_of_distinct_rows_within_a_limit) {
    kin::session s{db};
    const auto some =
        s.query<Article>().distinct().order_by(&Article::id).offset(2).limit(2).with(subquery(&Article::writer)).all();
    EXPECT_EQ(titles(some), "b1 c1 ");
    ASSERT_TRUE(some[0].writer);
    EXPECT_EQ(some[0].writer->name, "Bob");
}

TEST_F(loads_that_meet, a_write_only_collection_over_association_objects) {
    kin::session s{db};
    auto club = s.query<Club>().one();
    const auto member = s.query<Member>().one();
    log.clear();
    club->members.push_back(member);
    s.commit();
    EXPECT_EQ(log.count(), 1u) << log.text();
    EXPECT_EQ(rows("SELECT * FROM membership"), "1|1");
}

TEST_F(loads_that_meet, an_owned_child_that_is_displaced_unread_takes_along_what_it_would) {
    kin::session s{db};
    s.add(Face{.guest_id = {}, .guest = s.query<Guest>().one()});
    s.commit();
    EXPECT_EQ(rows("SELECT id, guest_id FROM face"), "2|1");
    EXPECT_EQ(rows("SELECT id FROM picture"), "2");
}

TEST_F(loads_that_meet, a_column_supplied_from_an_undone_transaction_is_read_again) {
    kin::session s{db};
    const auto slim = s.query<Article>().where(col(&Article::id) == 1).defer(&Article::body).one();
    s.execute("UPDATE article SET body = 'undone' WHERE id = 1");
    (void)s.query<Article>().all();
    EXPECT_EQ(std::as_const(*slim).body, "undone");
    s.rollback();
    EXPECT_EQ(std::as_const(*slim).body, "x");
}

TEST_F(loads_that_meet, a_hook_that_reads_what_is_being_loaded) {
    kin::session s{db};
    const auto writers = s.query<Writer>().order_by(&Writer::id).all();
    s.on<kin::before_insert>([&](Article&) { EXPECT_EQ(writers[1].articles.size(), 1u); });
    s.add(Article{.writer_id = {1}, .title = "a3"});
    EXPECT_EQ(titles(writers[0].articles), "a1 a2 a3 ");
    EXPECT_EQ(titles(writers[1].articles), "b1 ");
}

}  // namespace
