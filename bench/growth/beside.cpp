// What changes of single objects cost beside many that are loaded and have nothing to do with them: each is done a
// thousand times beside n objects. Flat means: who is concerned is found by what is known of him, not by looking at
// all.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kin/kin.hpp>

#include "growth.hpp"

namespace {

constexpr std::size_t times = 1000;
constexpr std::size_t first = 10;  ///< steps that are not measured: who is asked for often is indexed
constexpr std::size_t enough = times + first + 1;

struct Post;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post, kin::owned> posts{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    int views{};
    kin::belongs_to<User> user{};
    static constexpr auto table = kin::table("posts").index("user_id");
};

struct Task;
struct Project {
    kin::key<Project> id{};
    std::string name{};
    kin::soft_deleted_at removed_at{};
    kin::has_many<Task> tasks{};
};
struct Task {
    kin::key<Task> id{};
    std::optional<kin::key<Project>> project_id{};
    kin::belongs_to<Project> project{};
    static constexpr auto table = kin::table("task").index("project_id");
};

struct City;
struct Country {
    kin::key<Country> id{};
    std::string code{};
    kin::has_many<City> cities{};
    static constexpr auto table = kin::table("country").unique("code");
};
struct City {
    kin::key<City> id{};
    std::optional<std::string> country_code{};
    kin::belongs_to<Country, kin::via<"country_code">, kin::references<"code">> country{};
    static constexpr auto table =
        kin::table("city")
            .index("country_code")
            .foreign_key<Country>("country_code", "code", kin::on_delete::no_action, kin::on_update::cascade);
};

struct Badge {
    kin::key<Badge> id{};
};
struct Person {
    kin::key<Person> id{};
    std::optional<kin::key<Badge>> badge_id{};
    kin::belongs_to<Badge, kin::single_parent> badge{};
    static constexpr auto table = kin::table("person").index("badge_id");
};

struct Course;
struct Enrolment;
struct Student {
    kin::key<Student> id{};
    kin::has_many<Enrolment> enrolments{};
    kin::many_to_many<Course, Enrolment> courses{};
};
struct Course {
    kin::key<Course> id{};
};
struct Enrolment {
    kin::key<Enrolment> id{};
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    kin::belongs_to<Student> student{};
    kin::belongs_to<Course> course{};
    static constexpr auto table = kin::table("enrolment").index("student_id").index("course_id");
};

struct Shelf;
struct Label;
struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<Label> labels{};
    kin::many_to_many<Shelf, kin::single_parent> shelves{};
};
struct Label {
    kin::key<Label> id{};
};
struct Shelf {
    kin::key<Shelf> id{};
};

struct Page;
struct Volume {
    kin::key<Volume> id{};
    kin::has_many<Page, kin::owned> pages{};
};
struct Page {
    kin::key<Page> id{};
    std::optional<kin::key<Volume>> volume_id{};
    std::string text{};
    kin::version version{};
    static constexpr auto table = kin::table("page").unique("text").index("volume_id");
};

struct Word {
    kin::key<Word> id{};
    std::optional<kin::key<User>> user_id{};
    std::string text{};
    kin::belongs_to<User> user{};
    static constexpr auto table = kin::table().unique("text").index("user_id");
};

using all_models = kin::models<User, Post, Project, Task, Country, City, Badge, Person, Student, Course, Enrolment,
                               Volume, Page, Word, Reader, Label, Shelf>;

struct world {
    explicit world(std::size_t objects) : n{objects} { db.create<all_models>(); }
    /// What was added is loaded anew: all of it by a query, and no collection.
    void load_anew() {
        s->commit();
        s = std::make_unique<kin::session>(db);
    }
    std::size_t n;
    kin::database db{"sqlite::memory:"};
    std::unique_ptr<kin::session> s = std::make_unique<kin::session>(db);
    kin::rows<Post> posts{};
    kin::rows<User> users{};
    kin::rows<Task> tasks{};
    kin::rows<Project> projects{};
    kin::rows<Country> countries{};
    kin::rows<City> cities{};
    kin::rows<Badge> badges{};
    kin::rows<Person> people{};
    kin::rows<Student> students{};
    kin::rows<Course> courses{};
    kin::rows<Enrolment> enrolments{};
    kin::rows<Word> words{};
    kin::rows<Volume> volumes{};
    kin::rows<Page> pages{};
    kin::rows<Reader> readers{};
    kin::rows<Label> labels{};
    kin::rows<Shelf> shelves{};
};

