// One to one, nullable and owned; many to many, over an implied pivot, over an association object whose rows own
// others, and over a pivot that keeps its rows.
#include "schemas/shapes.hpp"

namespace changing {
namespace {

struct Badge;
struct Person {
    kin::key<Person> id{};
    std::string label{};
    kin::has_one<Badge> badge{};
};
struct Badge {
    kin::key<Badge> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Person>> person_id{};
    kin::belongs_to<Person> person{};
};

struct Passport;
struct Citizen {
    kin::key<Citizen> id{};
    std::string label{};
    int value{};
    kin::has_one<Passport, kin::owned> passport{};
};
struct Passport {
    kin::key<Passport> id{};
    std::string label{};
    int value{};
    kin::key<Citizen> citizen_id{};
    kin::belongs_to<Citizen> citizen{};
    static constexpr auto table = kin::table().unique("citizen_id");
};

struct Tag;
struct Post {
    kin::key<Post> id{};
    std::string label{};
    int value{};
    kin::many_to_many<Tag> tags{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string label{};
    int value{};
    kin::many_to_many<Post> posts{};
    static constexpr auto table = kin::table().check("value <> 666");
};

struct Enrolment;
struct Course;
struct Mark;
struct Student {
    kin::key<Student> id{};
    std::string label{};
    kin::has_many<Enrolment, kin::owned> enrolments{};
    kin::many_to_many<Course, Enrolment> courses{};
};
struct Course {
    kin::key<Course> id{};
    std::string label{};
    int value{};
    kin::has_many<Enrolment, kin::owned> enrolments{};
    kin::many_to_many<Student, Enrolment> students{};
};
struct Enrolment {
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    std::string label{};
    int value{};
    kin::belongs_to<Student> student{};
    kin::belongs_to<Course> course{};
    kin::has_many<Mark, kin::owned> marks{};
    static constexpr auto table = kin::table().primary_key("student_id", "course_id");
};
struct Mark {
    kin::key<Mark> id{};
    std::string label{};
    std::int64_t student_id{};
    std::int64_t course_id{};
    int value{};
    kin::belongs_to<Enrolment> enrolment{};
    static constexpr auto table = kin::table().foreign_key<Enrolment>(kin::columns("student_id", "course_id"));
};

struct Membership;
struct Member;
struct Club {
    kin::key<Club> id{};
    std::string label{};
    kin::many_to_many<Member, Membership> members{};
};
struct Member {
    kin::key<Member> id{};
    std::string label{};
    int value{};
    kin::many_to_many<Club, Membership> clubs{};
};
struct Membership {
    kin::key<Club> club_id{};
    kin::key<Member> member_id{};
    kin::soft_deleted_at deleted_at{};
    static constexpr auto table = kin::table().primary_key("club_id", "member_id");
};

template <class T>
std::vector<column> usual(std::vector<column> own = {}) {
    std::vector<column> all;
    if constexpr (requires(T t) { t.id; }) all.push_back(col<&T::id>("id", column::what::id));
    if constexpr (requires(T t) { t.label; }) all.push_back(col<&T::label>("label", column::what::label));
    if constexpr (requires(T t) { t.value; }) all.push_back(col<&T::value>("value"));
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

}  // namespace

void add_links(collector& c) {
    c.shape("one to one");
    const int person = c.add<Person>("Person", "person", usual<Person>());
    const int badge = c.add<Badge>("Badge", "badge", usual<Badge>({col<&Badge::person_id>("person_id")}));
    c.names(badge, "person_id", person);
    c.key(badge, {"person_id"}, person);
    c.child_side(c.last_key(), belongs_to<&Badge::person>("person"));
    c.parent_side(c.last_key(), has_one<&Person::badge>("badge"));

    c.shape("one to one, owned");
    const int citizen = c.add<Citizen>("Citizen", "citizen", usual<Citizen>());
    const int passport =
        c.add<Passport>("Passport", "passport", usual<Passport>({unique(col<&Passport::citizen_id>("citizen_id"))}));
    c.names(passport, "citizen_id", citizen);
    c.key(passport, {"citizen_id"}, citizen);
    c.child_side(c.last_key(), belongs_to<&Passport::citizen>("citizen"));
    c.parent_side(c.last_key(), has_one<&Citizen::passport>("passport"), true);

    c.shape("links");
    const int post = c.add<Post>("Post", "post", usual<Post>());
    const int tag = c.add<Tag>("Tag", "tag", usual<Tag>());
    c.at(tag).checked = true;
    const int post_tag = c.link(
        {.table = "post_tag", .first_column = "post_id", .second_column = "tag_id", .first = post, .second = tag});
    c.linked(post_tag, true, many_to_many<&Post::tags>("tags"));
    c.linked(post_tag, false, many_to_many<&Tag::posts>("posts"));

    c.shape("association");
    const int student = c.add<Student>("Student", "student", usual<Student>());
    const int course = c.add<Course>("Course", "course", usual<Course>());
    const int enrolment =
        c.add<Enrolment>("Enrolment", "enrolment",
                         usual<Enrolment>({col<&Enrolment::student_id>("student_id", column::what::key),
                                           col<&Enrolment::course_id>("course_id", column::what::key)}));
    const int mark = c.add<Mark>(
        "Mark", "mark", usual<Mark>({col<&Mark::student_id>("student_id"), col<&Mark::course_id>("course_id")}));
    c.at(enrolment).key = {c.at(enrolment).find("student_id"), c.at(enrolment).find("course_id")};
    c.at(enrolment).generated = false;
    for (const int m : {enrolment, mark}) {
        c.names(m, "student_id", student);
        c.names(m, "course_id", course);
    }
    c.key(enrolment, {"student_id"}, student);
    const int of_student = c.last_key();
    c.child_side(of_student, belongs_to<&Enrolment::student>("student"));
    c.parent_side(of_student, has_many<&Student::enrolments>("enrolments"), true);
    c.key(enrolment, {"course_id"}, course);
    const int of_course = c.last_key();
    c.child_side(of_course, belongs_to<&Enrolment::course>("course"));
    c.parent_side(of_course, has_many<&Course::enrolments>("enrolments"), true);
    c.key(mark, {"student_id", "course_id"}, enrolment, {"student_id", "course_id"}).by_hand = false;
    c.child_side(c.last_key(), belongs_to<&Mark::enrolment>("enrolment"));
    c.parent_side(c.last_key(), has_many<&Enrolment::marks>("marks"), true);
    const int enrolled = c.link({.table = "enrolment",
                                 .first_column = "student_id",
                                 .second_column = "course_id",
                                 .first = student,
                                 .second = course,
                                 .rows = enrolment,
                                 .first_key = of_student,
                                 .second_key = of_course});
    c.linked(enrolled, true, many_to_many<&Student::courses>("courses"));
    c.linked(enrolled, false, many_to_many<&Course::students>("students"));

    c.shape("kept links");
    const int club = c.add<Club>("Club", "club", usual<Club>());
    const int member = c.add<Member>("Member", "member", usual<Member>());
    const int membership = c.add<Membership>("Membership", "membership",
                                             {col<&Membership::club_id>("club_id", column::what::key),
                                              col<&Membership::member_id>("member_id", column::what::key),
                                              col<&Membership::deleted_at>("deleted_at", column::what::removed)});
    c.at(membership).key = {0, 1};
    c.at(membership).generated = false;
    c.names(membership, "club_id", club);
    c.names(membership, "member_id", member);
    c.key(membership, {"club_id"}, club).owned = true;  // a row of a pivot goes with either end
    const int of_club = c.last_key();
    c.key(membership, {"member_id"}, member).owned = true;
    const int of_member = c.last_key();
    const int joined = c.link({.table = "membership",
                               .first_column = "club_id",
                               .second_column = "member_id",
                               .first = club,
                               .second = member,
                               .rows = membership,
                               .first_key = of_club,
                               .second_key = of_member});
    c.linked(joined, true, many_to_many<&Club::members>("members"));
    c.linked(joined, false, many_to_many<&Member::clubs>("clubs"));
}

void create_links(kin::database& db) {
    db.create<kin::models<Person, Badge, Citizen, Passport, Post, Tag, Student, Course, Enrolment, Mark, Club, Member,
                          Membership>>();
}

}  // namespace changing
