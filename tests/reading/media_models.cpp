// Polymorphic relations, rows that are removed and kept, and a scope.
#include <kin/morph.hpp>

#include "face_of.hpp"

namespace reading {
namespace {

using namespace kin::expr;

struct Video;
struct Article;
struct Comment;
struct Label;
struct Channel {
    kin::key<Channel> id{};
    std::optional<kin::key<Video>> featured_id{};
    int n{};
    kin::belongs_to<Video> featured{};
    kin::has_many<Video, kin::order_by<"-n">> videos{};
    kin::has_many<Article> articles{};
    kin::has_many_through<Comment, Video, kin::via<"videos", "comments">> remarks{};
};
struct Video {
    kin::key<Video> id{};
    std::optional<kin::key<Channel>> channel_id{};
    int n{};
    kin::soft_deleted_at removed_at{};
    kin::belongs_to<Channel> channel{};
    kin::has_many<Channel> featured_by{};
    kin::morph_many<Comment> comments{};
    kin::many_to_many<Label, kin::pivot<"video_label", "video_id", "label_id">> labels{};
};
struct Article {
    kin::key<Article> id{};
    std::optional<kin::key<Channel>> channel_id{};
    int n{};
    int shown{};
    kin::belongs_to<Channel> channel{};
    kin::morph_many<Comment, kin::order_by<"n">> comments{};
    kin::many_to_many<Label, kin::pivot<"article_label", "article_id", "label_id">> labels{};
    static auto scope() { return col(&Article::shown) == 1; }
};
struct Comment {
    kin::key<Comment> id{};
    int n{};
    kin::morph_to<Video, Article, kin::nullable> about{};
};
struct Label {
    kin::key<Label> id{};
    int n{};
    kin::many_to_many<Video, kin::pivot<"video_label", "label_id", "video_id">, kin::order_by<"n">> videos{};
    kin::many_to_many<Article, kin::pivot<"article_label", "label_id", "article_id">> articles{};
};

enum : std::size_t { channel, video, article, comment, label, video_label, article_label };

relation between(std::string name, std::size_t target, std::size_t pivot, std::size_t mine) {
    return {.name = std::move(name),
            .what = relation_kind::many_to_many,
            .target = target,
            .own = {0},
            .theirs = {0},
            .pivot = pivot,
            .pivot_own = {mine},
            .pivot_theirs = {1 - mine}};
}

schema shapes() {
    const auto key = column_role::key;
    schema s{.name = "media", .tags = {"", "Video", "Article"}};
    s.models.resize(7);
    s.models[channel] = {
        .name = "Channel",
        .table = "channel",
        .columns = {{"id", key}, {"featured_id", key, true}, {"n"}},
        .id = {0},
        .keys = {{.columns = {1}, .target = video, .nullable = true}},
        .relations = {
            {.name = "featured", .what = relation_kind::belongs_to, .target = video, .own = {1}, .theirs = {0}},
            {.name = "videos",
             .what = relation_kind::has_many,
             .target = video,
             .own = {0},
             .theirs = {1},
             .order = {{2, true}}},
            {.name = "articles", .what = relation_kind::has_many, .target = article, .own = {0}, .theirs = {1}},
            {.name = "remarks", .what = relation_kind::through, .target = comment, .own = {0}, .hops = {1, 2}},
        }};
    s.models[video] = {
        .name = "Video",
        .table = "video",
        .columns = {{"id", key}, {"channel_id", key, true}, {"n"}, {"removed_at", column_role::removed, true}},
        .id = {0},
        .keys = {{.columns = {1}, .target = channel, .nullable = true}},
        .relations =
            {
                {.name = "channel", .what = relation_kind::belongs_to, .target = channel, .own = {1}, .theirs = {0}},
                {.name = "featured_by", .what = relation_kind::has_many, .target = channel, .own = {0}, .theirs = {1}},
                {.name = "comments",
                 .what = relation_kind::has_many,
                 .target = comment,
                 .own = {0},
                 .theirs = {3},
                 .where = {{2, 1}}},
                between("labels", label, video_label, 0),
            },
        .removed = 3};
    s.models[article] = {
        .name = "Article",
        .table = "article",
        .columns = {{"id", key}, {"channel_id", key, true}, {"n"}, {"shown", column_role::fixed}},
        .id = {0},
        .keys = {{.columns = {1}, .target = channel, .nullable = true}},
        .relations =
            {
                {.name = "channel", .what = relation_kind::belongs_to, .target = channel, .own = {1}, .theirs = {0}},
                {.name = "comments",
                 .what = relation_kind::has_many,
                 .target = comment,
                 .own = {0},
                 .theirs = {3},
                 .where = {{2, 2}},
                 .order = {{1}}},
                between("labels", label, article_label, 0),
            },
        .scope = fixed{3, 1}};
    s.models[comment] = {
        .name = "Comment",
        .table = "comment",
        .columns = {{"id", key}, {"n"}, {"about_type", column_role::tag, true}, {"about_id", key, true}},
        .id = {0},
        .keys = {{.columns = {3}, .target = video, .nullable = true, .tag = fixed{2, 1}},
                 {.columns = {3}, .target = article, .nullable = true, .tag = fixed{2, 2}}},
        .relations = {
            {.name = "about",
             .what = relation_kind::morph_to,
             .target = video,
             .own = {3},
             .tag = 2,
             .arms = {{video, 1}, {article, 2}}},
        }};
    relation videos = between("videos", video, video_label, 1);
    videos.order = {{2}};
    s.models[label] = {.name = "Label",
                       .table = "label",
                       .columns = {{"id", key}, {"n"}},
                       .id = {0},
                       .relations = {videos, between("articles", article, article_label, 1)}};
    const auto pivot = [&](const char* name, const char* first, std::size_t target) {
        return model{
            .name = name,
            .table = name,
            .columns = {{first, key}, {"label_id", key}},
            .id = {0, 1},
            .keys = {{.columns = {0}, .target = target, .link = true}, {.columns = {1}, .target = label, .link = true}},
            .implied = true};
    };
    s.models[video_label] = pivot("video_label", "video_id", video);
    s.models[article_label] = pivot("article_label", "article_id", article);
    return s;
}

}  // namespace

template <>
struct listed<Channel> {
    static constexpr std::size_t number = channel, parts = 1;
    using columns = members<&Channel::id, &Channel::featured_id, &Channel::n>;
    using relations = members<&Channel::featured, &Channel::videos, &Channel::articles, &Channel::remarks>;
};
template <>
struct listed<Video> {
    static constexpr std::size_t number = video, parts = 1;
    using columns = members<&Video::id, &Video::channel_id, &Video::n, &Video::removed_at>;
    using relations = members<&Video::channel, &Video::featured_by, &Video::comments, &Video::labels>;
};
template <>
struct listed<Article> {
    static constexpr std::size_t number = article, parts = 1;
    using columns = members<&Article::id, &Article::channel_id, &Article::n, &Article::shown>;
    using relations = members<&Article::channel, &Article::comments, &Article::labels>;
};
template <>
struct listed<Comment> {
    static constexpr std::size_t number = comment, parts = 1;
    using columns = members<&Comment::id, &Comment::n>;
    using relations = members<&Comment::about>;
};
template <>
struct listed<Label> {
    static constexpr std::size_t number = label, parts = 1;
    using columns = members<&Label::id, &Label::n>;
    using relations = members<&Label::videos, &Label::articles>;
};

const family& media() {
    static const schema all = shapes();
    static const family made{
        &all,
        {face_of<Channel>(), face_of<Video>(), face_of<Article>(), face_of<Comment>(), face_of<Label>(), {}, {}},
        [](kin::database& db) { db.create<kin::models<Channel, Video, Article, Comment, Label>>(); }};
    return made;
}

}  // namespace reading
