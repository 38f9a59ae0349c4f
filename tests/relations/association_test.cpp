// Association objects that leave and come back, and the direct relation over them, loaded before or after.
#include <utility>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

using namespace linked;

namespace {

// A pivot whose rows have a key of their own.
struct Ship;
struct Sailor;
struct Berth {
    kin::key<Berth> id{};
    kin::key<Ship> ship_id{};
    kin::key<Sailor> sailor_id{};
    static constexpr auto table = kin::table("berth").unique("ship_id", "sailor_id");
};
struct Ship {
    kin::key<Ship> id{};
    std::string name{};
    kin::many_to_many<Sailor, Berth> crew{};
};
struct Sailor {
    kin::key<Sailor> id{};
    std::string name{};
    kin::many_to_many<Ship, Berth> ships{};
};

class associations : public kin::test::with_database<> {
  protected:
    associations() {
        db.create<All>();
        db.create<kin::models<Ship, Sailor, Berth>>();
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

TEST_F(associations, one_whose_keys_are_set_by_hand_shows_in_the_direct_relation) {
    s.autoflush(true);
    const auto ada = s.get<Student>(1), bob = s.get<Student>(2);
    const auto engines = s.get<Course>(1), weaving = s.get<Course>(2);
    ASSERT_EQ(names(*ada) + "/" + names(*bob), "engines weaving /");
    ASSERT_EQ(engines->students.size() + weaving->students.size(), 2u);
    const auto agree = [&](std::string_view what, kin::site where = kin::site::current()) {
        EXPECT_EQ(names(*ada) + "/" + names(*bob), what) << where.line();
        EXPECT_EQ(weaving->students.size() + engines->students.size(),
                  static_cast<std::size_t>(s.query<Enrolment>().count()))
            << where.line();
    };
    s.add(Enrolment{.student_id = bob->id, .course_id = weaving->id});
    s.flush();
    log.clear();
    agree("engines weaving /weaving ");
    EXPECT_EQ(log.count(), 1u) << log.text();  // the test's own count
    // In the place of one that was detached, and of one that is removed by the same flush.
    ada->courses.detach(engines);
    s.add(Enrolment{.student_id = ada->id, .course_id = engines->id});
    s.remove(s.get<Enrolment>({bob->id, weaving->id}));
    s.add(Enrolment{.student_id = bob->id, .course_id = weaving->id, .grade = "new"});
    s.flush();
    agree("weaving engines /weaving ");
    s.rollback();
    agree("engines weaving /");
}

TEST_F(associations, one_whose_keys_are_set_by_hand_beside_a_push_of_the_same_pair_is_a_second_row) {
    const auto bob = s.get<Student>(2);
    const auto engines = s.get<Course>(1);
    bob->courses.push_back(engines);
    const auto row = s.add(Enrolment{.student_id = bob->id, .course_id = engines->id, .grade = "C"});
    EXPECT_THROW(s.commit(), kin::unique_violation);
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B");
    EXPECT_EQ(names(*bob), "engines ");
    s.rollback();
    bob->courses.push_back(engines);
    s.add(Enrolment{.grade = "C", .student = bob, .course = engines});
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B; 2|1|C");
}

TEST_F(associations, one_whose_key_is_changed_by_hand_moves_the_pair) {
    const auto ship = s.add(Ship{.name = "Argo"}), boat = s.add(Ship{.name = "Boat"});
    const auto eve = s.add(Sailor{.name = "Eve"}), fay = s.add(Sailor{.name = "Fay"});
    ship->crew = {eve};
    s.commit();
    ASSERT_EQ(boat->crew.size() + eve->ships.size() + fay->ships.size(), 1u);
    const auto row = ship->crew.pivot(eve);
    row->ship_id = boat->id;
    s.flush();
    log.clear();
    EXPECT_TRUE(ship->crew.empty());
    EXPECT_TRUE(boat->crew.contains(eve) && eve->ships.contains(boat) && eve->ships.size() == 1);
    // Both ends at once.
    row->ship_id = ship->id;
    row->sailor_id = fay->id;
    s.flush();
    EXPECT_TRUE(boat->crew.empty() && eve->ships.empty());
    EXPECT_TRUE(ship->crew.contains(fay) && fay->ships.contains(ship));
    EXPECT_EQ(log.count(), 1u) << log.text();
    s.rollback();
    EXPECT_TRUE(ship->crew.contains(eve) && ship->crew.size() == 1 && boat->crew.empty() && fay->ships.empty());
}

TEST_F(associations, one_that_was_read_before_its_insertion_was_undone_is_made_again) {
    s.autoflush(true);
    const auto bob = s.get<Student>(2);
    const auto engines = s.get<Course>(1);
    ASSERT_TRUE(bob->courses.empty());
    {
        auto point = s.savepoint();
        bob->courses.attach(engines);
        EXPECT_EQ(bob->courses.pivot(engines)->grade, "none");  // an object of the session, until the row is gone
        point.rollback();
    }
    EXPECT_FALSE(s.get<Enrolment>({bob->id, engines->id}));
    bob->courses.push_back(engines);
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B; 2|1|none");
    EXPECT_EQ(bob->courses.size(), 1u);
}

// Rows of a student without a key are staged to it: they are found with their pair, or by the end that they have.
TEST_F(associations, of_new_objects_are_found_whichever_end_they_were_given) {
    const auto cleo = s.add(Student{.name = "Cleo"});
    const auto row = s.add(Enrolment{.grade = "C"});
    row->course_id = kin::key<Course>{2};  // not in memory
    row->student = cleo;
    const auto weaving = s.get<Course>(2);
    cleo->courses.push_back(weaving);
    cleo->courses.push_back(s.get<Course>(1));
    cleo->courses.push_back(s.get<Course>(1));  // linked already
    s.commit();
    EXPECT_EQ(enrolments(), "1|1|A; 1|2|B; 3|1|none; 3|2|C");
}

}  // namespace
