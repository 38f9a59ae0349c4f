// What a flush, a query before which one may be due, a commit, a rollback and a savepoint cost in a session that lives
// on: each does one small thing, n times or beside n objects. Flat means: they cost what was accessed since the last
// one.
#include <memory>
#include <optional>
#include <string>

#include <kin/kin.hpp>

#include "growth.hpp"

using namespace kin::expr;

namespace {

struct Post;
struct User {
    kin::key<User> id{};
    std::string name{};
    int age{};
    kin::has_many<Post> posts{};
    static constexpr auto table = kin::table("users").unique("name");
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User> user{};
};

struct setting {
    kin::database db{"sqlite::memory:"};
    std::unique_ptr<kin::session> s{};
    kin::ref<User> user{};
    setting() {
        db.create<kin::models<User, Post>>();
        s = std::make_unique<kin::session>(db);
        user = s->add(User{.name = "u"});
        s->commit();
    }
};
using shared = std::shared_ptr<setting>;
using step = void (*)(setting&, std::size_t);

void add_users(setting& at, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) at.s->add(User{.name = std::to_string(i)});
    at.s->commit();
}
void touch_all(setting& at) {
    auto users = at.s->query<User>().all();
    for (User& u : users) (void)u;
}

/// The step n times in one session.
growth::operation repeated(const char* name, step does) {
    return {name, [does](std::size_t n) {
                auto at = std::make_shared<setting>();
                return [at, does, n] {
                    for (std::size_t i = 0; i < n; ++i) does(*at, i);
                };
            }};
}

/// The step n times beside n objects.
growth::operation beside(const char* name, void (*prepare)(setting&, std::size_t), step does) {
    return {name, [prepare, does](std::size_t n) {
                auto at = std::make_shared<setting>();
                prepare(*at, n);
                does(*at, 0);
                return [at, does, n] {
                    for (std::size_t i = 1; i <= n; ++i) does(*at, i);
                };
            }};
}

void touched(setting& at, std::size_t n) {
    add_users(at, n);
    touch_all(at);
    at.s->commit();
}
void touched_in_transaction(setting& at, std::size_t n) {
    add_users(at, n);
    touch_all(at);
}
/// Loaded, and read through const.
void loaded(setting& at, std::size_t n) {
    add_users(at, n);
    at.s->clear();
    at.user = at.s->get<User>(1);
    const auto users = at.s->query<User>().all();
}

}  // namespace

int main(int argc, char** argv) {
    return growth::run(
        argc, argv,
        {
            repeated("add, commit",
                     [](setting& at, std::size_t i) {
                         at.s->add(Post{.title = std::to_string(i)});
                         at.s->commit();
                     }),
            repeated("add, flush",
                     [](setting& at, std::size_t i) {
                         at.s->add(Post{.title = std::to_string(i)});
                         at.s->flush();
                     }),
            repeated("add, query",
                     [](setting& at, std::size_t i) {
                         at.s->add(Post{.title = std::to_string(i)});
                         (void)at.s->query<Post>().where(col(&Post::id) == 1).all();
                     }),
            repeated("posts.create",
                     [](setting& at, std::size_t i) { (void)at.user->posts.create(Post{.title = std::to_string(i)}); }),
            repeated("savepoint, add, release",
                     [](setting& at, std::size_t i) {
                         auto point = at.s->savepoint();
                         at.s->add(Post{.title = std::to_string(i)});
                         point.release();
                     }),
            repeated("savepoint, add, rollback",
                     [](setting& at, std::size_t i) {
                         auto point = at.s->savepoint();
                         at.s->add(Post{.title = std::to_string(i)});
                         point.rollback();
                     }),
            repeated("get_or_create",
                     [](setting& at, std::size_t i) {
                         (void)at.s->get_or_create(User{.name = std::to_string(i)}, &User::name);
                     }),
            repeated("change, commit",
                     [](setting& at, std::size_t) {
                         ++at.user->age;
                         at.s->commit();
                     }),
            repeated("add, commit, expunge",
                     [](setting& at, std::size_t i) {
                         const auto post = at.s->add(Post{.title = std::to_string(i)});
                         at.s->commit();
                         at.s->expunge(post);
                     }),
            beside("query beside n touched", touched_in_transaction,
                   [](setting& at, std::size_t) { (void)at.s->query<User>().where(col(&User::id) == 1).all(); }),
            beside("commit beside n touched", touched,
                   [](setting& at, std::size_t) {
                       ++at.user->age;
                       at.s->commit();
                   }),
            beside("rollback beside n touched", touched,
                   [](setting& at, std::size_t) {
                       ++at.user->age;
                       at.s->rollback();
                   }),
            beside("flush of one beside n loaded", loaded,
                   [](setting& at, std::size_t) {
                       ++at.user->age;
                       at.s->flush();
                   }),
        });
}
