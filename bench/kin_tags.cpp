// Kin's W4: posts and tags as a many to many, over the table that W1 writes as objects.
#include <cstdint>
#include <string>

#include <kin/kin.hpp>

#include "checksum.hpp"
#include "kin_session.hpp"

namespace bench::kin_tags {

struct User {
    kin::key<User> id{};

    static constexpr auto table = kin::table("users");
};

struct Tag {
    kin::key<Tag> id{};
    std::string name{};

    static constexpr auto table = kin::table("tags");
};

struct PostTag;

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::string title{};
    std::string body{};
    std::int64_t views{};
    kin::many_to_many<Tag, PostTag> tags{};

    static constexpr auto table = kin::table("posts");
};

struct PostTag {
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};

    static constexpr auto table = kin::table("post_tags").primary_key("post_id", "tag_id");
};

namespace {

std::uint64_t w4(context& c) {
    timed_session s{c};
    checksum sum;
    const auto posts = s.query<Post>().with(&Post::tags).all();
    for (const Post& p : posts) {
        sum.add(p.id.value);
        sum.add(p.user_id.value);
        sum.add(p.title);
        sum.add(p.body);
        sum.add(p.views);
        for (const Tag& t : p.tags) {
            sum.add(t.id.value);
            sum.add(t.name);
            sum.link(p.id.value, t.id.value);
        }
    }
    s.finish();
    return sum.value();
}

const registration tags{kin_side(), {{"W4", w4}}};

}  // namespace

}  // namespace bench::kin_tags
