// Kin's side.
#include <kin/asio.hpp>
#include <utility>

#include "side.hpp"

namespace bench::async {

namespace {

struct Post;
struct User {
    kin::key<User> id{};
    std::string name{};
    std::int64_t visits{};
    kin::has_many<Post> posts{};
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    kin::belongs_to<User> author{};
};

class sessions final : public side {
  public:
    sessions(boost::asio::io_context& loop, const std::string& url, std::size_t connections)
        : db_{loop.get_executor(), url, {.connections = connections, .timeout_milliseconds = 600'000}} {}

    void ask(const request& r, answered done) override {
        auto told = [done = std::move(done)](std::exception_ptr error, std::int64_t read) {
            if (error) std::rethrow_exception(error);
            done(read);
        };
        if (r.writes) {
            db_.transact(
                [id = r.user](kin::session& s) {
                    auto user = s.get<User>(id);
                    ++user->visits;
                    return user->id.value;
                },
                std::move(told));
        } else {
            db_.read(
                [id = r.user](kin::session& s) {
                    const auto user = s.get<User>(id);
                    std::int64_t read = user->id.value;
                    for (const Post& p : std::as_const(*user).posts) read += static_cast<std::int64_t>(p.title.size());
                    return read;
                },
                std::move(told));
        }
    }

  private:
    kin::asio::database db_;
};

}  // namespace

std::unique_ptr<side> kin_side(boost::asio::io_context& loop, const std::string& url, std::size_t connections) {
    return std::make_unique<sessions>(loop, url, connections);
}

void prepare(const std::string& url) {
    kin::database db{url};
    db.create<kin::models<User, Post>>();
    kin::session s{db};
    for (std::int64_t u = 0; u < users; ++u) {
        User user{.name = "user " + std::to_string(u)};
        for (std::int64_t p = 0; p < posts_each; ++p) {
            user.posts.push_back(Post{.title = "what user " + std::to_string(u) + " wrote, part " + std::to_string(p)});
        }
        s.add(std::move(user));
    }
    s.commit();
}

}  // namespace bench::async
