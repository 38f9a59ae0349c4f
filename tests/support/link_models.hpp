// Many to many in all its forms: an implied pivot, an association object, and a model that follows its like.
#pragma once

#include <optional>
#include <string>

#include <kin/kin.hpp>

namespace linked {

// -- implied: article_topic(article_id, topic_id) -----------------------------------------------------------------

struct Topic;
struct Author;

struct Article {
    kin::key<Article> id{};
    std::string title{};
    kin::many_to_many<Topic, kin::order_by<"name">> topics{};
    kin::many_to_many<Author> authors{};  // one-sided: an author knows nothing of articles
};

struct Topic {
    kin::key<Topic> id{};
    std::string name{};
    kin::many_to_many<Article> articles{};
};

struct Author {
    kin::key<Author, std::string> id{};
    std::string born{};
};

// -- an association object, beside the direct relation over the same table ----------------------------------------

struct Enrolment;
struct Course;

struct Student {
    kin::key<Student> id{};
    std::string name{};
    kin::has_many<Enrolment> enrolments{};
    kin::many_to_many<Course, Enrolment> courses{};
};

struct Course {
    kin::key<Course> id{};
    std::string title{};
    kin::has_many<Enrolment> enrolments{};
    kin::many_to_many<Student, Enrolment, kin::as_set> students{};
};

struct Enrolment {
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    std::string grade{"none"};
    kin::belongs_to<Student> student{};
    kin::belongs_to<Course> course{};

    static constexpr auto table = kin::table("enrolment").primary_key("student_id", "course_id");
};

// -- self-referential ---------------------------------------------------------------------------------------------

struct Person {
    kin::key<Person> id{};
    std::string name{};
    kin::many_to_many<Person, kin::pivot<"follow", "follower_id", "followed_id">> following{};
    kin::many_to_many<Person, kin::pivot<"follow", "followed_id", "follower_id">> followers{};
};

using All = kin::models<Article, Topic, Author, Student, Course, Enrolment, Person>;

}  // namespace linked