template <class Prepare, class Step>
growth::operation beside(const char* name, Prepare prepare, Step step) {
    return {name,
            [=](std::size_t n) -> std::function<void()> {
                auto w = std::make_shared<world>(n);
                prepare(*w);
                for (std::size_t i = 0; i < first; ++i) step(*w, i);
                return [w, step] {
                    for (std::size_t i = first; i < first + std::min(w->n, times); ++i) step(*w, i);
                };
            },
            times};
}

/// A thousand users of three posts each, and n posts more; all posts are loaded.
void users_and_posts(world& w) {
    for (std::size_t i = 0; i < enough; ++i) {
        auto u = w.s->add(User{.name = std::to_string(i)});
        for (int each = 0; each < 3; ++each) u->posts.push_back(Post{.title = "post"});
    }
    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Post{.title = "other"});
    w.load_anew();
    w.users = w.s->query<User>().all();
    w.posts = w.s->query<Post>().all();
}

/// A thousand projects of one task each, and n tasks more; all are loaded.
void projects_and_tasks(world& w) {
    for (std::size_t i = 0; i < enough; ++i) {
        auto p = w.s->add(Project{.name = std::to_string(i)});
        p->tasks.push_back(Task{});
    }
    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Task{});
    w.load_anew();
    w.projects = w.s->query<Project>().all();
    w.tasks = w.s->query<Task>().all();
}

/// A thousand volumes of one page each, and n pages more; all are loaded.
void volumes_and_pages(world& w) {
    for (std::size_t i = 0; i < enough; ++i) {
        auto v = w.s->add(Volume{});
        v->pages.push_back(Page{.text = std::to_string(i)});
    }
    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Page{.text = "other" + std::to_string(i)});
    w.load_anew();
    w.volumes = w.s->query<Volume>().all();
    w.pages = w.s->query<Page>().all();
}

