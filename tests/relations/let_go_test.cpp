// Whoever refers to one that goes, and what is written of that: keys that two relations share, association objects with
// children of their own, and a flush that fails behind it.
#include <stdexcept>

#include "support/fixture.hpp"

namespace let_go {

struct Tenant {
    kin::key<Tenant> id{};
    static constexpr auto table = kin::table("go_tenant");
};
struct Task;
struct Worker {
    kin::key<Tenant> tenant_id{};
    int number{};
    kin::has_many<Task> tasks{};
    static constexpr auto table = kin::table("go_worker").primary_key("tenant_id", "number");
};
struct Project {
    kin::key<Tenant> tenant_id{};
    int number{};
    kin::has_many<Task> tasks{};
    static constexpr auto table = kin::table("go_project").primary_key("tenant_id", "number");
};
struct Task {
    kin::key<Task> id{};
    kin::key<Tenant> tenant_id{};
    std::optional<int> worker_no{};
    std::optional<int> project_no{};
    kin::belongs_to<Tenant, kin::via<"tenant_id">> tenant{};
    kin::belongs_to<Worker> worker{};
    kin::belongs_to<Project> project{};
    static constexpr auto table = kin::table("go_task")
                                      .foreign_key<Worker>(kin::columns("tenant_id", "worker_no"))
                                      .foreign_key<Project>(kin::columns("tenant_id", "project_no"));
};

struct Enrolment;
struct Mark;
struct Student {
    kin::key<Student> id{};
    kin::many_to_many<struct Course, Enrolment> courses{};
    static constexpr auto table = kin::table("go_student");
};
struct Course {
    kin::key<Course> id{};
    kin::many_to_many<Student, Enrolment> students{};
    static constexpr auto table = kin::table("go_course");
};
struct Enrolment {
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    kin::has_many<Mark, kin::owned> marks{};
    static constexpr auto table = kin::table("go_enrolment").primary_key("student_id", "course_id");
};
struct Mark {
    kin::key<Mark> id{};
    std::int64_t student_id{};
    std::int64_t course_id{};
    kin::belongs_to<Enrolment> enrolment{};
    static constexpr auto table = kin::table("go_mark").foreign_key<Enrolment>(kin::columns("student_id", "course_id"));
};

struct Song;
struct Genre {
    kin::key<Genre> id{};
    kin::has_many<Song> songs{};
    static constexpr auto table = kin::table("go_genre");
};
struct Song {
    kin::key<Song> id{};
    std::string name{};
    std::optional<kin::key<Genre>> genre_id{};
    kin::belongs_to<Genre> genre{};
    static constexpr auto table = kin::table("go_song");
};

}  // namespace let_go

namespace {

using namespace let_go;

class let_go_of
    : public kin::test::with_database<kin::models<Tenant, Worker, Project, Task>,
                                      kin::models<Student, Course, Enrolment, Mark>, kin::models<Genre, Song>> {
  protected:
    kin::session s{db};
};

TEST_F(let_go_of, a_column_that_another_relation_writes_does_not_keep_what_the_one_that_goes_said) {
    const auto one = s.add(Tenant{});
    const auto two = s.add(Tenant{});
    s.flush();
    const auto worker = s.add(Worker{.tenant_id = one->id, .number = 1});
    const auto project = s.add(Project{.tenant_id = two->id, .number = 2});
    s.flush();
    auto& task = worker->tasks.push_back(Task{});
    task.project = project;
    s.remove(worker);
    s.commit();
    EXPECT_EQ(rows("SELECT tenant_id, worker_no, project_no FROM go_task"), std::to_string(two->id.value) + "|NULL|2");
}

TEST_F(let_go_of, an_association_object_that_is_not_in_memory_takes_along_what_it_owns) {
    const auto student = s.add(Student{});
    const auto course = s.add(Course{});
    const auto other = s.add(Course{});
    student->courses.push_back(course);
    student->courses.push_back(other);
    s.commit();
    for (auto& each : s.query<Enrolment>().all()) each.marks.push_back(Mark{});
    s.commit();
    s.clear();
    const auto again = s.query<Student>().one();
    EXPECT_EQ(again->courses.size(), 2u);
    again->courses.erase(again->courses.handle(0));
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM go_enrolment"), "1");
    EXPECT_EQ(rows("SELECT count(*) FROM go_mark"), "1");
    s.clear();
    s.query<Student>().one()->courses.clear();
    s.commit();
    EXPECT_EQ(rows("SELECT count(*) FROM go_enrolment"), "0");
    EXPECT_EQ(rows("SELECT count(*) FROM go_mark"), "0");
}

TEST_F(let_go_of, a_key_that_the_flush_takes_from_a_new_object_is_there_again_where_a_hook_throws) {
    s.autoflush(false);
    const auto genre = s.add(Genre{});
    s.commit();
    bool throws = true;
    s.on<kin::before_insert>([&](Song& song) {
        song.name = "changed";
        if (throws) throw std::runtime_error{"no"};
    });
    const auto song = s.add(Song{.genre_id = genre->id});
    s.remove(genre);
    EXPECT_THROW(s.flush(), std::runtime_error);
    EXPECT_EQ(std::as_const(*song).genre_id, genre->id);
    throws = false;
    s.add(genre);
    s.commit();
    EXPECT_EQ(rows("SELECT genre_id FROM go_song"), std::to_string(genre->id.value));
}

}  // namespace
