// What somebody wrote. Users and comments are only declared here: see user.hpp, comment.hpp.
#pragma once

#include <string>

#include <kin/kin.hpp>

namespace forward {

struct User;
struct Comment;

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    kin::belongs_to<User> author{};
    kin::has_many<Comment, kin::owned> comments{};
};

/// "On looms, by Ada"
std::string headline(const Post&);

}  // namespace forward
