// Models with polymorphic relations: comments and pictures of several kinds of things.
#pragma once

#include <cstdint>
#include <string>

#include <kin/morph.hpp>

namespace morphed {

struct Comment;
struct Note;
struct Picture;
struct Tag;
struct Tagging;

struct Author {
    kin::key<Author> id{};
    std::string name{};

    static constexpr auto table = kin::table("authors");
};

struct Post {
    kin::key<Post> id{};
    std::optional<kin::key<Author>> author_id{};
    std::string title{};
    kin::belongs_to<Author> author{};
    kin::morph_many<Comment, kin::owned> comments{};
    kin::morph_many<Note> notes{};
    kin::morph_one<Picture, kin::via<"of">> picture{};
    kin::morph_to_many<Tag, Tagging> tags{};
    kin::morph_many<Picture, kin::via<"also_of">> pictures{};

    static constexpr auto table = kin::table("posts").morph("post");
};

struct Channel {
    kin::key<Channel> id{};
    std::string name{};

    static constexpr auto table = kin::table("channels");
};

struct Video {
    kin::key<Video> id{};
    std::optional<kin::key<Channel>> channel_id{};
    std::string url{};
    kin::belongs_to<Channel> channel{};
    kin::morph_many<Comment> comments{};
    kin::morph_many<Note> notes{};
    kin::morph_one<Picture, kin::via<"of">> picture{};
    kin::morph_to_many<Tag, Tagging> tags{};
    kin::morph_many<Picture, kin::via<"also_of">> pictures{};

    static constexpr auto table = kin::table("videos");
};

/// Must belong to something; can belong to one of its own.
struct Comment {
    kin::key<Comment> id{};
    std::string text{};
    kin::morph_to<Post, Video, Comment> commentable{};
    kin::morph_many<Comment, kin::owned> comments{};

    static constexpr auto table = kin::table("comments");
};

/// May belong to nothing.
struct Note {
    kin::key<Note> id{};
    std::string text{};
    kin::morph_to<Post, Video, kin::nullable> notable{};

    static constexpr auto table = kin::table("notes");
};

struct Picture {
    kin::key<Picture> id{};
    std::string file{};
    kin::morph_to<Post, Video, kin::nullable> of{};
    kin::morph_to<Post, Video, kin::nullable> also_of{};

    static constexpr auto table = kin::table("pictures").unique("file", "also_of_type", "also_of_id");
};

struct Tag {
    kin::key<Tag> id{};
    std::string name{};
    kin::morphed_by_many<Post, Tagging> posts{};
    kin::morphed_by_many<Video, Tagging> videos{};

    static constexpr auto table = kin::table("tags").unique("name");
};

struct Tagging {
    kin::key<Tag> tag_id{};
    kin::morph_to<Post, Video> tagged{};
    std::string by{};
    kin::belongs_to<Tag> tag{};

    static constexpr auto table = kin::table("taggings").primary_key("tag_id", "tagged_type", "tagged_id");
};

/// Keys of text.
struct Country {
    kin::key<Country, std::string> id{};

    static constexpr auto table = kin::table("countries").length("id", 2);
};
struct Region {
    kin::key<Region, std::string> id{};

    static constexpr auto table = kin::table("regions").length("id", 8);
};
struct Flag {
    kin::key<Flag> id{};
    kin::morph_to<Country, Region, kin::nullable, kin::id_as<std::string>, kin::lazy<kin::load::selectin>> of{};

    static constexpr auto table = kin::table("flags");
};

using All = kin::models<Author, Post, Channel, Video, Comment, Note, Picture, Tag, Tagging, Country, Region, Flag>;

}  // namespace morphed
