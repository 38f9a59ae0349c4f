// Kin's W8: users are removed, their children go by the database's cascade.
#include <cstdint>

#include <kin/kin.hpp>

#include "kin_session.hpp"

namespace bench {

namespace {

using namespace kin::expr;

template <class User>
std::uint64_t remove_users(context& c) {
    timed_session s{c};
    const auto users = s.query<User>().where(raw<bool>("users.id % 10 = 1")).all();
    for (const User& u : users) s.remove(u);
    const std::uint64_t removed = users.size();
    s.finish();
    return removed;
}

}  // namespace

namespace by_database {

struct Post;
struct Comment;

struct User {
    kin::key<User> id{};
    kin::has_many<Post, kin::owned, kin::passive_deletes> posts{};
    kin::has_many<Comment, kin::owned, kin::passive_deletes> comments{};

    static constexpr auto table = kin::table("users");
};

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};

    static constexpr auto table = kin::table("posts");
};

struct Comment {
    kin::key<Comment> id{};
    kin::key<User> author_id{};

    static constexpr auto table = kin::table("comments");
};

}  // namespace by_database

namespace {

const registration removals{kin_side(), {{"W8", remove_users<by_database::User>}}};

}  // namespace

}  // namespace bench
