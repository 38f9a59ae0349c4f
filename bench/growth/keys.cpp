// How what goes by keys grows: keys that are given by hand, keyed collections, single parents, merge.
#include <memory>
#include <string>

#include <kin/kin.hpp>

#include "growth.hpp"

namespace {

struct Post;
struct Note;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post> posts{};
    kin::has_many<Note, kin::keyed_by<"word">> notes{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    kin::belongs_to<User> user{};
};
struct Note {
    kin::key<Note> id{};
    std::optional<kin::key<User>> user_id{};
    std::string word{};
};
struct Country {
    kin::key<Country> id{};
    std::string code{};
    static constexpr auto table = kin::table("country").unique("code");
};
struct City {
    kin::key<City> id{};
    std::string country_code{};
    kin::belongs_to<Country, kin::via<"country_code">, kin::references<"code">> country{};
};
struct Badge {
    kin::key<Badge> id{};
};
struct Person {
    kin::key<Person> id{};
    std::optional<kin::key<Badge>> badge_id{};
    kin::belongs_to<Badge, kin::single_parent> badge{};
};

struct world {
    explicit world(std::size_t n) : count{n} {
        db.create<kin::models<User, Post, Note, Country, City, Badge, Person>>();
        ada = s.add(User{.name = "Ada"});
        bob = s.add(User{.name = "Bob"});
        s.commit();
        (void)ada->posts.size();
        (void)bob->posts.size();
        (void)ada->notes.size();
    }
    void add_posts() {
        for (std::size_t i = 0; i < count; ++i) posts.push_back(s.add(Post{.user_id = ada->id}));
        s.commit();
    }
    std::size_t count;
    kin::database db{"sqlite::memory:"};
    kin::session s{db};
    kin::ref<User> ada{}, bob{};
    std::vector<kin::ref<Post>> posts{};
    std::vector<kin::ref<Badge>> badges{};
    std::vector<kin::ref<Country>> countries{};
};

template <class Prepare, class Step>
auto with(Prepare prepare, Step step) {
    return [=](std::size_t n) -> std::function<void()> {
        auto w = std::make_shared<world>(n);
        prepare(*w);
        return [w, step] { step(*w); };
    };
}
constexpr auto nothing = [](world&) {};

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            {"a key given by hand, under a loaded parent", with(nothing, [](world& w) { w.add_posts(); })},
            {"and set to another parent", with([](world& w) { w.add_posts(); },
                                               [](world& w) {
                                                   for (const auto& p : w.posts) p->user_id = w.bob->id;
                                                   w.s.commit();
                                               })},
            {"keys of a unique column, by relation", with(nothing,
                                                          [](world& w) {
                                                              for (std::size_t i = 0; i < w.count; ++i) {
                                                                  const auto there =
                                                                      w.s.add(Country{.code = std::to_string(i)});
                                                                  w.s.add(City{.country = there});
                                                              }
                                                              w.s.commit();
                                                          })},
            {"keys of a unique column, by hand", with(
                                                     [](world& w) {
                                                         for (std::size_t i = 0; i < w.count; ++i)
                                                             w.s.add(Country{.code = std::to_string(i)});
                                                         w.s.commit();
                                                     },
                                                     [](world& w) {
                                                         for (std::size_t i = 0; i < w.count; ++i)
                                                             w.s.add(City{.country_code = std::to_string(i)});
                                                         w.s.commit();
                                                     })},
            {"keyed collection: insert", with(nothing,
                                              [](world& w) {
                                                  for (std::size_t i = 0; i < w.count; ++i)
                                                      w.ada->notes.insert(Note{.word = std::to_string(i)});
                                              })},
            {"keyed collection: look up", with(
                                              [](world& w) {
                                                  for (std::size_t i = 0; i < w.count; ++i) {
                                                      auto n = w.s.add(
                                                          Note{.user_id = w.ada->id, .word = std::to_string(i)});
                                                  }
                                                  w.s.commit();
                                              },
                                              [](world& w) {
                                                  for (std::size_t i = 0; i < w.count; ++i)
                                                      if (!w.ada->notes.find(std::to_string(i))) std::abort();
                                              })},
            {"single_parent: assign", with(nothing,
                                           [](world& w) {
                                               for (std::size_t i = 0; i < w.count; ++i)
                                                   w.s.add(Person{.badge = Badge{}});
                                           })},
            {"single_parent: assign existing ones", with(
                                                        [](world& w) {
                                                            for (std::size_t i = 0; i < w.count; ++i)
                                                                w.badges.push_back(w.s.add(Badge{}));
                                                            w.s.commit();
                                                        },
                                                        [](world& w) {
                                                            for (const auto& b : w.badges) w.s.add(Person{.badge = b});
                                                            w.s.commit();
                                                        })},
            {"a unique value of one that was changed, by hand",
             with(
                 [](world& w) {
                     for (std::size_t i = 0; i < w.count; ++i)
                         w.countries.push_back(w.s.add(Country{.code = std::to_string(i)}));
                     w.s.commit();
                 },
                 [](world& w) {
                     for (std::size_t i = 0; i < w.count; ++i) w.countries[i]->code = "c" + std::to_string(i);
                     for (std::size_t i = 0; i < w.count; ++i) w.s.add(City{.country_code = "c" + std::to_string(i)});
                     w.s.commit();
                 })},
            {"merge of a new one with a key", with(nothing,
                                                   [](world& w) {
                                                       for (std::size_t i = 0; i < w.count; ++i)
                                                           (void)w.s.merge(
                                                               Post{.id = {static_cast<std::int64_t>(i + 1)}});
                                                   })},
            {"expire", with([](world& w) { w.add_posts(); },
                            [](world& w) {
                                for (const auto& p : w.posts) w.s.expire(p);
                            })},
            {"expunge", with([](world& w) { w.add_posts(); },
                             [](world& w) {
                                 for (const auto& p : w.posts) w.s.expunge(p);
                             })},
        });
}
