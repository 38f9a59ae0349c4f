// Many to many: pairs of objects, both sides in step, and what reaches the database.
#include <utility>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

using namespace linked;
using kin::test::contains;
using kin::test::thrown;

namespace {

class links : public kin::test::with_database<> {
  protected:
    links() {
        db.create<All>();
        run("INSERT INTO topic (id, name) VALUES (1, 'c++'), (2, 'sql'), (3, 'looms');"
            "INSERT INTO article (id, title) VALUES (1, 'one'), (2, 'two'), (3, 'three');"
            "INSERT INTO article_topic (article_id, topic_id) VALUES (1, 1), (1, 2), (2, 1);"
            "INSERT INTO student (id, name) VALUES (1, 'Ada'), (2, 'Bob');"
            "INSERT INTO course (id, title) VALUES (1, 'engines'), (2, 'weaving');"
            "INSERT INTO enrolment (student_id, course_id, grade) VALUES (1, 1, 'A');");
        log.clear();
    }
    std::string pairs() { return rows("SELECT article_id, topic_id FROM article_topic ORDER BY article_id, topic_id"); }
    std::string enrolments() {
        return rows("SELECT student_id, course_id, grade FROM enrolment ORDER BY student_id, course_id");
    }
    template <class Collection>
    static std::string names(const Collection& c) {
        std::string all;
        for (const auto& each : c) {
            if constexpr (requires { each.name; }) {
                all += each.name + " ";
            } else {
                all += each.title + " ";
            }
        }
        return all;
    }
};

TEST_F(links, a_graph_literal_is_written_whole) {
    kin::session s{db};
    auto a = s.add(Article{.title = "new", .topics = {{.name = "bread"}, {.name = "salt"}}});
    EXPECT_EQ(a->topics.size(), 2u);
    EXPECT_EQ(a->topics[0].articles.size(), 1u);
    s.commit();
    EXPECT_EQ(log.count(), 3u);  // article, topics, pairs
    EXPECT_EQ(pairs(), "1|1; 1|2; 2|1; 4|4; 4|5");
}

TEST_F(links, one_statement_loads_all_siblings_and_their_order) {
    kin::session s{db};
    const auto articles = s.query<Article>().order_by(&Article::id).all();
    EXPECT_EQ(names(articles[0].topics), "c++ sql ");
    EXPECT_EQ(names(articles[1].topics), "c++ ");
    EXPECT_TRUE(articles[2].topics.empty());
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(&articles[0].topics[0], &articles[1].topics[0]);
    EXPECT_EQ(names(articles[0].topics[0].articles), "one two ");
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(links, eager_loading_takes_one_statement_for_each_level) {
    kin::session s{db};
    const auto articles = s.query<Article>().with(&Article::topics, &Topic::articles).all();
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(names(articles[0].topics[0].articles), "one two ");
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(links, both_sides_agree_at_once) {
    kin::session s{db};
    auto three = s.get<Article>(3);
    auto looms = s.get<Topic>(3);
    (void)three->topics.size();
    (void)looms->articles.size();
    three->topics.push_back(looms);
    EXPECT_EQ(names(std::as_const(looms->articles)), "three ");
    looms->articles.erase(three);
    EXPECT_TRUE(three->topics.empty());
}

TEST_F(links, a_pair_exists_once_whichever_side_adds_it) {
    kin::session s{db};
    auto three = s.get<Article>(3);
    auto looms = s.get<Topic>(3);
    three->topics.push_back(looms);
    looms->articles.push_back(three);
    three->topics.push_back(looms);
    EXPECT_EQ(three->topics.size(), 1u);
    s.commit();
    EXPECT_EQ(pairs(), "1|1; 1|2; 2|1; 3|3");
    EXPECT_EQ(three->topics.size(), 1u);
    EXPECT_EQ(looms->articles.size(), 1u);
}

TEST_F(links, a_pair_that_the_database_has_is_no_error) {
    kin::session s{db};
    auto one = s.get<Article>(1);
    auto cpp = s.get<Topic>(1);
    one->topics.push_back(cpp);  // nobody has looked: not loaded
    s.commit();
    EXPECT_EQ(pairs(), "1|1; 1|2; 2|1");
    EXPECT_EQ(names(std::as_const(one->topics)), "c++ sql ");
}

TEST_F(links, add_then_remove_and_remove_then_add_write_nothing) {
    kin::session s{db};
    auto one = s.get<Article>(1);
    auto cpp = s.get<Topic>(1);
    auto looms = s.get<Topic>(3);
    (void)one->topics.size();
    log.clear();
    one->topics.push_back(looms);
    one->topics.erase(looms);
    one->topics.erase(cpp);
    one->topics.push_back(cpp);
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(one->topics.size(), 2u);
}

TEST_F(links, replacing_a_collection_writes_the_difference) {
    kin::session s{db};
    auto one = s.get<Article>(1);
    auto cpp = s.get<Topic>(1);
    auto looms = s.get<Topic>(3);
    (void)one->topics.size();
    log.clear();
    one->topics = {cpp, looms};
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(pairs(), "1|1; 1|3; 2|1");
    one->topics = {};
    s.commit();
    EXPECT_EQ(pairs(), "2|1");
}

TEST_F(links, deleting_an_object_takes_its_pairs_in_one_statement) {
    kin::session s{db};
    auto one = s.get<Article>(1);
    auto two = s.get<Article>(2);
    log.clear();
    s.remove(one);
    s.remove(two);
    s.flush();
    // authors and topics are two pivots
    EXPECT_EQ(log.count(), 3u);
    s.commit();
    EXPECT_EQ(pairs(), "");
    EXPECT_EQ(rows("SELECT count(*) FROM topic"), "3");
}

TEST_F(links, deleting_a_target_that_declares_no_relation_takes_its_pairs) {
    kin::session s{db};
    auto a = s.add(Article{.title = "x", .authors = {{.id = {"knuth"}}, {.id = {"dijkstra"}}}});
    s.commit();
    EXPECT_EQ(rows("SELECT author_id FROM article_author ORDER BY 1"), "dijkstra; knuth");
    s.remove(a->authors.handle(0));
    s.commit();
    EXPECT_EQ(rows("SELECT author_id FROM article_author"), "dijkstra");
    EXPECT_EQ(a->authors.size(), 1u);
}

TEST_F(links, rollback_restores_collections_and_pairs) {
    kin::session s{db};
    auto one = s.get<Article>(1);
    auto cpp = s.get<Topic>(1);
    (void)one->topics.size();
    (void)cpp->articles.size();
    one->topics.erase(cpp);
    one->topics.push_back(Topic{.name = "new"});
    s.flush();
    s.rollback();
    EXPECT_EQ(names(std::as_const(one->topics)), "c++ sql ");
    EXPECT_EQ(names(std::as_const(cpp->articles)), "one two ");
    EXPECT_FALSE(s.dirty());
    s.commit();
    EXPECT_EQ(pairs(), "1|1; 1|2; 2|1");
}

TEST_F(links, a_new_object_that_is_removed_again_takes_its_pairs_along) {
    kin::session s{db};
    auto three = s.get<Article>(3);
    (void)three->topics.size();
    auto t = s.add(Topic{.name = "passing"});
    three->topics.push_back(t);
    s.remove(t);
    EXPECT_TRUE(three->topics.empty());
    EXPECT_FALSE(s.dirty());
}

TEST_F(links, a_query_sees_staged_pairs) {
    kin::session s{db};
    auto three = s.get<Article>(3);
    auto looms = s.get<Topic>(3);
    three->topics.push_back(looms);
    using namespace kin::expr;
    const auto found = s.query<Article>().join(&Article::topics).where(col(&Topic::name) == "looms").all();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].title, "three");
}

TEST_F(links, who_follows_whom) {
    kin::session s{db};
    auto ada = s.add(Person{.name = "Ada", .following = {{.name = "Bob"}, {.name = "Cy"}}});
    s.commit();
    auto bob = ada->following.handle(0);
    EXPECT_EQ(names(std::as_const(bob->followers)), "Ada ");
    bob->following.push_back(ada);
    EXPECT_EQ(names(std::as_const(ada->followers)), "Bob ");
    ada->following.push_back(ada);
    s.commit();
    EXPECT_EQ(rows("SELECT follower_id, followed_id FROM follow ORDER BY 1, 2"), "1|1; 1|2; 1|3; 2|1");
    s.clear();
    const auto people = s.query<Person>().with(&Person::followers).order_by(&Person::id).all();
    EXPECT_EQ(people[0].followers.size(), 2u);
    EXPECT_EQ(people[1].followers.size(), 1u);
    s.remove(people[0]);
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM follow"), "0");
}

// -- association objects ----------------------------------------------------------------------------------------------

TEST_F(links, adding_a_target_makes_the_association_object) {
    kin::session s{db};
    auto bob = s.get<Student>(2);
    auto weaving = s.get<Course>(2);
    (void)bob->enrolments.size();
    (void)bob->courses.size();
    (void)weaving->enrolments.size();
    bob->courses.push_back(weaving);
    ASSERT_EQ(bob->enrolments.size(), 1u);
    ASSERT_EQ(weaving->enrolments.size(), 1u);
    EXPECT_TRUE(weaving->students.contains(bob));
    bob->enrolments[0].grade = "B";
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 2|2|B");
}

TEST_F(links, adding_the_association_object_shows_in_the_direct_relation) {
    kin::session s{db};
    auto bob = s.get<Student>(2);
    auto weaving = s.get<Course>(2);
    (void)bob->courses.size();
    (void)weaving->students.size();
    bob->enrolments.push_back(Enrolment{.grade = "C", .course = weaving});
    EXPECT_EQ(names(std::as_const(bob->courses)), "weaving ");
    EXPECT_TRUE(weaving->students.contains(bob));
    bob->courses.push_back(weaving);  // redundant: it is there
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 2|2|C");
}

TEST_F(links, the_users_association_object_takes_the_place_of_the_one_that_was_made) {
    kin::session s{db};
    auto bob = s.get<Student>(2);
    auto weaving = s.get<Course>(2);
    bob->courses.push_back(weaving);
    bob->enrolments.push_back(Enrolment{.grade = "C", .course = weaving});
    EXPECT_EQ(bob->enrolments.size(), 1u);
    EXPECT_EQ(bob->courses.size(), 1u);
    EXPECT_EQ(weaving->students.size(), 1u);
    s.rollback();
    EXPECT_TRUE(bob->enrolments.empty() && bob->courses.empty());
    bob->courses.push_back(weaving);
    bob->enrolments.push_back(Enrolment{.grade = "C", .course = weaving});
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 2|2|C");
    // One that says more is not thrown away: two rows for one pair are the caller's mistake.
    auto cyd = s.add(Student{.name = "Cyd"});
    cyd->courses.push_back(weaving);
    cyd->enrolments[0].grade = "B";
    cyd->enrolments.push_back(Enrolment{.grade = "C", .course = weaving});
    EXPECT_THROW(s.flush(), kin::unique_violation);
}

TEST_F(links, taking_a_target_out_removes_the_association_object) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    auto engines = s.get<Course>(1);
    (void)ada->courses.size();
    (void)ada->enrolments.size();
    ada->courses.erase(engines);
    EXPECT_TRUE(ada->enrolments.empty());
    s.commit();
    EXPECT_EQ(enrolments(), "");
}

