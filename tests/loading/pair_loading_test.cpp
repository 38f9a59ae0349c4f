// A many_to_many of many owners: the pairs by themselves, then each target once.
#include <string>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

using namespace linked;
using kin::test::contains;

namespace {

constexpr int many = 300;

class pair_loading : public kin::test::with_database<> {
  protected:
    pair_loading() {
        db.create<All>();
        // Topic n has the articles n, n + 10, n + 20, …, and every article topic 11, too.
        std::string sql;
        for (int i = 1; i <= 11; ++i) {
            sql += "INSERT INTO topic (id, name) VALUES (" + std::to_string(i) + ", 't" + std::to_string(i) + "');";
        }
        for (int i = 1; i <= many; ++i) {
            const std::string id = std::to_string(i);
            sql += "INSERT INTO article (id, title) VALUES (" + id + ", 'a" + id + "');";
            sql += "INSERT INTO student (id, name) VALUES (" + id + ", 's" + id + "');";
            sql += "INSERT INTO article_topic (article_id, topic_id) VALUES (" + id + ", " +
                   std::to_string((i - 1) % 10 + 1) + "), (" + id + ", 11);";
        }
        // Courses whose keys lie far apart.
        for (int i = 1; i <= 40; ++i) {
            sql += "INSERT INTO course (id, title) VALUES (" + std::to_string(i * 100) + ", 'c" + std::to_string(i) +
                   "');";
        }
        for (int i = 1; i <= many; ++i) {
            sql += "INSERT INTO enrolment (student_id, course_id, grade) VALUES (" + std::to_string(i) + ", " +
                   std::to_string(((i - 1) % 40 + 1) * 100) + ", 'A');";
        }
        run(sql);
        log.clear();
    }

    static std::string titles(const auto& courses) {
        std::string all;
        for (const Course& c : courses) all += c.title + " ";
        return all;
    }
};

TEST_F(pair_loading, many_owners_take_the_pairs_and_then_each_target_once) {
    kin::session s{db};
    const auto students = s.query<Student>().order_by(&Student::id).with(&Student::courses).all();
    ASSERT_EQ(log.count(), 3u);
    EXPECT_FALSE(contains(log.entries()[1].sql, "JOIN")) << log.entries()[1].sql;
    ASSERT_EQ(students.size(), std::size_t{many});
    for (std::size_t i = 0; i < students.size(); ++i) {
        ASSERT_EQ(titles(students[i].courses), "c" + std::to_string(i % 40 + 1) + " ");
    }
    EXPECT_EQ(&students[0].courses[0], &students[40].courses[0]);
    EXPECT_EQ(log.count(), 3u);  // nothing more was read
}

TEST_F(pair_loading, the_first_touch_loads_alike) {
    kin::session s{db};
    const auto topics = s.query<Topic>().order_by(&Topic::id).all();
    EXPECT_EQ(topics[10].articles.size(), std::size_t{many});  // few owners: one statement
    EXPECT_EQ(log.count(), 2u);
    const auto students = s.query<Student>().where(kin::expr::col(&Student::id) > 10).order_by(&Student::id).all();
    EXPECT_EQ(titles(students[0].courses), "c11 ");
    EXPECT_EQ(log.count(), 5u);
}

TEST_F(pair_loading, what_is_ordered_or_restricted_comes_by_a_join) {
    kin::session s{db};
    const auto articles = s.query<Article>().order_by(&Article::id).with(&Article::topics).all();
    ASSERT_EQ(log.count(), 2u);
    EXPECT_EQ(articles[1].topics.size(), 2u);
    EXPECT_EQ(articles[1].topics[0].name, "t11");  // by name
    const auto some = s.query<Student>()
                          .order_by(&Student::id)
                          .with(kin::expr::selectin(&Student::courses).where(kin::expr::col(&Course::title) == "c1"))
                          .all();
    EXPECT_EQ(log.count(), 4u);
    EXPECT_EQ(some[0].courses.size(), 1u);
    EXPECT_EQ(some[1].courses.size(), 0u);
}

TEST_F(pair_loading, known_targets_are_not_asked_for_and_stay_as_they_are) {
    kin::session s{db};
    const auto courses = s.query<Course>().order_by(&Course::id).all();
    s.edit(courses[0]).title = "mine";
    s.autoflush(false);
    const auto students = s.query<Student>().order_by(&Student::id).with(&Student::courses).all();
    EXPECT_EQ(log.count(), 3u);  // courses, students, pairs
    EXPECT_EQ(titles(students[0].courses), "mine ");
    EXPECT_EQ(titles(students[1].courses), "c2 ");
    EXPECT_EQ(&students[0].courses[0], &courses[0]);
}

TEST_F(pair_loading, what_is_staged_wins) {
    kin::session s{db};
    s.autoflush(false);
    auto first = s.get<Student>(1);
    auto second = s.get<Student>(2);
    auto course = s.get<Course>(500);
    second->courses.push_back(course);
    const auto students = s.query<Student>().order_by(&Student::id).with(&Student::courses).all();
    EXPECT_EQ(titles(students[0].courses), "c1 ");
    EXPECT_EQ(titles(students[1].courses), "c2 c5 ");
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM enrolment"), std::to_string(many + 1));
}

TEST_F(pair_loading, rollback_forgets_what_was_read_after_a_change) {
    kin::session s{db};
    auto held = s.get<Student>(3);
    s.add(Enrolment{.student_id = held->id, .course_id = {4000}});
    s.flush();
    {
        const auto students = s.query<Student>().order_by(&Student::id).with(&Student::courses).all();
        EXPECT_EQ(students[2].courses.size(), 2u);
    }
    s.rollback();
    EXPECT_EQ(held->courses.size(), 1u);
}

}  // namespace
