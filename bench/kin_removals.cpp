// Kin's W8 and W8c: users are removed, their children go by the database's cascade or by the session's.
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

namespace by_session {

struct Post;
struct Comment;
struct PostTag;

struct User {
    kin::key<User> id{};
    kin::has_many<Post, kin::owned> posts{};
    kin::has_many<Comment, kin::owned> comments{};

    static constexpr auto table = kin::table("users");
};

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    kin::has_many<Comment, kin::owned> comments{};
    kin::has_many<PostTag, kin::owned> tags{};

    static constexpr auto table = kin::table("posts");
};

struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    kin::key<User> author_id{};

    static constexpr auto table = kin::table("comments");
};

struct PostTag {
    kin::key<Post> post_id{};
    std::int64_t tag_id{};

    static constexpr auto table = kin::table("post_tags").primary_key("post_id", "tag_id");
};

}  // namespace by_session

namespace {

// A program makes its tables from such a list; here the harness makes them, so the list is all that names the children.
using session_models = kin::models<by_session::User, by_session::Post, by_session::Comment, by_session::PostTag>;

std::uint64_t w8c(context& c) {
    [[maybe_unused]] static const auto known = session_models::list();
    return remove_users<by_session::User>(c);
}

const registration removals{kin_side(), {{"W8", remove_users<by_database::User>}, {"W8c", w8c}}};

}  // namespace

}  // namespace bench