TEST_F(links, taking_a_target_out_whose_association_object_is_not_in_memory) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    ada->courses.clear();
    EXPECT_EQ(s.explain_flush(), "1. unlink 1 pair from enrolment: Student 1 + Course 1\n");
    s.commit();
    EXPECT_EQ(enrolments(), "");
}

TEST_F(links, removing_the_association_object_shows_in_the_direct_relation) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    auto engines = s.get<Course>(1);
    (void)ada->courses.size();
    (void)engines->students.size();
    s.remove(ada->enrolments[0]);
    EXPECT_TRUE(ada->courses.empty());
    EXPECT_TRUE(engines->students.empty());
    ada->courses.push_back(engines);  // and back: nothing to write
    EXPECT_EQ(ada->enrolments.size(), 1u);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(enrolments(), "1|1|A");
}

TEST_F(links, moving_the_association_object_moves_the_pair) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    auto engines = s.get<Course>(1);
    (void)ada->courses.size();
    auto made = s.add(Enrolment{.student = s.get<Student>(2), .course = engines});
    auto weaving = s.get<Course>(2);
    made->course = weaving;
    EXPECT_TRUE(s.get<Student>(2)->courses.contains(weaving));
    EXPECT_FALSE(s.get<Student>(2)->courses.contains(engines));
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 2|2|none");
}

