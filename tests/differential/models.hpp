// The models of the differential test; driver.py declares the same tables for SQLAlchemy.
#pragma once

#include <optional>
#include <string>

#include <kin/kin.hpp>

namespace differential {

// One to many, nullable.
struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    kin::has_many<Player> players{};
};
struct Player {
    kin::key<Player> id{};
    std::string name{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};

    static constexpr auto table = kin::table().check("name <> 'refused'");
};

// One to many, owned.
struct Line;
struct Order {
    kin::key<Order> id{};
    std::string name{};
    kin::has_many<Line, kin::owned> lines{};

    static constexpr auto table = kin::table("orders");
};
struct Line {
    kin::key<Line> id{};
    std::string name{};
    kin::key<Order> order_id{};
    kin::belongs_to<Order> order{};

    static constexpr auto table = kin::table().check("name <> 'refused'");
};

// One to one, owned.
struct Profile;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_one<Profile, kin::owned> profile{};

    static constexpr auto table = kin::table("users");
};
struct Profile {
    kin::key<Profile> id{};
    std::string name{};
    kin::key<User> user_id{};
    kin::belongs_to<User> user{};
};

// A tree.
struct Node {
    kin::key<Node> id{};
    std::string name{};
    std::optional<kin::key<Node>> parent_id{};
    kin::belongs_to<Node> parent{};
    kin::has_many<Node> children{};

    static constexpr auto table = kin::table().check("name <> 'refused'");
};

// An association with a column of its own (both keys are its primary key), and the direct relation over it.
struct Enrolment;
struct Course;
struct Student {
    kin::key<Student> id{};
    std::string name{};
    kin::has_many<Enrolment, kin::owned> enrolments{};
    kin::many_to_many<Course, Enrolment> courses{};
};
struct Course {
    kin::key<Course> id{};
    std::string name{};
    kin::has_many<Enrolment, kin::owned> enrolments{};
    kin::many_to_many<Student, Enrolment> students{};
};
struct Enrolment {
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    int grade{};
    kin::belongs_to<Student> student{};
    kin::belongs_to<Course> course{};

    static constexpr auto table = kin::table().primary_key("student_id", "course_id");
};

// Many to many over an implied pivot.
struct Tag;
struct Post {
    kin::key<Post> id{};
    std::string name{};
    kin::many_to_many<Tag> tags{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::many_to_many<Post> posts{};

    static constexpr auto table = kin::table().check("name <> 'refused'");
};

// What only Kin writes: values under UNIQUE that one flush frees and gives away again.
struct Passport;
struct Citizen {
    kin::key<Citizen> id{};
    std::string name{};
    kin::has_one<Passport, kin::owned> passport{};
};
struct Passport {
    kin::key<Passport> id{};
    std::string name{};
    kin::key<Citizen> citizen_id{};
    kin::belongs_to<Citizen> citizen{};

    static constexpr auto table = kin::table().unique("citizen_id");
};
struct Account {
    kin::key<Account> id{};
    std::string name{};

    static constexpr auto table = kin::table().unique("name");
};

using Everything = kin::models<Team, Player, Order, Line, User, Profile, Node, Student, Course, Enrolment, Post, Tag,
                               Citizen, Passport, Account>;

}  // namespace differential
