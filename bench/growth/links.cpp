// How links grow: a many_to_many over a plain pivot, and over association objects.
#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include <kin/kin.hpp>

#include "growth.hpp"

namespace {

struct Tag;
struct Post {
    kin::key<Post> id{};
    std::string title{};
    kin::many_to_many<Tag> tags{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::many_to_many<Post> posts{};
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
    kin::has_many<Enrolment> enrolments{};
};
struct Enrolment {
    kin::key<Student> student_id{};
    kin::key<Course> course_id{};
    int grade{};
    kin::belongs_to<Student> student{};
    kin::belongs_to<Course> course{};
    static constexpr auto table = kin::table("enrolment").primary_key("student_id", "course_id");
};

struct Song;
struct Entry;
struct Playlist {
    kin::key<Playlist> id{};
    kin::has_many<Entry> entries{};
    kin::many_to_many<Song, Entry> songs{};
};
struct Song {
    kin::key<Song> id{};
};
struct Entry {
    kin::key<Entry> id{};
    kin::key<Playlist> playlist_id{};
    kin::key<Song> song_id{};
    kin::belongs_to<Playlist> playlist{};
    kin::belongs_to<Song> song{};
    static constexpr auto table = kin::table("entry").unique("playlist_id", "song_id");
};

struct Book;
struct Loan;
struct Reader {
    kin::key<Reader> id{};
    kin::many_to_many<Book, Loan> books{};
};
struct Book {
    kin::key<Book> id{};
};
struct Loan {
    kin::key<Loan> id{};
    kin::key<Reader> reader_id{};
    kin::key<Book> book_id{};
    kin::belongs_to<Reader> reader{};
    kin::belongs_to<Book> book{};
};

/// n targets that have rows, and an owner without any of them.
template <class Owner, class Target, class... More>
struct world {
    explicit world(std::size_t n) {
        db.create<kin::models<Owner, Target, More...>>();
        owner = s.add(Owner{});
        other = s.add(Owner{});
        for (std::size_t i = 0; i < n; ++i) targets.push_back(s.add(Target{}));
        s.commit();
        std::shuffle(targets.begin(), targets.end(), std::mt19937{7});
    }
    kin::database db{"sqlite::memory:"};
    kin::session s{db};
    kin::ref<Owner> owner{}, other{};
    std::vector<kin::ref<Target>> targets{};
};
using posts_of_a_tag = world<Tag, Post>;
using courses_of_a_student = world<Student, Course, Enrolment>;
using songs_of_a_list = world<Playlist, Song, Entry>;
using books_of_a_reader = world<Reader, Book, Loan>;

template <class World, class Prepare, class Step>
auto with(Prepare prepare, Step step) {
    return [=](std::size_t n) -> std::function<void()> {
        auto w = std::make_shared<World>(n);
        prepare(*w);
        return [w, step] { step(*w); };
    };
}
constexpr auto nothing = [](auto&) {};

void link_posts(posts_of_a_tag& w) {
    for (const auto& p : w.targets) w.owner->posts.push_back(p);
}
void link_courses(courses_of_a_student& w) {
    for (const auto& c : w.targets) w.owner->courses.push_back(c);
}
void link_songs(songs_of_a_list& w) {
    for (const auto& c : w.targets) w.owner->songs.push_back(c);
}
void link_books(books_of_a_reader& w) {
    for (const auto& b : w.targets) w.owner->books.push_back(b);
}
constexpr auto commit_after = [](auto step) {
    return [step](auto& w) {
        step(w);
        w.s.commit();
    };
};

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            {"link existing ones to one object", with<posts_of_a_tag>(nothing, link_posts)},
            {"the same, commit", with<posts_of_a_tag>(nothing, commit_after(link_posts))},
            {"take half of them out, random order", with<posts_of_a_tag>(commit_after(link_posts),
                                                                         [](posts_of_a_tag& w) {
                                                                             for (std::size_t i = 0;
                                                                                  i < w.targets.size(); i += 2)
                                                                                 w.owner->posts.erase(w.targets[i]);
                                                                             w.s.commit();
                                                                         })},
            {"take all out from the back", with<posts_of_a_tag>(commit_after(link_posts),
                                                                [](posts_of_a_tag& w) {
                                                                    auto& all = w.owner->posts;
                                                                    while (!all.empty())
                                                                        all.erase(all.handle(all.size() - 1));
                                                                    w.s.commit();
                                                                })},
            {"take out of the other side", with<posts_of_a_tag>(commit_after(link_posts),
                                                                [](posts_of_a_tag& w) {
                                                                    for (const auto& p : w.targets) p->tags.clear();
                                                                })},
            {"assign the members of another", with<posts_of_a_tag>(commit_after(link_posts),
                                                                   [](posts_of_a_tag& w) {
                                                                       w.other->posts = w.owner->posts;
                                                                       w.s.commit();
                                                                   })},
            {"remove new ones with a link each", with<posts_of_a_tag>(
                                                     [](posts_of_a_tag& w) {
                                                         for (auto& p : w.targets) {
                                                             p = w.s.add(Post{});
                                                             p->tags.push_back(w.owner);
                                                         }
                                                     },
                                                     [](posts_of_a_tag& w) {
                                                         for (const auto& p : w.targets) w.s.remove(p);
                                                     })},
            {"association: link existing ones", with<courses_of_a_student>(nothing, link_courses)},
            {"association: link, commit", with<courses_of_a_student>(nothing, commit_after(link_courses))},
            {"association: take half out, commit",
             with<courses_of_a_student>(commit_after(link_courses),
                                        [](courses_of_a_student& w) {
                                            for (std::size_t i = 0; i < w.targets.size(); i += 2)
                                                w.owner->courses.erase(w.targets[i]);
                                            w.s.commit();
                                        })},
            {"association: link new ones", with<courses_of_a_student>(nothing,
                                                                      [](courses_of_a_student& w) {
                                                                          for (std::size_t i = 0; i < w.targets.size();
                                                                               ++i)
                                                                              w.owner->courses.push_back(Course{});
                                                                      })},
            {"association: rows of one's own making", with<courses_of_a_student>(nothing,
                                                                                 [](courses_of_a_student& w) {
                                                                                     for (const auto& c : w.targets)
                                                                                         w.owner->enrolments.push_back(
                                                                                             Enrolment{.course = c});
                                                                                     w.s.commit();
                                                                                 })},
            {"association with an id: link existing ones", with<songs_of_a_list>(nothing, link_songs)},
            {"association with an id: link, the rows not loaded", with<songs_of_a_list>(
                                                                      [](songs_of_a_list& w) {
                                                                          w.s.expire(w.owner);
                                                                          (void)w.owner->songs.size();
                                                                      },
                                                                      link_songs)},
            {"association that may repeat: link, commit", with<books_of_a_reader>(nothing, commit_after(link_books))},
            {"association that may repeat: take half out, commit",
             with<books_of_a_reader>(commit_after(link_books),
                                     [](books_of_a_reader& w) {
                                         for (std::size_t i = 0; i < w.targets.size(); i += 2)
                                             w.owner->books.erase(w.targets[i]);
                                         w.s.commit();
                                     })},
            {"association with an id: take half out, commit",
             with<songs_of_a_list>(commit_after(link_songs),
                                   [](songs_of_a_list& w) {
                                       for (std::size_t i = 0; i < w.targets.size(); i += 2)
                                           w.owner->songs.erase(w.targets[i]);
                                       w.s.commit();
                                   })},
        });
}