TEST_F(links, an_existing_row_is_not_written_twice) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    auto engines = s.get<Course>(1);
    ada->courses.push_back(engines);
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A");
}

TEST_F(links, deleting_an_end_takes_the_association_objects) {
    kin::session s{db};
    auto ada = s.get<Student>(1);
    auto engines = s.get<Course>(1);
    (void)engines->students.size();
    (void)ada->enrolments.size();
    log.clear();
    s.remove(ada);
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(enrolments(), "");
    EXPECT_TRUE(engines->students.empty());
}

TEST_F(links, an_end_that_was_not_shown_while_it_was_removed_is_shown_again_beside_what_is_staged) {
    kin::session s{db};
    s.autoflush(false);
    auto one = s.get<Article>(1);
    auto cpp = s.get<Topic>(1);
    auto sql = s.get<Topic>(2);
    s.remove(cpp);
    one->topics.erase(sql);
    EXPECT_TRUE(one->topics.empty());
    one->topics.push_back(s.get<Topic>(3));
    s.add(cpp);
    EXPECT_EQ(names(one->topics), "c++ looms ");
    s.commit();
    EXPECT_EQ(pairs(), "1|1; 1|3; 2|1");
}

TEST_F(links, an_end_that_is_removed_is_not_shown_however_many_owners_are_read) {
    for (int i = 10; i < 400; ++i) {
        const std::string id = std::to_string(i);
        run("INSERT INTO topic (id, name) VALUES (" + id + ", 'more');" +
            "INSERT INTO article_topic (article_id, topic_id) VALUES (1, " + id + ")");
    }
    kin::session s{db};
    s.autoflush(false);
    auto one = s.get<Article>(1);
    s.remove(one);
    const auto all = s.query<Topic>().with(&Topic::articles).all();
    const auto shown = [&] {
        std::size_t count = 0;
        for (const auto& each : all) count += each.articles.size();
        return count;
    };
    EXPECT_EQ(shown(), 1u);
    s.add(one);
    EXPECT_EQ(shown(), 393u);
    EXPECT_EQ(one->topics.size(), 392u);
}

}  // namespace
