// One flush with everything in it: rows of every kind, links and unlinks, association objects, unique values that
// change hands, a cycle, owned trees and keys set to NULL; and all of it as text.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "support/fixture.hpp"
#include "support/link_models.hpp"
#include "support/picture.hpp"

// -- pictures: fields and relations, without loading anything ------------------------------------------------------

namespace sample {

inline std::string name_in_picture(const Team& t) { return t.name; }
inline std::string name_in_picture(const Player& p) { return p.name; }

inline std::string picture(const Team* t) {
    return "Team " + std::to_string(t->id.value) + " " + t->name + " " +
           (t->captain_id ? std::to_string(t->captain_id->value) : std::string{"-"}) + side(t->captain) +
           side(t->players) + "\n";
}
inline std::string picture(const Player* p) {
    return "Player " + std::to_string(p->id.value) + " " + std::to_string(p->team_id.value) + " " + p->name +
           side(p->team) + "\n";
}

}  // namespace sample

namespace linked {

inline std::string name_in_picture(const Article& a) { return a.title; }
inline std::string name_in_picture(const Topic& t) { return t.name; }
inline std::string name_in_picture(const Author& a) { return a.id.value; }
inline std::string name_in_picture(const Student& s) { return s.name; }
inline std::string name_in_picture(const Course& c) { return c.title; }
inline std::string name_in_picture(const Enrolment& e) { return e.grade; }
inline std::string name_in_picture(const Person& p) { return p.name; }

template <class T>
std::string id_of(const T* object) {
    return name_in_picture(*object) + " " + std::to_string(object->id.value);
}
inline std::string picture(const Article* a) {
    return "Article " + id_of(a) + sample::side(a->topics) + sample::side(a->authors) + "\n";
}
inline std::string picture(const Topic* t) { return "Topic " + id_of(t) + sample::side(t->articles) + "\n"; }
inline std::string picture(const Author* a) { return "Author " + a->id.value + " " + a->born + "\n"; }
inline std::string picture(const Student* s) {
    return "Student " + id_of(s) + sample::side(s->enrolments) + sample::side(s->courses) + "\n";
}
inline std::string picture(const Course* c) {
    return "Course " + id_of(c) + sample::side(c->enrolments) + sample::side(c->students) + "\n";
}
inline std::string picture(const Enrolment* e) {
    return "Enrolment " + std::to_string(e->student_id.value) + " " + std::to_string(e->course_id.value) + " " +
           e->grade + sample::side(e->student) + sample::side(e->course) + "\n";
}
inline std::string picture(const Person* p) {
    return "Person " + id_of(p) + sample::side(p->following) + sample::side(p->followers) + "\n";
}

}  // namespace linked

namespace whole {

using namespace sample;
using kin::ref;
using linked::Article;
using linked::Author;
using linked::Course;
using linked::Enrolment;
using linked::Person;
using linked::Student;
using linked::Topic;

/// Owns its like, as deep as the rows go.
struct Task {
    kin::key<Task> id{};
    std::string name{};
    std::optional<kin::key<Task>> parent_id{};
    kin::belongs_to<Task> parent{};
    kin::has_many<Task, kin::owned> parts{};
};
inline std::string name_in_picture(const Task& t) { return t.name; }
inline std::string picture(const Task* t) {
    return "Task " + linked::id_of(t) + (t->parent_id ? " of " + std::to_string(t->parent_id->value) : std::string{}) +
           sample::side(t->parent) + sample::side(t->parts) + "\n";
}

inline void create(kin::database& db) {
    db.create<Blog>();
    db.create<kin::models<Team, Player, Task>>();
    db.create<linked::All>();
}

inline const std::vector<std::string> tables{
    "task",   "users",         "profile",        "posts",   "comments", "team",      "player", "article", "topic",
    "author", "article_topic", "article_author", "student", "course",   "enrolment", "person", "follow"};

inline std::string database_of(kin::engine::connection& c) {
    std::string out;
    for (const std::string& table : tables) {
        out += table + ": " + kin::test::rows_of(c, "SELECT * FROM " + table + " ORDER BY 1, 2") + "\n";
    }
    return out;
}

/// The graph in one session.
class graph {
  public:
    explicit graph(kin::session& of) : s{of} {}

    /// Committed rows, all of them in memory with their relations loaded.
    void start() {
        for (int u = 0; u < 4; ++u) {
            const std::string n = std::to_string(u);
            keep(s.add(User{
                .name = "user " + n,
                .email = "u" + n,
                .posts = {{.title = "p" + n, .comments = {{.text = "a" + n}, {.text = "b" + n}}}, {.title = "q" + n}},
                .profile = Profile{.text = "profile " + n}}));
        }
        for (const char* name : {"c++", "sql", "looms", "bread"}) keep(s.add(Topic{.name = name}));
        for (const char* name : {"knuth", "lovelace"}) keep(s.add(Author{.id = {name}}));
        for (int a = 0; a < 4; ++a) {
            keep(s.add(Article{.title = "article " + std::to_string(a),
                               .topics = {at<Topic>(a), at<Topic>((a + 1) % 4)},
                               .authors = {at<Author>(a % 2)}}));
        }
        for (const char* name : {"engines", "weaving", "baking"}) keep(s.add(Course{.title = name}));
        for (const char* name : {"Ada", "Bob", "Cy"}) {
            keep(s.add(Student{.name = name, .courses = {at<Course>(0), at<Course>(1)}}));
        }
        for (auto& student : all<Student>()) {
            for (std::size_t i = 0; i < student->enrolments.size(); ++i) {
                student->enrolments[i].grade = student->name + student->enrolments[i].course->title;
                keep(student->enrolments.handle(i));
            }
        }
        for (const char* name : {"Dan", "Eve", "Fay"}) keep(s.add(Person{.name = name}));
        at<Person>(0)->following = {at<Person>(1), at<Person>(2)};
        at<Person>(1)->following = {at<Person>(0)};
        keep(s.add(Task{.name = "root", .parts = {{.name = "part", .parts = {{.name = "screw"}}}, {.name = "other"}}}));
        keep(s.add(Task{.name = "kept"}));
        s.commit();
    }

