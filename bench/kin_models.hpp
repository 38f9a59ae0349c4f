// The benchmark's models, as anybody would write them for Kin.
#pragma once

#include <cstdint>
#include <string>

#include <kin/kin.hpp>

#include "checksum.hpp"

namespace bench::kin_models {

struct Post;
struct Comment;
struct Tag;
struct PostTag;

struct User {
    kin::key<User> id{};
    std::string name{};
    std::string email{};
    std::int64_t created_at{};
    kin::has_many<Post> posts{};

    static constexpr auto table = kin::table("users");
};

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    std::string body{};
    std::int64_t views{};
    kin::belongs_to<User> author{};
    kin::has_many<Comment> comments{};
    kin::many_to_many<Tag, PostTag> tags{};

    static constexpr auto table = kin::table("posts");
};

struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    kin::key<User> author_id{};
    std::string text{};
    kin::belongs_to<Post> post{};
    kin::belongs_to<User> author{};

    static constexpr auto table = kin::table("comments");
};

struct Tag {
    kin::key<Tag> id{};
    std::string name{};

    static constexpr auto table = kin::table("tags");
};

struct PostTag {
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};

    static constexpr auto table = kin::table("post_tags").primary_key("post_id", "tag_id");
};

inline void add(checksum& sum, const User& u) {
    sum.add(u.id.value);
    sum.add(u.name);
    sum.add(u.email);
    sum.add(u.created_at);
}

inline void add(checksum& sum, const Post& p) {
    sum.add(p.id.value);
    sum.add(p.user_id.value);
    sum.add(p.title);
    sum.add(p.body);
    sum.add(p.views);
}

inline void add(checksum& sum, const Comment& c) {
    sum.add(c.id.value);
    sum.add(c.post_id.value);
    sum.add(c.author_id.value);
    sum.add(c.text);
}

inline void add(checksum& sum, const Tag& t) {
    sum.add(t.id.value);
    sum.add(t.name);
}

}  // namespace bench::kin_models
