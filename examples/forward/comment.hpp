// What somebody said of a post. Users and posts are only declared here: see user.hpp, post.hpp.
#pragma once

#include <optional>
#include <string>

#include <kin/kin.hpp>

namespace forward {

struct User;
struct Post;

struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    std::optional<kin::key<User>> user_id{};  // nobody: anonymous
    std::string text{};
    kin::belongs_to<Post> post{};
    kin::belongs_to<User> author{};
};

/// "First! (Bob, on On looms)"
std::string headline(const Comment&);

}  // namespace forward
