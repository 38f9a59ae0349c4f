// Several keys from one model to another, one to one, a pivot with an object, and what leads across others.
#include "face_of.hpp"

namespace reading {
namespace {

struct Author;
struct Profile;
struct Post;
struct Tag;
struct Country {
    kin::key<Country> id{};
    int n{};
    kin::has_many<Author> authors{};
    kin::has_many_through<Post, Author, kin::via<"authors", "posts">> posts{};
};
struct Author {
    kin::key<Author> id{};
    std::optional<kin::key<Country>> country_id{};
    std::optional<kin::key<Author>> boss_id{};
    int n{};
    kin::belongs_to<Country> country{};
    kin::belongs_to<Author> boss{};
    kin::has_many<Author> reports{};
    kin::has_many<Post, kin::via<"author_id">> posts{};
    kin::has_many<Post, kin::via<"editor_id">, kin::order_by<"-n">> edited{};
    kin::has_many<Post, kin::via<"author_id">, kin::where<"kind", 1LL>> drafts{};
    kin::has_one<Profile, kin::lazy<kin::load::joined>> profile{};
    kin::has_one<Post, kin::latest<"n">, kin::via<"author_id">> best{};
    kin::has_many_through<Tag, Post, kin::via<"posts", "tags">> tags{};
};
struct Profile {
    kin::key<Profile> id{};
    kin::key<Author> author_id{};
    int n{};
    kin::belongs_to<Author> author{};
    static constexpr auto table = kin::table().unique("author_id");
};
struct PostTag;
struct Post {
    kin::key<Post> id{};
    kin::key<Author> author_id{};
    std::optional<kin::key<Author>> editor_id{};
    int n{};
    std::optional<int> m{};
    int kind{};
    kin::belongs_to<Author, kin::via<"author_id">> author{};
    kin::belongs_to<Author, kin::via<"editor_id">> editor{};
    kin::many_to_many<Tag, PostTag> tags{};
    kin::has_many<PostTag> marks{};
};
struct Tag {
    kin::key<Tag> id{};
    int n{};
    kin::many_to_many<Post, PostTag, kin::order_by<"n">> posts{};
    kin::has_many<PostTag, kin::lazy<kin::load::selectin>> marks{};
};
struct PostTag {
    kin::key<Post> post_id{};
    kin::key<Tag> tag_id{};
    int n{};
    kin::belongs_to<Post> post{};
    kin::belongs_to<Tag> tag{};
    static constexpr auto table = kin::table().primary_key("post_id", "tag_id");
};

enum : std::size_t { country, author, profile, post, tag, post_tag };

relation to_one(std::string name, std::size_t target, std::size_t column) {
    return {
        .name = std::move(name), .what = relation_kind::belongs_to, .target = target, .own = {column}, .theirs = {0}};
}
relation to_many(std::string name, std::size_t target, std::size_t column) {
    return {.name = std::move(name), .what = relation_kind::has_many, .target = target, .own = {0}, .theirs = {column}};
}
relation linked(std::string name, std::size_t target, std::size_t mine, std::size_t other) {
    return {.name = std::move(name),
            .what = relation_kind::many_to_many,
            .target = target,
            .own = {0},
            .theirs = {0},
            .pivot = post_tag,
            .pivot_own = {mine},
            .pivot_theirs = {other}};
}
relation across(std::string name, std::size_t target, std::vector<std::size_t> hops) {
    return {
        .name = std::move(name), .what = relation_kind::through, .target = target, .own = {0}, .hops = std::move(hops)};
}

schema shapes() {
    const auto key = column_role::key;
    const auto value = column_role::value;
    schema s{.name = "press"};
    s.models.resize(6);
    s.models[country] = {.name = "Country",
                         .table = "country",
                         .columns = {{"id", key}, {"n"}},
                         .id = {0},
                         .relations = {to_many("authors", author, 1), across("posts", post, {0, 3})}};
    s.models[author] = {.name = "Author",
                        .table = "author",
                        .columns = {{"id", key}, {"country_id", key, true}, {"boss_id", key, true}, {"n"}},
                        .id = {0},
                        .keys = {{.columns = {1}, .target = country, .nullable = true},
                                 {.columns = {2}, .target = author, .nullable = true}}};
    relation edited = to_many("edited", post, 2);
    edited.order = {{3, true}};
    relation drafts = to_many("drafts", post, 1);
    drafts.where = {{5, 1}};
    relation own = to_many("profile", profile, 1);
    own.what = relation_kind::has_one;
    own.with_owners = true;
    relation best = to_many("best", post, 1);
    best.what = relation_kind::one_of_many;
    best.chosen_by = 3;
    s.models[author].relations = {to_one("country", country, 1),
                                  to_one("boss", author, 2),
                                  to_many("reports", author, 2),
                                  to_many("posts", post, 1),
                                  edited,
                                  drafts,
                                  own,
                                  best,
                                  across("tags", tag, {3, 2})};
    s.models[profile] = {.name = "Profile",
                         .table = "profile",
                         .columns = {{"id", key}, {"author_id", key}, {"n"}},
                         .id = {0},
                         .keys = {{.columns = {1}, .target = author, .unique = true}},
                         .relations = {to_one("author", author, 1)}};
    s.models[post] = {
        .name = "Post",
        .table = "post",
        .columns = {{"id", key},
                    {"author_id", key},
                    {"editor_id", key, true},
                    {"n"},
                    {"m", value, true},
                    {"kind", column_role::fixed}},
        .id = {0},
        .keys = {{.columns = {1}, .target = author}, {.columns = {2}, .target = author, .nullable = true}},
        .relations = {to_one("author", author, 1), to_one("editor", author, 2), linked("tags", tag, 0, 1),
                      to_many("marks", post_tag, 0)}};
    relation posts = linked("posts", post, 1, 0);
    posts.order = {{3}};
    relation marks = to_many("marks", post_tag, 1);
    marks.with_owners = true;
    s.models[tag] = {
        .name = "Tag", .table = "tag", .columns = {{"id", key}, {"n"}}, .id = {0}, .relations = {posts, marks}};
    s.models[post_tag] = {
        .name = "PostTag",
        .table = "post_tag",
        .columns = {{"post_id", key}, {"tag_id", key}, {"n"}},
        .id = {0, 1},
        .keys = {{.columns = {0}, .target = post, .link = true}, {.columns = {1}, .target = tag, .link = true}},
        .relations = {to_one("post", post, 0), to_one("tag", tag, 1)}};
    return s;
}

}  // namespace

template <>
struct listed<Country> {
    static constexpr std::size_t number = country, parts = 1;
    using columns = members<&Country::id, &Country::n>;
    using relations = members<&Country::authors, &Country::posts>;
};
template <>
struct listed<Author> {
    static constexpr std::size_t number = author, parts = 1;
    using columns = members<&Author::id, &Author::country_id, &Author::boss_id, &Author::n>;
    using relations = members<&Author::country, &Author::boss, &Author::reports, &Author::posts, &Author::edited,
                              &Author::drafts, &Author::profile, &Author::best, &Author::tags>;
};
template <>
struct listed<Profile> {
    static constexpr std::size_t number = profile, parts = 1;
    using columns = members<&Profile::id, &Profile::author_id, &Profile::n>;
    using relations = members<&Profile::author>;
};
template <>
struct listed<Post> {
    static constexpr std::size_t number = post, parts = 1;
    using columns = members<&Post::id, &Post::author_id, &Post::editor_id, &Post::n, &Post::m, &Post::kind>;
    using relations = members<&Post::author, &Post::editor, &Post::tags, &Post::marks>;
};
template <>
struct listed<Tag> {
    static constexpr std::size_t number = tag, parts = 1;
    using columns = members<&Tag::id, &Tag::n>;
    using relations = members<&Tag::posts, &Tag::marks>;
};
template <>
struct listed<PostTag> {
    static constexpr std::size_t number = post_tag, parts = 2;
    using columns = members<&PostTag::post_id, &PostTag::tag_id, &PostTag::n>;
    using relations = members<&PostTag::post, &PostTag::tag>;
};

const family& press() {
    static const schema all = shapes();
    static const family made{
        &all,
        {face_of<Country>(), face_of<Author>(), face_of<Profile>(), face_of<Post>(), face_of<Tag>(),
         face_of<PostTag>()},
        [](kin::database& db) { db.create<kin::models<Country, Author, Profile, Post, Tag, PostTag>>(); }};
    return made;
}

}  // namespace reading
