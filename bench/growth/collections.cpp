// How changes of collections grow: members of one large has_many.
#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include <kin/kin.hpp>

#include "growth.hpp"

namespace {

struct Post;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post> posts{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User> user{};
};

struct world {
    explicit world(std::size_t n, bool shuffled = true) {
        db.create<kin::models<User, Post>>();
        ada = s.add(User{.name = "Ada"});
        bob = s.add(User{.name = "Bob"});
        for (std::size_t i = 0; i < n; ++i) ada->posts.push_back(Post{.title = "post"});
        s.commit();
        for (std::size_t i = 0; i < n; ++i) posts.push_back(ada->posts.handle(i));
        (void)bob->posts.size();
        if (shuffled) std::shuffle(posts.begin(), posts.end(), std::mt19937{7});
    }
    kin::database db{"sqlite::memory:"};
    kin::session s{db};
    kin::ref<User> ada{}, bob{};
    std::vector<kin::ref<Post>> posts{};
};

/// The step for each post.
template <class Step>
auto each(Step step, bool shuffled = true) {
    return [=](std::size_t n) -> std::function<void()> {
        return [w = std::make_shared<world>(n, shuffled), step] {
            for (std::size_t i = 0; i < w->posts.size(); ++i) step(*w, i);
        };
    };
}

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            {"erase, random order", each([](world& w, std::size_t i) { w.ada->posts.erase(w.posts[i]); })},
            {"erase from the back",
             each([](world& w, std::size_t) { w.ada->posts.erase(w.ada->posts.handle(w.ada->posts.size() - 1)); })},
            {"erase from the front", each([](world& w, std::size_t) { w.ada->posts.erase(w.ada->posts.begin()); })},
            {"erase by a position in the middle", each([](world& w, std::size_t) {
                 w.ada->posts.erase(w.ada->posts.begin() + static_cast<std::ptrdiff_t>(w.ada->posts.size() / 2));
             })},
            {"erase and ask for the size, random order", each([](world& w, std::size_t i) {
                 w.ada->posts.erase(w.posts[i]);
                 if (w.ada->posts.size() != w.posts.size() - i - 1) std::abort();
             })},
            {"ask for a member, random order", each([](world& w, std::size_t i) {
                 if (!std::as_const(*w.ada).posts.contains(w.posts[i])) std::abort();
             })},
            {"move by push_back, random order",
             each([](world& w, std::size_t i) { w.bob->posts.push_back(w.posts[i]); })},
            {"move by assignment, random order", each([](world& w, std::size_t i) { w.posts[i]->user = w.bob; })},
            {"move there and back, random order", each([](world& w, std::size_t i) {
                 w.posts[i]->user = w.bob;
                 w.posts[i]->user = w.ada;
             })},
            {"move in a savepoint that is undone",
             [](std::size_t n) -> std::function<void()> {
                 return [w = std::make_shared<world>(n)] {
                     const auto point = std::make_unique<kin::savepoint>(w->s.savepoint());
                     for (const auto& p : w->posts) p->user = w->bob;
                     point->rollback();
                 };
             }},
            {"remove every second one, commit",
             [](std::size_t n) -> std::function<void()> {
                 return [w = std::make_shared<world>(2 * n, false)] {
                     for (std::size_t i = 0; i < w->posts.size(); i += 2) w->s.remove(w->posts[i]);
                     w->s.commit();
                 };
             }},
            {"assign the other half, commit",
             [](std::size_t n) -> std::function<void()> {
                 return [w = std::make_shared<world>(n)] {
                     for (std::size_t i = 0; i < w->posts.size() / 2; ++i) w->posts[i]->user = w->bob;
                     w->s.commit();
                     w->ada->posts = w->bob->posts;
                     w->s.commit();
                 };
             }},
            {"clear",
             [](std::size_t n) -> std::function<void()> {
                 return [w = std::make_shared<world>(n)] { w->ada->posts.clear(); };
             }},
        });
}
