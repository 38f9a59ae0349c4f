// Somebody who writes. Posts and comments are only declared here: see post.hpp, comment.hpp.
#pragma once

#include <string>

#include <kin/kin.hpp>

namespace forward {

struct Post;
struct Comment;

struct User {
    kin::key<User> id{};
    std::string name{};
    kin::has_many<Post> posts{};
    kin::has_many<Comment> comments{};
};

/// "Ada (2 posts)"
std::string headline(const User&);

}  // namespace forward
