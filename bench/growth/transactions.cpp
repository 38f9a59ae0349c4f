// What a session keeps of transactions that are over: n small ones, one after the other, in one session. Flat means:
// the bytes of one are next to nothing where there are many. (Rows that only come are deleted at times, as the database
// is in memory, too.)
#include <memory>
#include <optional>
#include <string>

#include <kin/kin.hpp>

#include "growth.hpp"

using namespace kin::expr;

namespace {

struct Post;
struct Tag;
struct User {
    kin::key<User> id{};
    std::string name{};
    int age{};
    kin::has_many<Post> posts{};
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User> user{};
    kin::many_to_many<Tag> tags{};
};
struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::many_to_many<Post> posts{};
};

struct world {
    world() {
        db.create<kin::models<User, Post, Tag>>();
        ada = s.add(User{.name = "Ada"});
        bob = s.add(User{.name = "Bob"});
        post = s.add(Post{.title = "post", .user = ada});
        tag = s.add(Tag{.name = "tag"});
        s.commit();
        for (const kin::ref<User>& u : {ada, bob}) (void)u->posts.size();
        (void)post->tags.size();
    }
    kin::database db{"sqlite::memory:"};
    kin::session s{db};
    kin::ref<User> ada{}, bob{};
    kin::ref<Post> post{};
    kin::ref<Tag> tag{};
};

/// The step n times, after a few that make room for what every transaction needs.
template <class Step>
growth::operation repeated(const char* name, Step does) {
    return {name, [does](std::size_t n) -> std::function<void()> {
                auto w = std::make_shared<world>();
                for (std::size_t i = 0; i < 2000; ++i) does(*w, i);
                return [w, does, n] {
                    for (std::size_t i = 0; i < n; ++i) does(*w, i);
                };
            }};
}

/// Rows of those that left the session.
void delete_rows(world& w, std::size_t i) {
    if (i % 500 != 499) return;
    w.s.query<Post>().where(col(&Post::id) > 1).remove();
    w.s.commit();
}

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            repeated("change, commit",
                     [](world& w, std::size_t) {
                         ++w.ada->age;
                         w.s.commit();
                     }),
            repeated("change a text, commit",
                     [](world& w, std::size_t i) {
                         w.ada->name.assign(i % 100, 'x');
                         w.s.commit();
                     }),
            repeated("change, flush, change, commit",
                     [](world& w, std::size_t) {
                         ++w.ada->age;
                         w.s.flush();
                         ++w.ada->age;
                         w.s.commit();
                     }),
            repeated("change, rollback",
                     [](world& w, std::size_t) {
                         ++w.ada->age;
                         w.s.rollback();
                     }),
            repeated("change, flush, rollback",
                     [](world& w, std::size_t) {
                         ++w.ada->age;
                         w.s.flush();
                         w.s.rollback();
                     }),
            repeated("savepoint, change, its rollback, commit",
                     [](world& w, std::size_t) {
                         auto point = w.s.savepoint();
                         ++w.ada->age;
                         w.s.flush();
                         point.rollback();
                         w.s.commit();
                     }),
            repeated("refresh", [](world& w, std::size_t) { w.s.refresh(w.ada); }),
            repeated("expire, look",
                     [](world& w, std::size_t) {
                         w.s.expire(w.ada);
                         if (w.ada->name != "Ada") std::abort();
                     }),
            repeated("get",
                     [](world& w, std::size_t) {
                         if (w.s.get<User>(1) != w.ada) std::abort();
                     }),
            repeated("query of an object that is there",
                     [](world& w, std::size_t) { (void)w.s.query<User>().where(col(&User::id) == 1).all(); }),
            repeated("query of objects that are there, in turn",
                     [](world& w, std::size_t i) {
                         (void)w.s.query<User>().where(col(&User::id) >= static_cast<std::int64_t>(i % 3)).all();
                     }),
            repeated("query with a relation that is there",
                     [](world& w, std::size_t) {
                         (void)w.s.query<User>().where(col(&User::id) == 1).with(&User::posts).all();
                     }),
            repeated("query of columns",
                     [](world& w, std::size_t) { (void)w.s.query<User>().select(&User::name).all(); }),
            repeated("push_back and erase of an object, commit",
                     [](world& w, std::size_t) {
                         w.bob->posts.push_back(w.post);
                         w.s.commit();
                         w.bob->posts.erase(w.post);
                         w.s.commit();
                     }),
            repeated("assign a parent, commit",
                     [](world& w, std::size_t i) {
                         w.post->user = i % 2 == 0 ? w.bob : w.ada;
                         w.s.commit();
                     }),
            repeated("assign a parent, rollback",
                     [](world& w, std::size_t) {
                         w.post->user = w.bob;
                         w.s.rollback();
                     }),
            repeated("link and unlink of a many_to_many, commit",
                     [](world& w, std::size_t) {
                         w.post->tags.push_back(w.tag);
                         w.s.commit();
                         w.post->tags.erase(w.tag);
                         w.s.commit();
                     }),
            repeated("link, rollback",
                     [](world& w, std::size_t) {
                         w.post->tags.push_back(w.tag);
                         w.s.rollback();
                     }),
            repeated("add, commit, clear",
                     [](world& w, std::size_t i) {
                         w.s.add(Post{.title = "new"});
                         w.s.commit();
                         w.s.clear();
                         delete_rows(w, i);
                     }),
            repeated("add, rollback",
                     [](world& w, std::size_t) {
                         w.s.add(Post{.title = "new"});
                         w.s.rollback();
                     }),
            repeated("add, commit, expunge",
                     [](world& w, std::size_t i) {
                         const auto p = w.s.add(Post{.title = "new"});
                         w.s.commit();
                         w.s.expunge(p);
                         delete_rows(w, i);
                     }),
            repeated("add, commit, remove, commit",
                     [](world& w, std::size_t) {
                         const auto p = w.s.add(Post{.title = "new"});
                         w.s.commit();
                         w.s.remove(p);
                         w.s.commit();
                     }),
        });
}
