// Association objects that leave and come back, and the direct relation over them, loaded before or after.
#include <utility>

#include "fixture.hpp"
#include "link_models.hpp"

using namespace linked;

namespace {

class associations : public kin::test::with_database<> {
  protected:
    associations() {
        db.create<All>();
        run("INSERT INTO student (id, name) VALUES (1, 'Ada'), (2, 'Bob');"
            "INSERT INTO course (id, title) VALUES (1, 'engines'), (2, 'weaving');"
            "INSERT INTO enrolment (student_id, course_id, grade) VALUES (1, 1, 'A'), (1, 2, 'B');");
        s.autoflush(false);
        log.clear();
    }
    std::string enrolments() {
        return rows("SELECT student_id, course_id, grade FROM enrolment ORDER BY student_id, course_id");
    }
    static std::string names(const Student& of) {
        std::string all;
        for (const Course& c : of.courses) all += c.title + " ";
        return all;
    }

    kin::session s{db};
};

TEST_F(associations, one_that_was_taken_out_is_put_back_by_the_direct_relation) {
    const auto ada = s.get<Student>(1);
    const auto engines = s.get<Course>(1);
    const auto row = s.get<Enrolment>({ada->id, engines->id});
    ada->enrolments.erase(row);
    EXPECT_EQ(names(*ada), "weaving ");  // loaded after the change: memory wins
    ada->courses.push_back(engines);
    EXPECT_EQ(row->student.get(), ada.get());
    EXPECT_EQ(ada->enrolments.size(), 2u);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B");
}

TEST_F(associations, one_that_was_taken_out_and_removed_is_put_back_by_the_direct_relation) {
    const auto ada = s.get<Student>(1);
    const auto engines = s.get<Course>(1);
    const auto row = s.get<Enrolment>({ada->id, engines->id});
    ada->enrolments.erase(row);
    s.remove(row);
    engines->students.insert(ada);
    EXPECT_EQ(names(*ada), "engines weaving ");
    EXPECT_EQ(ada->enrolments.size(), 2u);
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 0u);
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B");
}

TEST_F(associations, one_that_is_removed_is_not_loaded_by_the_direct_relation) {
    const auto row = s.get<Enrolment>({kin::key<Student>{1}, kin::key<Course>{1}});
    s.remove(row);  // its two ends are not in memory yet
    const auto ada = s.get<Student>(1);
    EXPECT_EQ(names(*ada), "weaving ");
    s.rollback();
    EXPECT_EQ(names(*ada), "engines weaving ");
}

TEST_F(associations, a_new_one_takes_the_place_of_a_row_that_nobody_has_in_memory) {
    const auto ada = s.get<Student>(1);
    const auto engines = s.get<Course>(1);
    ada->courses.erase(engines);
    const auto row = s.add(Enrolment{.grade = "new", .student = ada, .course = engines});
    EXPECT_EQ(s.explain_flush(),
              "1. unlink 1 pair from enrolment: Student 1 + Course 1\n"
              "2. insert 1 row into enrolment: Enrolment (new)\n");
    s.remove(row);  // not after all: the old one goes all the same
    EXPECT_EQ(names(*ada), "weaving ");
    ada->enrolments.push_back(Enrolment{.grade = "newer", .course = engines});
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(enrolments(), "1|1|newer; 1|2|B");
}

TEST_F(associations, one_that_is_read_after_its_pair_was_taken_out_goes_with_it) {
    const auto ada = s.get<Student>(1);
    const auto engines = s.get<Course>(1);
    ada->courses.erase(engines);
    const auto row = s.get<Enrolment>({ada->id, engines->id});
    s.flush();
    EXPECT_EQ(ada->enrolments.size(), 1u);
    ada->courses.push_back(engines);
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|none; 1|2|B");
}

TEST_F(associations, one_is_replaced_beside_other_links) {
    const auto ada = s.get<Student>(1);
    const auto engines = s.get<Course>(1);
    s.remove(s.get<Enrolment>({ada->id, engines->id}));
    s.add(Article{.title = "new", .topics = {{.name = "bread"}}});
    s.add(Enrolment{.grade = "new", .student = ada, .course = engines});
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|new; 1|2|B");
    EXPECT_EQ(rows("SELECT count(*) FROM article_topic"), "1");
}

}  // namespace
