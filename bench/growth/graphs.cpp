// What graphs cost that a flush has to put into an order: rings of keys, chains, unique values that change hands; and
// what the removal or the coming of one object costs beside n that are loaded.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kin/kin.hpp>
#include <kin/tree.hpp>

#include "growth.hpp"

namespace {

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    std::optional<kin::key<Player>> captain_id{};
    kin::belongs_to<Player> captain{};
    kin::has_many<Player> players{};
};
struct Player {
    kin::key<Player> id{};
    std::string name{};
    kin::key<Team> team_id{};
    kin::belongs_to<Team> team{};
};

struct Part {
    kin::key<Part> id{};
    std::string name{};
    std::optional<kin::key<Part>> parent_id{};
    kin::belongs_to<Part> parent{};
    kin::has_many<Part> children{};
    kin::descendants<Part> below{};
};

struct Post;
struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post> posts{};
    kin::latest_of_many<Post> latest{};
    static constexpr auto table = kin::table("users");
};
struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User> user{};
};

struct Word {
    kin::key<Word> id{};
    std::string text{};
    static constexpr auto table = kin::table().unique("text");
};

struct setting {
    kin::database db{"sqlite::memory:"};
    std::unique_ptr<kin::session> s{};
    setting() {
        db.create<kin::models<Team, Player>>();
        db.create<kin::models<Part>>();
        db.create<kin::models<User, Post>>();
        db.create<kin::models<Word>>();
        s = std::make_unique<kin::session>(db);
    }
    void anew() {
        s->commit();
        s = std::make_unique<kin::session>(db);
    }
};
using preparation = std::function<void()> (*)(std::shared_ptr<setting>, std::size_t);

growth::operation operation(const char* name, preparation prepare) {
    return {name, [prepare](std::size_t n) { return prepare(std::make_shared<setting>(), n); }};
}

}  // namespace

int main(int argc, char** argv) {
    return growth::run(argc, argv,
                       {
                           operation("rings of two (team and captain), one commit",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         for (std::size_t i = 0; i < n; ++i) {
                                             auto team = at->s->add(Team{.name = std::to_string(i)});
                                             auto player = at->s->add(Player{.name = std::to_string(i)});
                                             player->team = team;
                                             team->captain = player;
                                         }
                                         return [at] { at->s->commit(); };
                                     }),
                           operation("a chain, one commit",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         auto last = at->s->add(Part{.name = "first"});
                                         for (std::size_t i = 1; i < n; ++i) {
                                             auto next = at->s->add(Part{.name = std::to_string(i)});
                                             next->parent = last;
                                             last = next;
                                         }
                                         return [at] { at->s->commit(); };
                                     }),
                           operation("removed and added with their unique values",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         for (std::size_t i = 0; i < n; ++i)
                                             at->s->add(Word{.text = std::to_string(i)});
                                         at->anew();
                                         auto words = at->s->query<Word>().all();
                                         for (std::size_t i = 0; i < n; ++i) at->s->remove(words.handle(i));
                                         for (std::size_t i = 0; i < n; ++i)
                                             at->s->add(Word{.text = std::to_string(i)});
                                         return [at] { at->s->commit(); };
                                     }),
                           operation("unique values exchanged in pairs",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         for (std::size_t i = 0; i < n; ++i)
                                             at->s->add(Word{.text = std::to_string(i)});
                                         at->anew();
                                         auto words = at->s->query<Word>().all();
                                         for (std::size_t i = 0; i < n; ++i) words[i].text = std::to_string(n - 1 - i);
                                         return [at] { at->s->commit(); };
                                     }),
                           operation("remove a childless user beside n posts",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         const auto owner = at->s->add(User{.name = "owner"});
                                         for (std::size_t i = 0; i < n; ++i) {
                                             at->s->add(User{.name = std::to_string(i)});
                                             owner->posts.push_back(Post{.title = std::to_string(i)});
                                         }
                                         at->anew();
                                         auto posts = std::make_shared<kin::rows<Post>>(at->s->query<Post>().all());
                                         auto users = std::make_shared<kin::rows<User>>(at->s->query<User>().all());
                                         return [at, posts, users, n] {
                                             for (std::size_t i = 1; i <= n; ++i) {
                                                 at->s->remove(users->handle(i));
                                                 at->s->flush();
                                             }
                                         };
                                     }),
                           operation("add beside n with descendants",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         const auto root = at->s->add(Part{.name = "root"});
                                         for (std::size_t i = 0; i < n; ++i)
                                             root->children.push_back(Part{.name = std::to_string(i)});
                                         at->anew();
                                         auto parts = std::make_shared<kin::rows<Part>>(at->s->query<Part>().all());
                                         return [at, parts, n] {
                                             for (std::size_t i = 0; i < n; ++i) {
                                                 at->s->add(Part{.name = "new"});
                                                 at->s->flush();
                                             }
                                         };
                                     }),
                           operation("add beside n with a latest_of_many",
                                     [](std::shared_ptr<setting> at, std::size_t n) -> std::function<void()> {
                                         for (std::size_t i = 0; i < n; ++i)
                                             at->s->add(User{.name = std::to_string(i)});
                                         at->anew();
                                         auto users = std::make_shared<kin::rows<User>>(at->s->query<User>().all());
                                         return [at, users, n] {
                                             for (std::size_t i = 0; i < n; ++i) {
                                                 at->s->add(Post{.title = "new"});
                                                 at->s->flush();
                                             }
                                         };
                                     }),
                       });
}
