// The models of a forum: people in countries, what they write and show, comments on it in trees, and tags with a word
// on who put them there.
#pragma once

#include <optional>
#include <string>

#include <kin/morph.hpp>
#include <kin/tree.hpp>

namespace forum {

struct User;
struct Post;
struct Video;
struct Tag;
struct Comment;

struct Country {
    kin::key<Country> id{};
    std::string name{};
    kin::has_many<User> users{};
    kin::has_many_through<Post, User, kin::order_by<"id">> posts{};

    static constexpr auto table = kin::table("countries").unique("name");
};

struct User {
    kin::key<User> id{};
    std::optional<kin::key<Country>> country_id{};
    std::string name{};
    kin::belongs_to<Country> country{};
    kin::has_many<Post> posts{};
    kin::has_many<Video> videos{};

    static constexpr auto table = kin::table("users").unique("name");
};

struct Tagging {  // between a post and a tag
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};
    std::string added_by{"nobody"};
    int position{};

    static constexpr auto table = kin::table("taggings").primary_key("post_id", "tag_id");
};

struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    kin::belongs_to<User, kin::with_default<"name", "a guest">> author{};
    kin::many_to_many<Tag, Tagging, kin::order_by<"name">> tags{};
    kin::morph_many<Comment> comments{};

    static constexpr auto table = kin::table("posts").morph("post");
};

struct Video {
    kin::key<Video> id{};
    std::optional<kin::key<User>> user_id{};
    std::string title{};
    int seconds{};
    kin::belongs_to<User> owner{};
    kin::morph_many<Comment> comments{};

    static constexpr auto table = kin::table("videos").morph("video");
};

struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::many_to_many<Post, Tagging> posts{};

    static constexpr auto table = kin::table("tags").unique("name");
};

struct Comment {  // on a post or a video, or an answer to another comment
    kin::key<Comment> id{};
    std::optional<kin::key<Comment>> parent_id{};
    std::optional<kin::key<User>> user_id{};
    std::string text{};
    kin::morph_to<Post, Video, kin::nullable> on{};
    kin::belongs_to<User> author{};
    kin::belongs_to<Comment> parent{};
    kin::has_many<Comment, kin::order_by<"id">> answers{};
    kin::descendants<Comment, kin::order_by<"id">> thread{};

    static constexpr auto table = kin::table("comments");
};

using All = kin::models<Country, User, Tagging, Post, Video, Tag, Comment>;

}  // namespace forum