    /// What one flush then writes.
    void change() {
        // rows, moves, orphans, keys that become NULL
        at<User>(0)->age = 7;
        at<Post>(0)->author = at<User>(1);
        at<Post>(1)->editor = at<User>(2);
        at<Post>(0)->comments.erase(at<Comment>(0));
        at<User>(2)->profile = at<Profile>(0);
        s.remove(at<Post>(2));
        s.remove(at<Post>(6));
        s.remove(at<Post>(7));
        s.remove(at<User>(3));
        keep(s.add(User{.name = "new", .email = "new", .posts = {{.title = "n1", .comments = {{.text = "n2"}}}}}));
        // unique values in a ring
        std::swap(at<User>(0)->email, at<User>(1)->email);
        // a cycle
        keep(s.add(Team{.name = "team", .players = {{.name = "one"}, {.name = "two"}}}));
        at<Team>(0)->captain = at<Player>(1);
        // links
        at<Article>(0)->topics.push_back(at<Topic>(2));
        at<Article>(0)->topics.erase(at<Topic>(0));
        at<Topic>(3)->articles.insert(at<Article>(1));
        at<Article>(1)->authors = {at<Author>(0)};
        at<Article>(1)->topics.push_back(Topic{.name = "salt"});
        add(at<Article>(1)->topics.handle(at<Article>(1)->topics.size() - 1));
        s.remove(at<Article>(3));
        s.remove(at<Topic>(1));
        at<Person>(0)->followers.insert(at<Person>(2));
        at<Person>(0)->following.erase(at<Person>(1));
        s.remove(at<Person>(1));
        // association objects
        at<Student>(0)->courses.push_back(at<Course>(2));
        add(at<Student>(0)->enrolments.handle(at<Student>(0)->enrolments.size() - 1));
        at<Student>(1)->courses.erase(at<Course>(0));
        at<Enrolment>(0)->grade = "A";
        s.remove(at<Course>(1));
        s.remove(at<Student>(2));
        // a tree
        s.remove(at<Task>(0));
    }

    [[nodiscard]] std::string memory() const {
        std::string out;
        std::apply([&](const auto&... list) { (draw(list, out), ...); }, kept_);
        for (const ref<User>& u : std::get<std::vector<ref<User>>>(kept_)) {
            const auto email = s.history(u, &User::email);
            out += "was " + email.old.value_or("-") + (email.changed ? " changed\n" : "\n");
        }
        return out;
    }
    /// Forgets what `change` added: the handles of objects that a rollback sends away.
    void forget_new() {
        resize<User>(4), resize<Post>(8), resize<Comment>(8), resize<Profile>(4), resize<Team>(0), resize<Player>(0);
        resize<Topic>(4), resize<Enrolment>(6);
    }
    template <class T>
    [[nodiscard]] ref<T>& at(int i) {
        return all<T>()[std::size_t(i)];
    }

  private:
    template <class T>
    std::vector<ref<T>>& all() {
        return std::get<std::vector<ref<T>>>(kept_);
    }
    template <class T>
    void resize(std::size_t size) {
        all<T>().resize(size);
    }
    template <class T>
    void add(const ref<T>& object) {
        all<T>().push_back(object);
    }
    template <class T>
    static void draw(const std::vector<ref<T>>& list, std::string& out) {
        for (const ref<T>& each : list) out += picture(ref<const T>{each}.get());
    }

    template <class T>
    void keep(const ref<T>& object) {
        add(object);
    }
    void keep(const ref<User>& user) {
        add(user);
        for (std::size_t i = 0; i < user->posts.size(); ++i) {
            const ref<Post> post = all<Post>().emplace_back(user->posts.handle(i));
            for (std::size_t k = 0; k < post->comments.size(); ++k) add(post->comments.handle(k));
        }
        if (user->profile) add(user->profile.handle());
    }
    void keep(const ref<Team>& team) {
        add(team);
        for (std::size_t i = 0; i < team->players.size(); ++i) add(team->players.handle(i));
    }

    void keep(const ref<Task>& task) {
        add(task);
        for (std::size_t i = 0; i < task->parts.size(); ++i) keep(task->parts.handle(i));
    }

    kin::session& s;
    std::tuple<std::vector<ref<User>>, std::vector<ref<Profile>>, std::vector<ref<Post>>, std::vector<ref<Comment>>,
               std::vector<ref<Team>>, std::vector<ref<Player>>, std::vector<ref<Article>>, std::vector<ref<Topic>>,
               std::vector<ref<Author>>, std::vector<ref<Student>>, std::vector<ref<Course>>,
               std::vector<ref<Enrolment>>, std::vector<ref<Person>>, std::vector<ref<Task>>>
        kept_{};
};

}  // namespace whole
