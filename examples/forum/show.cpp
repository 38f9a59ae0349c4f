// What the forum shows, each part in a session of its own.
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "forum.hpp"
#include "models.hpp"

namespace forum {
namespace {

using namespace kin::expr;

/// One part: what `write` adds, and what it took.
template <class Write>
std::string part(kin::database& db, std::string_view title, Write write) {
    kin::session s{db};
    s.strict();  // all that is shown was asked for
    std::string text = fmt::format("{}\n", title);
    write(s, text);
    return text + fmt::format("  [{} statement{}]\n", s.statements(), s.statements() == 1 ? "" : "s");
}

void front_page(kin::session& s, std::string& text) {
    const auto posts =
        s.query<Post>().with(&Post::author).with(&Post::tags).with_count(&Post::comments).order_by(&Post::id).all();
    for (const Post& post : posts) {
        text += fmt::format("  {}, by {}, comments: {}", post.title, post.author->name, post.comments.count());
        for (const Tag& tag : post.tags) text += fmt::format(" #{}", tag.name);
        text += '\n';
    }
}

void answers(const Comment& comment, std::string& text, int depth) {
    text += fmt::format("{:{}}{}: {}\n", "", 2 * depth, comment.author->name, comment.text);
    for (const Comment& answer : comment.answers) answers(answer, text, depth + 1);
}

void discussions(kin::session& s, std::string& text) {
    const auto roots = s.query<Comment>()
                           .where(col(&Comment::parent).is_null())
                           .with_tree(&Comment::thread)
                           .with(&Comment::thread, &Comment::author)
                           .with(&Comment::author)
                           .with(&Comment::on)
                           .order_by(&Comment::id)
                           .all();
    for (const Comment& root : roots) {
        const auto title = root.on.visit(kin::overloads{
            [](const Post& post) { return "the post " + post.title; },
            [](const Video& video) { return fmt::format("the video {} ({} s)", video.title, video.seconds); }});
        text += fmt::format("  on {}\n", title);
        answers(root, text, 2);
    }
}

void countries(kin::session& s, std::string& text) {
    const auto all = s.query<Country>().with(&Country::posts).order_by(&Country::name).all();
    for (const Country& country : all) {
        text += fmt::format("  {}:", country.name);
        for (const Post& post : country.posts) text += fmt::format(" \"{}\"", post.title);
        text += '\n';
    }
}

void who_tagged(kin::session& s, std::string& text) {
    const auto looms = s.query<Post>().where(col(&Post::title) == "On looms").one();
    for (const Tag& tag : std::as_const(looms->tags).order_by(&Tagging::position).all())
        text += fmt::format("  {} by {}\n", tag.name, looms->tags.pivot(tag)->added_by);
    for (const Tag& tag : looms->tags.where_pivot(&Tagging::added_by, "Joseph").all())
        text += fmt::format("  of Joseph's: {}\n", tag.name);
}

void discussed_by_ada(kin::session& s, std::string& text) {
    const auto posts = s.query<Post>()
                           .where(any(&Post::comments, any(&Comment::author, col(&User::name) == "Ada")))
                           .order_by(&Post::id)
                           .all();
    for (const Post& post : posts) text += fmt::format("  {}\n", post.title);
}

}  // namespace

std::string show(kin::database& db) {
    return part(db, "Front page", front_page) + part(db, "Discussions", discussions) +
           part(db, "Posts by country", countries) + part(db, "Who tagged On looms", who_tagged) +
           part(db, "Posts that Ada commented on", discussed_by_ada);
}

}  // namespace forum
