// Users, their posts, and the comments on them: the models of tests that only need some.
#pragma once

#include <kin/kin.hpp>

namespace blog {

struct Post;
struct Comment;

struct User {
    kin::key<User> id{};
    std::string name{};
    std::optional<std::string> bio{};
    kin::has_many<Post> posts{};

    static constexpr auto table = kin::table("users").unique("name");
};
struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    int views{};
    kin::belongs_to<User> author{};
    kin::has_many<Comment> comments{};
};
struct Comment {
    kin::key<Comment> id{};
    std::optional<kin::key<Post>> post_id{};
    std::string text{};
    kin::belongs_to<Post> post{};
};

using all = kin::models<User, Post, Comment>;

}  // namespace blog