/// A thousand students and courses, and n enrolments of one student more; all are loaded.
void enrolments_of_another(world& w) {
    auto other = w.s->add(Student{});
    for (std::size_t i = 0; i < enough; ++i) {
        w.s->add(Student{});
        w.s->add(Course{});
    }
    w.s->commit();
    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Enrolment{.student_id = other->id, .course_id = {1}});
    w.load_anew();
    w.students = w.s->query<Student>().all();
    w.courses = w.s->query<Course>().all();
    w.enrolments = w.s->query<Enrolment>().all();
}

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            beside("remove one whose children are loaded by a query", users_and_posts,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.users.handle(i));
                       w.s->commit();
                   }),
            beside(
                "remove one of whose children some are loaded",
                [](world& w) {
                    users_and_posts(w);
                    w.load_anew();
                    w.users = w.s->query<User>().all();
                    w.posts = w.s->query<Post>().where("id", ">", 2000).all();
                },
                [](world& w, std::size_t i) {
                    w.s->remove(w.users.handle(i));
                    w.s->commit();
                }),
            beside("remove a child", users_and_posts,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.posts.handle(i));
                       w.s->commit();
                   }),
            beside("remove softly", projects_and_tasks,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.projects.handle(i));
                       w.s->commit();
                   }),
            beside("remove softly and restore", projects_and_tasks,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.projects.handle(i));
                       w.s->commit();
                       w.s->restore(w.projects.handle(i));
                       w.s->commit();
                   }),
            beside(
                "change a unique value that a cascade follows",
                [](world& w) {
                    for (std::size_t i = 0; i < enough; ++i) {
                        auto c = w.s->add(Country{.code = std::to_string(i)});
                        c->cities.push_back(City{});
                    }
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(City{});
                    w.load_anew();
                    w.countries = w.s->query<Country>().all();
                    w.cities = w.s->query<City>().all();
                },
                [](world& w, std::size_t i) {
                    w.countries[i].code = "c" + std::to_string(i);
                    w.s->commit();
                }),
            beside(
                "add one that names its parent by a unique value",
                [](world& w) {
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Country{.code = std::to_string(i)});
                    w.load_anew();
                    w.countries = w.s->query<Country>().all();
                },
                [](world& w, std::size_t i) {
                    w.s->add(City{.country_code = std::to_string(i)});
                    w.s->commit();
                }),
            beside(
                "add an owner to a single_parent",
                [](world& w) {
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Person{.badge = Badge{}});
                    for (std::size_t i = 0; i < enough; ++i) w.s->add(Badge{});
                    w.load_anew();
                    w.badges = w.s->query<Badge>().where("id", ">", static_cast<std::int64_t>(w.n)).all();
                    w.people = w.s->query<Person>().all();
                },
                [](world& w, std::size_t i) {
                    w.s->add(Person{.badge = w.badges.handle(i)});
                    w.s->commit();
                }),
            beside("link by an association that may repeat", enrolments_of_another,
                   [](world& w, std::size_t i) {
                       w.students[i + 1].courses.push_back(w.courses.handle(i));
                       w.s->commit();
                   }),
            beside("and take it out again", enrolments_of_another,
                   [](world& w, std::size_t i) {
                       w.students[i + 1].courses.push_back(w.courses.handle(i));
                       w.s->commit();
                       w.students[i + 1].courses.erase(w.courses.handle(i));
                       w.s->commit();
                   }),
            beside(
                "remove one and add another with its unique value",
                [](world& w) {
                    for (std::size_t i = 0; i < w.n + enough; ++i) w.s->add(Word{.text = std::to_string(i)});
                    w.load_anew();
                    w.words = w.s->query<Word>().all();
                },
                [](world& w, std::size_t i) {
                    w.s->remove(w.words.handle(i));
                    w.s->add(Word{.text = std::to_string(i)});
                    w.s->commit();
                }),
            beside(
                "the same, with an owner",
                [](world& w) {
                    for (std::size_t i = 0; i < enough; ++i) {
                        auto u = w.s->add(User{.name = std::to_string(i)});
                        u->posts.push_back(Post{.title = "post"});
                    }
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Post{.title = "other"});
                    w.load_anew();
                    w.users = w.s->query<User>().all();
                    w.posts = w.s->query<Post>().all();
                },
                [](world& w, std::size_t i) {
                    w.s->remove(w.posts.handle(i));
                    w.s->add(Post{.title = "new"});
                    w.s->commit();
                }),
            beside("remove one whose children have versions", volumes_and_pages,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.volumes.handle(i));
                       w.s->commit();
                   }),
            beside("remove an owner and add another with a unique value of what it owns", volumes_and_pages,
                   [](world& w, std::size_t i) {
                       w.s->remove(w.volumes.handle(i));
                       w.s->add(Volume{})->pages.push_back(Page{.text = std::to_string(i)});
                       w.s->commit();
                   }),
            beside(
                "remove one that others are linked to",
                [](world& w) {
                    for (std::size_t i = 0; i < enough; ++i) w.s->add(Reader{})->labels.push_back(w.s->add(Label{}));
                    const auto common = w.s->add(Label{});
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Reader{})->labels.push_back(common);
                    w.load_anew();
                    w.readers = w.s->query<Reader>().with(&Reader::labels).all();
                    w.labels = w.s->query<Label>().all();
                },
                [](world& w, std::size_t i) {
                    w.s->remove(w.labels.handle(i));
                    w.s->commit();
                }),
            beside(
                "link a target that only one may have",
                [](world& w) {
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Reader{})->shelves.push_back(w.s->add(Shelf{}));
                    for (std::size_t i = 0; i < enough; ++i) w.s->add(Shelf{});
                    w.load_anew();
                    w.readers = w.s->query<Reader>().with(&Reader::shelves).all();
                    w.shelves = w.s->query<Shelf>().where("id", ">", static_cast<std::int64_t>(w.n)).all();
                },
                [](world& w, std::size_t i) {
                    w.readers[i].shelves.push_back(w.shelves.handle(i));
                    w.s->commit();
                }),
            beside("change, rollback, remove a child",  // whose rollback leaves the index as it is
                   users_and_posts,
                   [](world& w, std::size_t i) {
                       ++w.posts[i].views;
                       w.s->rollback();
                       w.s->remove(w.users.handle(i));
                       w.s->commit();
                   }),
            beside(
                "10 changed, flush",
                [](world& w) {
                    for (std::size_t i = 0; i < w.n; ++i) w.s->add(Post{.title = "post"});
                    w.load_anew();
                    w.posts = w.s->query<Post>().all();
                },
                [](world& w, std::size_t i) {
                    for (std::size_t at = 0; at < 10; ++at) ++w.posts[(i + at * 97) % w.n].views;
                    w.s->flush();
                }),
        });
}
